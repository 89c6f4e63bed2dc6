package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.AF_INET;
import static dev.pollux.bindings.linux.Libc.AF_UNIX;
import static dev.pollux.bindings.linux.Libc.IPPROTO_TCP;
import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.bindings.linux.Libc.SOCK_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static dev.pollux.bindings.linux.Libc.SOCK_STREAM;
import static dev.pollux.bindings.linux.Libc.TCP_NODELAY;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Sockets to be measured on, made through the server's own {@link Posix}. Whoever opens them closes them. */
final class Descriptors {
    private Descriptors() {
    }

    /**
     * The two ends of {@code count} stream socket pairs, one after the other, non-blocking: what is written
     * to number {@code i} can be read from number {@code i ^ 1}.
     */
    static int[] socketPairs(Posix posix, int count) {
        int[] fds = new int[2 * count];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(JAVA_INT, 2);
            for (int i = 0; i < count; i++) {
                int type = SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC();
                PosixException.check(posix.socketpair(AF_UNIX(), type, 0, pair), "socketpair");
                fds[2 * i] = pair.getAtIndex(JAVA_INT, 0);
                fds[2 * i + 1] = pair.getAtIndex(JAVA_INT, 1);
            }
        }
        return fds;
    }

    /**
     * A TCP connection over loopback: a blocking end that connects, and a non-blocking one as a server has
     * it.
     */
    static int[] tcpPair(Posix posix) {
        int type = SOCK_STREAM() | SOCK_CLOEXEC();
        int listener = PosixException.check(posix.socket(AF_INET(), type, 0), "socket");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment any = SocketAddress.of("127.0.0.1", 0).toSegment(arena);
            PosixException.check(posix.bind(listener, any), "bind");
            PosixException.check(posix.listen(listener, 1), "listen");
            int peer = connect(posix, SocketAddress.ofSocket(posix, listener));
            int accepted = posix.accept4(listener, MemorySegment.NULL, MemorySegment.NULL,
                    SOCK_NONBLOCK() | SOCK_CLOEXEC());
            PosixException.check(accepted, "accept4");
            noDelay(posix, accepted);
            return new int[] {peer, accepted};
        } finally {
            posix.close(listener);
        }
    }

    /** A blocking TCP connection. */
    static int connect(Posix posix, SocketAddress address) {
        int fd = PosixException.check(posix.socket(AF_INET(), SOCK_STREAM() | SOCK_CLOEXEC(), 0), "socket");
        try (Arena arena = Arena.ofConfined()) {
            PosixException.check(posix.connect(fd, address.toSegment(arena)), "connect");
        }
        noDelay(posix, fd);
        return fd;
    }

    private static void noDelay(Posix posix, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = arena.allocateFrom(JAVA_INT, 1);
            PosixException.check(posix.setsockopt(fd, IPPROTO_TCP(), TCP_NODELAY(), one), "setsockopt");
        }
    }

    /** Makes one byte readable at the other end. */
    static void sendByte(Posix posix, int fd) {
        try (Arena arena = Arena.ofConfined()) {
            long sent = posix.send(fd, arena.allocate(1), 0, 1, MSG_NOSIGNAL());
            if (sent != 1) {
                throw new PosixException("send", sent);
            }
        }
    }

    static void close(Posix posix, int... fds) {
        for (int fd : fds) {
            posix.close(fd);
        }
    }
}
