package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.AF_UNIX;
import static dev.pollux.bindings.linux.Libc.EFD_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.EFD_NONBLOCK;
import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.SOCK_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static dev.pollux.bindings.linux.Libc.SOCK_STREAM;
import static dev.pollux.bindings.linux.Libc.SOL_SOCKET;
import static dev.pollux.bindings.linux.Libc.SO_LINGER;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bindings.linux.pollfd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Real descriptors for a test, none of which blocks: made here and closed here, on the test's own thread. */
public final class Sockets implements AutoCloseable {
    /** Longest time that anything of ours waits for the kernel. */
    public static final int PATIENCE_MILLIS = 10_000;

    private static final int STREAM = SOCK_STREAM() | SOCK_NONBLOCK() | SOCK_CLOEXEC();

    private final Arena arena = Arena.ofConfined();
    private final Posix posix;
    private final List<Integer> open = new ArrayList<>();

    /** Two connected sockets. */
    public record Pair(int near, int far) {
    }

    /** On the real kernel. */
    public Sockets() {
        this(NativePosix.confined());
    }

    /** On whatever kernel that is; it is closed here. */
    public Sockets(Posix posix) {
        this.posix = posix;
    }

    public Posix posix() {
        return posix;
    }

    public Arena arena() {
        return arena;
    }

    /** Fails the test unless a call was refused with just this errno. */
    public static void assertRefused(long result, Errno errno) {
        assertThat(result < 0 ? Errno.describe(result) : "result " + result)
                .isEqualTo(Errno.describe(-errno.number));
    }

    /** Takes a descriptor into care. */
    public int own(int fd) {
        open.add(PosixException.check(fd, "a descriptor for a test"));
        return fd;
    }

    public int eventfd() {
        return own(posix.eventfd(0, EFD_NONBLOCK() | EFD_CLOEXEC()));
    }

    public int socket(SocketAddress address) {
        return own(posix.socket(address.family(), STREAM, 0));
    }

    /** A socket bound to a port of the kernel's choice. */
    public int bound(String host) {
        SocketAddress any = SocketAddress.of(host, 0);
        int fd = socket(any);
        PosixException.check(posix.bind(fd, any.toSegment(arena)), "bind " + any);
        return fd;
    }

    public int listener(String host) {
        int fd = bound(host);
        PosixException.check(posix.listen(fd, 128), "listen");
        return fd;
    }

    /** A port on which nobody listens, though somebody might have. */
    public SocketAddress deserted() {
        int fd = bound("127.0.0.1");
        SocketAddress address = SocketAddress.ofSocket(posix, fd);
        close(fd);
        return address;
    }

    public int connect(int listener) {
        SocketAddress address = SocketAddress.ofSocket(posix, listener);
        int fd = socket(address);
        assertRefused(posix.connect(fd, address.toSegment(arena)), Errno.EINPROGRESS);
        return fd;
    }

    public int accept(int listener) {
        int flags = SOCK_NONBLOCK() | SOCK_CLOEXEC();
        return own(posix.accept4(listener, MemorySegment.NULL, MemorySegment.NULL, flags));
    }

    public Pair unixPair() {
        MemorySegment pair = ints(-1, -1);
        PosixException.check(posix.socketpair(AF_UNIX(), STREAM, 0, pair), "socketpair");
        return new Pair(own(pair.getAtIndex(JAVA_INT, 0)), own(pair.getAtIndex(JAVA_INT, 1)));
    }

    public Pair tcpPair() {
        int listener = listener("127.0.0.1");
        int near = connect(listener);
        waitFor(listener);
        Pair pair = new Pair(near, accept(listener));
        close(listener);
        return pair;
    }

    /** Blocks until a descriptor has something to read, be it the end or an error. */
    public void waitFor(int fd) {
        assertThat(posix.poll(entries(fd), 0, 1, PATIENCE_MILLIS)).as("ready in time").isEqualTo(1);
    }

    /** A poll(2) array that asks all of {@code fds} for POLLIN. */
    public MemorySegment entries(int... fds) {
        MemorySegment entries = pollfd.allocateArray(fds.length, arena);
        for (int i = 0; i < fds.length; i++) {
            pollfd.fd(pollfd.asSlice(entries, i), fds[i]);
            pollfd.events(pollfd.asSlice(entries, i), (short) POLLIN());
        }
        return entries;
    }

    public MemorySegment ints(int... values) {
        return arena.allocateFrom(JAVA_INT, values);
    }

    public void write(int fd, int bytes) {
        assertThat(posix.send(fd, arena.allocate(bytes), 0, bytes, MSG_NOSIGNAL())).isEqualTo(bytes);
    }

    /** Reads at most {@code bytes}; the result of read(2). */
    public long read(int fd, int bytes) {
        return posix.read(fd, arena.allocate(bytes), 0, bytes);
    }

    /** Writes until the kernel takes no more, and tells how much it took. */
    public long fill(int fd) {
        MemorySegment bytes = arena.allocate(1 << 16);
        long total = 0;
        long sent = 0;
        while (sent >= 0) {
            total += sent;
            sent = posix.send(fd, bytes, 0, bytes.byteSize(), MSG_NOSIGNAL());
        }
        assertRefused(sent, Errno.EAGAIN);
        return total;
    }

    public void close(int fd) {
        assertThat(open.remove((Integer) fd)).isTrue();
        PosixException.check(posix.close(fd), "close");
    }

    /** Closes a TCP socket with a RST. */
    public void reset(int fd) {
        PosixException.check(posix.setsockopt(fd, SOL_SOCKET(), SO_LINGER(), ints(1, 0)), "SO_LINGER");
        close(fd);
    }

    @Override
    public void close() {
        open.forEach(posix::close);
        posix.close();
        arena.close();
    }
}
