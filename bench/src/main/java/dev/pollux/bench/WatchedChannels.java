package dev.pollux.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * What {@link Watched} is, for the JDK's Selector: the same kind of sockets, both ends watched. One thread.
 */
final class WatchedChannels implements AutoCloseable {
    private final Selector selector;
    private final SocketChannel[] channels;
    private final Consumer<SelectionKey> action = key -> this.selected++;
    private int selected;

    WatchedChannels(int count, int ready) {
        try {
            selector = Selector.open();
            channels = pairs((count + 1) / 2);
            for (int i = 0; i < count; i++) {
                channels[i].register(selector, SelectionKey.OP_READ);
            }
            if (ready >= 0) {
                channels[ready ^ 1].write(ByteBuffer.allocate(1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** NIO has no socketpair(2), so each pair is a connection by way of a file's name. */
    private static SocketChannel[] pairs(int count) throws IOException {
        Path folder = Files.createTempDirectory("pollux-bench");
        Path name = folder.resolve("socket");
        SocketChannel[] channels = new SocketChannel[2 * count];
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(name);
            listener.bind(address);
            for (int i = 0; i < count; i++) {
                channels[2 * i] = SocketChannel.open(address);
                channels[2 * i + 1] = listener.accept();
                channels[2 * i].configureBlocking(false);
                channels[2 * i + 1].configureBlocking(false);
            }
        } finally {
            Files.deleteIfExists(name);
            Files.delete(folder);
        }
        return channels;
    }

    /**
     * Asks, and lets an action see each key that is ready: with a set of them, it would have to be emptied.
     */
    int selectNow() throws IOException {
        return selector.selectNow(action);
    }

    int select() throws IOException {
        return selector.select(action);
    }

    @Override
    public void close() {
        try {
            selector.close();
            for (SocketChannel channel : channels) {
                channel.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
