package dev.pollux.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The other end of a stage's connection, with blocking calls that give up after 20 s. */
final class Peer implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket = new Socket();
    final OutputStream out;
    final DataInputStream in;

    /** With a receive buffer of about so many bytes, or the kernel's default for 0. */
    Peer(int port, int receiveBufferBytes) throws IOException {
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress("127.0.0.1", port), PATIENCE_MILLIS);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    Peer write(String text) throws IOException {
        return write(text.getBytes(StandardCharsets.US_ASCII));
    }

    Peer write(byte... bytes) throws IOException {
        out.write(bytes);
        return this;
    }

    Peer writeFrame(String text) throws IOException {
        return write(frame(text.getBytes(StandardCharsets.US_ASCII)));
    }

    static byte[] frame(byte[] payload) {
        return prefixed(payload.length, payload);
    }

    static byte[] prefixed(int length, byte... bytes) {
        return ByteBuffer.allocate(4 + bytes.length).order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length).put(bytes).array();
    }

    /** Reads as many bytes as {@code text} has, and compares. */
    void expect(String text) throws IOException {
        assertThat(new String(in.readNBytes(text.length()), StandardCharsets.US_ASCII)).isEqualTo(text);
    }

    void expectFrame(String text) throws IOException {
        assertThat(Integer.reverseBytes(in.readInt())).isEqualTo(text.length());
        expect(text);
    }

    void echo(String text) throws IOException {
        write(text).expect(text);
    }

    void echoFrame(String text) throws IOException {
        writeFrame(text).expectFrame(text);
    }

    /** Whether bytes of an answer are here. */
    boolean hasAnswer() throws IOException {
        return in.available() > 0;
    }

    /** Whether the stage has closed the connection; looks, and does not wait for long. */
    boolean isAtEnd() throws IOException {
        socket.setSoTimeout(1);
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    /** Waits until the stage has closed the connection, in either way. */
    void awaitClose() throws IOException {
        try {
            in.readAllBytes(); // What was answered before is thrown away.
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** Sends no more, and does not wait. */
    void shutDown() throws IOException {
        socket.shutdownOutput();
    }

    /** Leaves in order, and waits until the stage has noticed. */
    void leave() throws IOException {
        shutDown();
        awaitClose();
        socket.close();
    }

    /** Leaves with a RST. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
