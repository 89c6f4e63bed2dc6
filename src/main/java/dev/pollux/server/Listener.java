package dev.pollux.server;

import static dev.pollux.bindings.linux.Libc.IPPROTO_TCP;
import static dev.pollux.bindings.linux.Libc.SOCK_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static dev.pollux.bindings.linux.Libc.SOCK_STREAM;
import static dev.pollux.bindings.linux.Libc.SOL_SOCKET;
import static dev.pollux.bindings.linux.Libc.SO_REUSEADDR;
import static dev.pollux.bindings.linux.Libc.TCP_NODELAY;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/** The listening socket: opened on the thread that starts the server, used and closed on the loop's. */
final class Listener {
    private final int fd;
    private final SocketAddress address;

    private Listener(int fd, SocketAddress address) {
        this.fd = fd;
        this.address = address;
    }

    /** Makes, binds and starts a listening socket. */
    static Listener open(Posix posix, SocketAddress address, int backlog) {
        int type = SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC();
        int fd = PosixException.check(posix.socket(address.family(), type, 0), "socket");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment on = arena.allocateFrom(JAVA_INT, 1);
            int result = posix.setsockopt(fd, SOL_SOCKET(), SO_REUSEADDR(), on);
            check(result, "setsockopt SO_REUSEADDR for ", address);
            // Clients inherit it. Replies leave as soon as they are written, which is once for each read.
            result = posix.setsockopt(fd, IPPROTO_TCP(), TCP_NODELAY(), on);
            check(result, "setsockopt TCP_NODELAY for ", address);
            check(posix.bind(fd, address.toSegment(arena)), "bind ", address);
            check(posix.listen(fd, backlog), "listen on ", address);
            return new Listener(fd, SocketAddress.ofSocket(posix, fd));
        } catch (Throwable t) {
            posix.close(fd);
            throw t;
        }
    }

    private static void check(int result, String call, SocketAddress address) {
        if (result < 0) {
            throw new PosixException(call + address, result, advice(result));
        }
    }

    /** What to do about a failed call, or an empty string. */
    static String advice(int result) {
        return switch (Errno.of(result)) {
            case EADDRINUSE -> "is another server running? --port 0 takes a free one";
            case EACCES -> "a --port below 1024 takes the right to bind it (CAP_NET_BIND_SERVICE)";
            case EADDRNOTAVAIL -> "--host must be an address of this machine";
            case EMFILE -> "raise the descriptor limit (ulimit -n) or lower --max-clients";
            case ENFILE -> "the whole machine is out of descriptors (fs.file-max)";
            case null, default -> "";
        };
    }

    int fd() {
        return fd;
    }

    /** Closes it, where no loop has taken it. */
    void close(Supplier<Posix> kernel) {
        try (Posix posix = kernel.get()) {
            posix.close(fd);
        }
    }

    /** Where it listens, with the port that the kernel chose. */
    SocketAddress address() {
        return address;
    }

    /**
     * Takes the next waiting connection.
     *
     * @return its descriptor, or {@code -errno}
     */
    int accept(Posix posix, MemorySegment peer, MemorySegment peerLength) {
        return posix.accept4(fd, peer, peerLength, SOCK_NONBLOCK() | SOCK_CLOEXEC());
    }

    /**
     * Whether a failed accept concerns only the connection that it would have taken, so that the next may
     * succeed. For any other errno accepting pauses for a while.
     *
     * @throws PosixException for {@link Errno#isBug}
     */
    static boolean isOfOneConnection(int result) {
        if (Errno.isBug(result)) {
            throw new PosixException("accept4", result);
        }
        return switch (Errno.of(result)) {
            // Linux hands on errors that were pending on the new connection: accept(2), "Error handling".
            case ECONNABORTED, EINTR, EPROTO, EPERM, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH,
                 EOPNOTSUPP, ENETUNREACH, ETIMEDOUT, ECONNRESET -> true;
            case null, default -> false;
        };
    }
}
