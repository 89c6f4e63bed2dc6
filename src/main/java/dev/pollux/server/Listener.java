package dev.pollux.server;

import static dev.pollux.bindings.linux.Libc.IPPROTO_TCP;
import static dev.pollux.bindings.linux.Libc.SOCK_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static dev.pollux.bindings.linux.Libc.SOCK_STREAM;
import static dev.pollux.bindings.linux.Libc.SOL_SOCKET;
import static dev.pollux.bindings.linux.Libc.SO_KEEPALIVE;
import static dev.pollux.bindings.linux.Libc.SO_RCVBUF;
import static dev.pollux.bindings.linux.Libc.SO_REUSEADDR;
import static dev.pollux.bindings.linux.Libc.SO_SNDBUF;
import static dev.pollux.bindings.linux.Libc.TCP_KEEPCNT;
import static dev.pollux.bindings.linux.Libc.TCP_KEEPIDLE;
import static dev.pollux.bindings.linux.Libc.TCP_KEEPINTVL;
import static dev.pollux.bindings.linux.Libc.TCP_NODELAY;
import static dev.pollux.bindings.linux.Libc.TCP_USER_TIMEOUT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.function.Supplier;

/** The listening socket: opened on the thread that starts the server, used and closed on the loop's. */
final class Listener {
    private static final int KEEPALIVE_PROBES = 6;

    private final int fd;
    private final SocketAddress address;

    private Listener(int fd, SocketAddress address) {
        this.fd = fd;
        this.address = address;
    }

    /** Makes, binds and starts a listening socket. Clients inherit its options. */
    static Listener open(Posix posix, ServerOptions options) {
        SocketAddress address = options.address();
        int type = SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC();
        int fd = PosixException.check(posix.socket(address.family(), type, 0), "socket");
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment on = arena.allocateFrom(JAVA_INT, 1);
            int result = posix.setsockopt(fd, SOL_SOCKET(), SO_REUSEADDR(), on);
            check(result, "setsockopt SO_REUSEADDR for ", address);
            // Replies leave as soon as they are written, which is once for each read.
            result = posix.setsockopt(fd, IPPROTO_TCP(), TCP_NODELAY(), on);
            check(result, "setsockopt TCP_NODELAY for ", address);
            setBuffers(posix, fd, options);
            setDeadPeerTimes(posix, fd, options);
            check(posix.bind(fd, address.toSegment(arena)), "bind ", address);
            check(posix.listen(fd, options.backlog()), "listen on ", address);
            return new Listener(fd, SocketAddress.ofSocket(posix, fd));
        } catch (Throwable t) {
            posix.close(fd);
            throw t;
        }
    }

    /** Sets buffer sizes. This precedes listen(2), because a peer's first window depends on SO_RCVBUF. */
    private static void setBuffers(Posix posix, int fd, ServerOptions options) {
        int bytes = Math.toIntExact(options.socketBufferBytes());
        if (bytes > 0) {
            set(posix, fd, SOL_SOCKET(), SO_SNDBUF(), bytes, "SO_SNDBUF");
            set(posix, fd, SOL_SOCKET(), SO_RCVBUF(), bytes, "SO_RCVBUF");
        }
    }

    private static void setDeadPeerTimes(Posix posix, int fd, ServerOptions options) {
        int idle = idleSeconds(options.keepalive());
        if (idle > 0) {
            set(posix, fd, SOL_SOCKET(), SO_KEEPALIVE(), 1, "SO_KEEPALIVE");
            set(posix, fd, IPPROTO_TCP(), TCP_KEEPIDLE(), idle, "TCP_KEEPIDLE");
            set(posix, fd, IPPROTO_TCP(), TCP_KEEPINTVL(), intervalSeconds(idle), "TCP_KEEPINTVL");
            set(posix, fd, IPPROTO_TCP(), TCP_KEEPCNT(), KEEPALIVE_PROBES, "TCP_KEEPCNT");
        }
        int millis = userTimeoutMillis(options.keepalive(), options.writeTimeout());
        if (millis > 0) {
            set(posix, fd, IPPROTO_TCP(), TCP_USER_TIMEOUT(), millis, "TCP_USER_TIMEOUT");
        }
    }

    private static int idleSeconds(Duration keepalive) {
        return Math.toIntExact(keepalive.plusNanos(999_999_999).toSeconds());
    }

    private static int intervalSeconds(int idleSeconds) {
        return Math.max(1, idleSeconds / KEEPALIVE_PROBES);
    }

    /**
     * Returns the time for TCP_USER_TIMEOUT, or 0 for none. A shorter one than the write timeout would close
     * a client that the server still gives time. One that is shorter than all keepalive probes take would
     * make a single lost probe fatal.
     */
    static int userTimeoutMillis(Duration keepalive, Duration writeTimeout) {
        if (writeTimeout.isZero()) {
            return 0;
        }
        int idle = idleSeconds(keepalive);
        long probed = idle == 0 ? 0 : 1000L * (idle + KEEPALIVE_PROBES * intervalSeconds(idle));
        long write = writeTimeout.plusNanos(999_999).toMillis();
        return (int) Math.min(Integer.MAX_VALUE, Math.max(write, probed));
    }

    /** Sets an option that the server can do without. */
    private static void set(Posix posix, int fd, int level, int name, int value, String text) {
        try (Arena arena = Arena.ofConfined()) {
            int result = posix.setsockopt(fd, level, name, arena.allocateFrom(JAVA_INT, value));
            if (result < 0 && Errno.isBug(result)) {
                throw new PosixException("setsockopt " + text, result);
            }
            if (result < 0) { // From a kernel without the option, or from a sandbox.
                PeerLog.LOG.log(Level.WARNING, () -> "setsockopt " + text + ": " + Errno.describe(result)
                        + "; the server goes on without it");
            }
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
