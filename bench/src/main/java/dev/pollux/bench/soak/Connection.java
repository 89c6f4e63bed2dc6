package dev.pollux.bench.soak;

import dev.pollux.bench.soak.Frames.CutOff;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** A peer's socket, with what it has sent and what has come back. One thread reads, and one writes. */
final class Connection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket = new Socket();
    private final OutputStream out;
    private final InputStream in;
    private final Frames toSend;
    private final Frames expected;
    private final byte[] buffer = new byte[16 << 10];
    private volatile long sent; // Of whole frames and the beginning of one: the writing thread's.

    /** Connects to the server on this machine; with a receive buffer of that size, 0 for the usual one. */
    Connection(int port, long seed, int receiveBufferBytes) throws IOException {
        toSend = new Frames(seed);
        expected = new Frames(seed);
        try {
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            InetAddress here = InetAddress.getLoopbackAddress();
            socket.connect(new InetSocketAddress(here, port), PATIENCE_MILLIS);
            out = socket.getOutputStream();
            in = socket.getInputStream();
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** Sends the next frames, some of them in two pieces. */
    void send(int frames, SplittableRandom random) throws IOException {
        for (int i = 0; i < frames; i++) {
            byte[] frame = toSend.next();
            int cut = random.nextInt(4) == 0 ? random.nextInt(frame.length) : 0;
            write(frame, 0, cut);
            write(frame, cut, frame.length);
        }
    }

    /** Sends the beginning of a frame, and so spoils what would come after it. */
    void sendPart(SplittableRandom random) throws IOException {
        byte[] frame = toSend.next();
        write(frame, 0, 1 + random.nextInt(frame.length - 1));
    }

    /** Sends bytes that are no part of the stream, and for which nothing is to come back. */
    void sendGarbage(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    private void write(byte[] bytes, int from, int to) throws IOException {
        if (to > from) {
            out.write(bytes, from, to - from);
            sent += to - from;
        }
    }

    /** Sends frames on another thread as long as that is to go on, then no more, if nothing breaks before. */
    Thread sendAside(SplittableRandom random, BooleanSupplier goesOn) {
        return Thread.ofVirtual().start(() -> {
            try {
                while (goesOn.getAsBoolean()) {
                    send(1, random);
                }
                finish();
            } catch (IOException e) {
                // The reader finds it, too.
            }
        });
    }

    /** Where it is connected from. */
    int localPort() {
        return socket.getLocalPort();
    }

    long sent() {
        return sent;
    }

    long checked() {
        return expected.checked();
    }

    /** Reads once and compares. False at the end of the stream. */
    boolean receive(int atMost) throws IOException {
        int n = in.read(buffer, 0, Math.min(atMost, buffer.length));
        if (n > 0) {
            expected.check(buffer, n);
        }
        return n >= 0;
    }

    /** Reads what is owed. */
    void receiveAll() throws IOException {
        while (checked() < sent) {
            if (!receive(buffer.length)) {
                throw new EOFException("the stream ended after " + checked() + " of " + sent + " bytes");
            }
        }
    }

    void receiveToEnd() throws IOException {
        while (receive(buffer.length)) { }
    }

    /** After the end of the stream: nothing may be missing, nothing too much. */
    void requireWhole() {
        if (checked() != sent) {
            throw new CutOff("a stream of " + sent + " bytes ended after " + checked());
        }
    }

    /** Sends no more. */
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // As good as closed.
        }
    }
}
