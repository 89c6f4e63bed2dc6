package dev.pollux.bench.peers.servers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteOrder;

/** A virtual thread for each connection, reading and writing as if it were alone. */
final class VirtualThreadEcho {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int BUFFER_BYTES = 16 << 10;

    private VirtualThreadEcho() {
    }

    static void serve(int port) throws IOException {
        try (ServerSocket listener = new ServerSocket()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PeerServer.BACKLOG);
            PeerServer.listening(listener.getLocalPort());
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> echo(socket));
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            byte[] buffer = new byte[BUFFER_BYTES];
            int have = 0;
            int read;
            while ((read = in.read(buffer, have, buffer.length - have)) > 0) {
                have += read;
                int end = wholeFrames(buffer, have);
                if (end < 0) {
                    return;
                }
                out.write(buffer, 0, end);
                System.arraycopy(buffer, end, buffer, 0, have - end);
                have -= end;
            }
        } catch (IOException e) {
            // The peer is gone: so is its thread.
        }
    }

    private static int wholeFrames(byte[] buffer, int have) {
        int end = 0;
        while (have - end >= PeerServer.PREFIX) {
            long frame = PeerServer.PREFIX + Integer.toUnsignedLong((int) INT.get(buffer, end));
            if (frame > PeerServer.MAX_FRAME) {
                return -1;
            }
            if (frame > have - end) {
                break;
            }
            end += (int) frame;
        }
        return end;
    }
}
