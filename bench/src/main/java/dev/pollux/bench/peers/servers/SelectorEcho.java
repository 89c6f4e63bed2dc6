package dev.pollux.bench.peers.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The JDK's Selector. One thread and one direct receive buffer; whole frames go back from where they were
 * read, in one write; only what is unfinished, or not taken by the kernel, is copied to a buffer of the
 * client's own.
 */
final class SelectorEcho {
    private final Selector selector = Selector.open();
    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final ByteBuffer buffer = direct(PeerServer.MAX_FRAME + PeerServer.READ_BYTES);

    private SelectorEcho(int port) throws IOException {
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PeerServer.BACKLOG);
        listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
    }

    static void serve(int port) throws IOException {
        SelectorEcho server = new SelectorEcho(port);
        PeerServer.listening(server.listener.socket().getLocalPort());
        while (true) {
            server.selector.select(server::ready); // Without the set of selected keys and its iterator.
        }
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void ready(SelectionKey key) {
        if (!(key.attachment() instanceof Peer peer)) {
            accept();
            return;
        }
        try {
            if (key.isWritable()) {
                peer.flush();
            } else if (!peer.read(buffer)) {
                peer.channel.close();
            }
        } catch (IOException e) {
            closeQuietly(peer.channel);
        }
    }

    private void accept() {
        try {
            SocketChannel channel;
            while ((channel = listener.accept()) != null) {
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Peer peer = new Peer(channel);
                peer.key = channel.register(selector, SelectionKey.OP_READ, peer);
            }
        } catch (IOException e) {
            System.err.println("accept: " + e);
        }
    }

    private static void closeQuietly(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // There is nothing to be done about it.
        }
    }

    private static final class Peer {
        private final SocketChannel channel;
        private SelectionKey key;
        private ByteBuffer unfinished; // Made when first needed; filled from 0 to its position.
        private ByteBuffer unsent; // Made when first needed; from its position to its limit.

        Peer(SocketChannel channel) {
            this.channel = channel;
        }

        /** One read, and one write of all replies; false at end of stream and for a frame too long. */
        boolean read(ByteBuffer buffer) throws IOException {
            buffer.clear();
            if (unfinished != null) {
                buffer.put(unfinished.flip());
                unfinished.clear();
            }
            if (channel.read(buffer) < 0) {
                return false;
            }
            int have = buffer.position();
            int end = wholeFrames(buffer, have);
            if (end < 0) {
                return false;
            }
            if (end < have) {
                if (unfinished == null) {
                    unfinished = direct(PeerServer.MAX_FRAME);
                }
                unfinished.put(0, buffer, end, have - end).position(have - end);
            }
            if (end > 0) {
                reply(buffer.limit(end).position(0));
            }
            return true;
        }

        private static int wholeFrames(ByteBuffer buffer, int have) {
            int end = 0;
            while (have - end >= PeerServer.PREFIX) {
                long frame = PeerServer.PREFIX + Integer.toUnsignedLong(buffer.getInt(end));
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

        private void reply(ByteBuffer replies) throws IOException {
            channel.write(replies);
            if (replies.hasRemaining()) {
                if (unsent == null) {
                    unsent = direct(PeerServer.MAX_FRAME + PeerServer.READ_BYTES);
                }
                unsent.clear().put(replies).flip();
                key.interestOps(SelectionKey.OP_WRITE);
            }
        }

        void flush() throws IOException {
            channel.write(unsent);
            if (!unsent.hasRemaining()) {
                key.interestOps(SelectionKey.OP_READ);
            }
        }
    }
}
