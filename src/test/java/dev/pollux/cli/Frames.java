package dev.pollux.cli;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Frames of u32le on an ordinary socket. */
final class Frames {
    private Frames() {
    }

    static byte[] of(byte[] payload) {
        return ByteBuffer.allocate(Integer.BYTES + payload.length).order(ByteOrder.LITTLE_ENDIAN)
                .putInt(payload.length).put(payload).array();
    }

    static void write(Socket socket, String payload) throws IOException {
        socket.getOutputStream().write(of(payload.getBytes(StandardCharsets.UTF_8)));
    }

    static String read(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] payload = new byte[Integer.reverseBytes(in.readInt())];
        in.readFully(payload);
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** One frame there and back. */
    static String echo(Socket socket, String payload) throws IOException {
        write(socket, payload);
        return read(socket);
    }
}
