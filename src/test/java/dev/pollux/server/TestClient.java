package dev.pollux.server;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The other end: a blocking socket that speaks frames, and can behave badly. Nothing waits over 10 s. */
final class TestClient implements AutoCloseable {
    static final int PATIENCE_MILLIS = 10_000;
    private static final ThreadFactory DAEMONS = Thread.ofPlatform().daemon().name("test-client").factory();

    final Socket socket = new Socket();
    private final OutputStream out;
    private final DataInputStream in;
    private final List<CompletableFuture<Void>> aside = new CopyOnWriteArrayList<>();

    TestClient(int port) {
        this(port, 0);
    }

    /** With a receive buffer of about that many bytes, or the kernel's default for 0. */
    TestClient(int port, int receiveBufferBytes) {
        try {
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes); // First, or the window is wide already.
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
            out = socket.getOutputStream();
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new AssertionError("connecting to port " + port, e);
        }
    }

    static byte[] frame(byte[] payload) {
        return prefixed(payload.length, payload);
    }

    static byte[] prefixed(long length, byte[] payload) {
        return ByteBuffer.allocate(4 + payload.length).order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) length).put(payload).array();
    }

    /** A payload that differs for each size and seed. */
    static byte[] payload(int length, int seed) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (31 * i + seed + length);
        }
        return payload;
    }

    TestClient send(byte[] payload) throws IOException {
        return write(frame(payload));
    }

    TestClient write(byte... bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    /** Writes on another thread; what becomes of it is the result's to say. */
    CompletableFuture<Void> writeAside(byte[] bytes, int times) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        aside.add(done);
        DAEMONS.newThread(() -> {
            try {
                for (int i = 0; i < times; i++) {
                    out.write(bytes);
                }
                done.complete(null);
            } catch (Throwable t) {
                done.completeExceptionally(t);
            }
        }).start();
        return done;
    }

    /** The payload of the next frame. */
    byte[] receive() throws IOException {
        return in.readNBytes(Integer.reverseBytes(in.readInt()));
    }

    byte[] read(int bytes) throws IOException {
        byte[] read = in.readNBytes(bytes);
        if (read.length < bytes) {
            throw new EOFException("after " + read.length + " of " + bytes + " bytes");
        }
        return read;
    }

    byte[] echo(byte[] payload) throws IOException {
        return send(payload).receive();
    }

    /** Reads to the end of the stream, and says how much that was. A reset throws. */
    long readToEnd() throws IOException {
        long bytes = 0;
        byte[] some = new byte[64 << 10];
        for (int n = in.read(some); n >= 0; n = in.read(some)) {
            bytes += n;
        }
        return bytes;
    }

    /** Waits for the connection's end, either way; what is still in flight is thrown away. */
    void awaitEnd() throws IOException {
        try {
            readToEnd();
        } catch (SocketException e) {
            // A reset is an end, too.
        }
    }

    /** Sends no more. */
    TestClient finish() throws IOException {
        socket.shutdownOutput();
        return this;
    }

    /** Ends the connection with a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        close();
    }

    /** Also waits for those who write aside: the descriptor is closed when the last one has left it. */
    @Override
    public void close() {
        try {
            socket.close();
            for (CompletableFuture<Void> writing : aside) {
                writing.exceptionally(failure -> null).get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (IOException | InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
