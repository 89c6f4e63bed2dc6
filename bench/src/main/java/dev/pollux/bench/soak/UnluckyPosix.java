package dev.pollux.bench.soak;

import dev.pollux.posix.Errno;
import dev.pollux.posix.ForwardingPosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/**
 * A kernel some of whose calls fail with any errno that proves no bug of the caller. The call is not made
 * then. Knows the connection of the last read or send.
 */
final class UnluckyPosix extends ForwardingPosix {
    private static final Set<Errno> BUGS = // Named here again: the server's own list may be wrong.
            EnumSet.of(Errno.EBADF, Errno.EFAULT, Errno.EINVAL, Errno.ENOTSOCK);
    private static final int[] ERRNOS = Stream.of(Errno.values()).filter(errno -> !BUGS.contains(errno))
            .mapToInt(errno -> errno.number).toArray();
    private static final int TRANSFERS = 20_000; // One call of this number fails.
    private static final int WAITS = 2000;
    private static final int ACCEPTS = 100;
    private static final int CHANGES = 2000;

    private final SplittableRandom random;
    private final boolean fails;
    private final IntConsumer hit; // Given the peer's port.
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment peer = arena.allocate(SocketAddress.MAX_BYTES, Long.BYTES);
    private final MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
    private int lastFd = -1;

    /** In front of a kernel; with {@code fails} false only to know the last connection. */
    UnluckyPosix(Posix kernel, SplittableRandom random, boolean fails, IntConsumer hit) {
        super(kernel);
        this.random = random;
        this.fails = fails;
        this.hit = hit;
    }

    /** Notes that the connection of the last read or send is disturbed. */
    void hitLast() {
        noteHit(lastFd);
    }

    private void noteHit(int fd) {
        length.set(ValueLayout.JAVA_INT, 0, (int) peer.byteSize());
        if (fd >= 0 && kernel.getpeername(fd, peer, length) == 0) { // Not of an eventfd.
            hit.accept(SocketAddress.from(peer).port());
        }
    }

    /** Returns an errno, or 0 for a call to be made. */
    private int misfortune(int oneOf) {
        return fails && random.nextInt(oneOf) == 0 ? ERRNOS[random.nextInt(ERRNOS.length)] : 0;
    }

    private int onConnection(int fd, int oneOf) {
        int errno = misfortune(oneOf);
        if (errno != 0) {
            noteHit(fd);
        }
        return errno;
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long bytes) {
        lastFd = fd;
        int errno = onConnection(fd, TRANSFERS);
        return errno == 0 ? kernel.read(fd, buffer, offset, bytes) : -errno;
    }

    @Override
    public long send(int fd, MemorySegment buffer, long offset, long bytes, int flags) {
        lastFd = fd;
        int errno = onConnection(fd, TRANSFERS);
        return errno == 0 ? kernel.send(fd, buffer, offset, bytes, flags) : -errno;
    }

    @Override
    public int accept4(int fd, MemorySegment address, MemorySegment addressLength, int flags) {
        int errno = misfortune(ACCEPTS);
        return errno == 0 ? kernel.accept4(fd, address, addressLength, flags) : -errno;
    }

    @Override
    public int poll(MemorySegment fds, int first, int count, int timeoutMillis) {
        int errno = misfortune(WAITS);
        return errno == 0 ? kernel.poll(fds, first, count, timeoutMillis) : -errno;
    }

    @Override
    public int ppoll(MemorySegment fds, int first, int count, MemorySegment timeout) {
        int errno = misfortune(WAITS);
        return errno == 0 ? kernel.ppoll(fds, first, count, timeout) : -errno;
    }

    @Override
    public int select(int count, MemorySegment reads, MemorySegment writes, MemorySegment excepts,
            MemorySegment timeout) {
        int errno = misfortune(WAITS);
        return errno == 0 ? kernel.select(count, reads, writes, excepts, timeout) : -errno;
    }

    @Override
    public int epollWait(int epfd, MemorySegment events, int count, int timeoutMillis) {
        int errno = misfortune(WAITS);
        return errno == 0 ? kernel.epollWait(epfd, events, count, timeoutMillis) : -errno;
    }

    @Override
    public int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
        int errno = lastFd < 0 ? 0 : onConnection(fd, CHANGES); // Not while the server starts.
        return errno == 0 ? kernel.epollCtl(epfd, operation, fd, event) : -errno;
    }

    @Override
    public void close() {
        arena.close();
        super.close();
    }
}
