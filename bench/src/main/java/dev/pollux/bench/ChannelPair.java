package dev.pollux.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * A TCP connection over loopback as NIO has it.
 *
 * @param peer blocks
 * @param accepted does not block, as a server has it
 */
record ChannelPair(SocketChannel peer, SocketChannel accepted) implements AutoCloseable {

    static ChannelPair open() throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open()) {
            listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
            SocketChannel peer = SocketChannel.open(listener.getLocalAddress());
            SocketChannel accepted = listener.accept();
            accepted.configureBlocking(false);
            return new ChannelPair(peer, accepted);
        }
    }

    @Override
    public void close() throws IOException {
        peer.close();
        accepted.close();
    }
}
