package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.EFD_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.EPOLL_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.FD_SETSIZE;
import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.bindings.linux.Libc.SOCK_CLOEXEC;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.bindings.linux.rlimit;
import dev.pollux.bindings.linux.sockaddr_in;
import dev.pollux.bindings.linux.timespec;
import dev.pollux.bindings.linux.timeval;
import java.lang.foreign.MemorySegment;

/**
 * Stands in front of the real kernel where {@code -Ddev.pollux.checks=true} is, as in our tests. Each segment
 * must be native memory that is alive, this thread's to use, aligned for what is in it, and as large as the
 * kernel will believe; nothing may be read into no room, sent without MSG_NOSIGNAL, or opened without
 * CLOEXEC. Else the call is not made.
 *
 * <p>What the kernel is about to write is overwritten first, so that whoever takes what an earlier call left
 * there for new finds {@link #STALE}.
 */
final class CheckedPosix extends ForwardingPosix {
    /** As a length it is too long, as revents it is nearly everything, as a token it is nobody's. */
    static final byte STALE = (byte) 0xDB;

    private static final short STALE_REVENTS = (short) ((STALE & 0xFF) << 8 | STALE & 0xFF);
    private static final long POLLFD = pollfd.sizeof();
    private static final long SET_BYTES = FD_SETSIZE() / Byte.SIZE;
    // Where the struct is declared with an alignment of 1, the packed epoll_event, the kernel copies bytes.
    private static final long EVENT_ALIGNMENT = EpollEvent.BYTES % Long.BYTES == 0 ? Long.BYTES : 1;

    /** Checks the calls of {@code kernel}, which becomes this one's to close. */
    CheckedPosix(Posix kernel) {
        super(kernel);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        require((type & SOCK_CLOEXEC()) != 0, "socket", "a descriptor without SOCK_CLOEXEC");
        return super.socket(domain, type, protocol);
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment pair) {
        require((type & SOCK_CLOEXEC()) != 0, "socketpair", "a descriptor without SOCK_CLOEXEC");
        lendToWrite("socketpair", pair, 2 * JAVA_INT.byteSize(), JAVA_INT.byteAlignment());
        return super.socketpair(domain, type, protocol, pair);
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        checkAddress("bind", address);
        return super.bind(fd, address);
    }

    @Override
    public int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
        require((flags & SOCK_CLOEXEC()) != 0, "accept4", "a descriptor without SOCK_CLOEXEC");
        lendRoom("accept4", address, length);
        return super.accept4(fd, address, length, flags);
    }

    @Override
    public int connect(int fd, MemorySegment address) {
        checkAddress("connect", address);
        return super.connect(fd, address);
    }

    @Override
    public int getsockname(int fd, MemorySegment address, MemorySegment length) {
        lendRoom("getsockname", address, length);
        return super.getsockname(fd, address, length);
    }

    @Override
    public int getpeername(int fd, MemorySegment address, MemorySegment length) {
        lendRoom("getpeername", address, length);
        return super.getpeername(fd, address, length);
    }

    @Override
    public int setsockopt(int fd, int level, int name, MemorySegment value) {
        check("setsockopt", value, 0, JAVA_INT.byteSize(), JAVA_INT.byteAlignment());
        return super.setsockopt(fd, level, name, value);
    }

    @Override
    public int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
        lendRoom("getsockopt", value, length);
        return super.getsockopt(fd, level, name, value, length);
    }

    @Override
    public int poll(MemorySegment fds, int first, int count, int timeoutMillis) {
        lendEntries("poll", fds, first, count);
        return super.poll(fds, first, count, timeoutMillis);
    }

    @Override
    public int ppoll(MemorySegment fds, int first, int count, MemorySegment timeout) {
        lendEntries("ppoll", fds, first, count);
        if (!isNull(timeout)) {
            check("ppoll", timeout, 0, timespec.sizeof(), Long.BYTES);
        }
        return super.ppoll(fds, first, count, timeout);
    }

    /** Sets and time-out tell the kernel something before it writes into them: they stay as they are. */
    @Override
    public int select(int count, MemorySegment reads, MemorySegment writes, MemorySegment excepts,
            MemorySegment timeout) {
        require(count <= FD_SETSIZE(), "select", "more descriptors than a set has");
        checkSet(reads);
        checkSet(writes);
        checkSet(excepts);
        if (!isNull(timeout)) {
            checkWritable("select", timeout, 0, timeval.sizeof(), Long.BYTES);
        }
        return super.select(count, reads, writes, excepts, timeout);
    }

    @Override
    public int epollCreate1(int flags) {
        require((flags & EPOLL_CLOEXEC()) != 0, "epoll_create1", "a descriptor without EPOLL_CLOEXEC");
        return super.epollCreate1(flags);
    }

    @Override
    public int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
        if (!isNull(event)) {
            check("epoll_ctl", event, 0, EpollEvent.BYTES, EVENT_ALIGNMENT);
        }
        return super.epollCtl(epfd, operation, fd, event);
    }

    @Override
    public int epollWait(int epfd, MemorySegment events, int count, int timeoutMillis) {
        lendToWrite("epoll_wait", events, count * EpollEvent.BYTES, EVENT_ALIGNMENT);
        return super.epollWait(epfd, events, count, timeoutMillis);
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        require(length > 0, "read", "no room, and a 0 that would look like the end of the stream");
        checkWritable("read", buffer, offset, length, 1);
        buffer.asSlice(offset, length).fill(STALE);
        return super.read(fd, buffer, offset, length);
    }

    @Override
    public long send(int fd, MemorySegment buffer, long offset, long length, int flags) {
        require((flags & MSG_NOSIGNAL()) != 0, "send", "no MSG_NOSIGNAL");
        check("send", buffer, offset, length, 1);
        return super.send(fd, buffer, offset, length, flags);
    }

    @Override
    public int eventfd(int initial, int flags) {
        require((flags & EFD_CLOEXEC()) != 0, "eventfd", "a descriptor without EFD_CLOEXEC");
        return super.eventfd(initial, flags);
    }

    @Override
    public int getrlimit(int resource, MemorySegment limits) {
        lendToWrite("getrlimit", limits, rlimit.sizeof(), Long.BYTES);
        return super.getrlimit(resource, limits);
    }

    @Override
    public int setrlimit(int resource, MemorySegment limits) {
        check("setrlimit", limits, 0, rlimit.sizeof(), Long.BYTES);
        return super.setrlimit(resource, limits);
    }

    @Override
    public Posix shareable() {
        return new CheckedPosix(super.shareable());
    }

    private static void checkAddress(String call, MemorySegment address) {
        check(call, address, 0, sockaddr_in.sizeof(), JAVA_INT.byteAlignment());
    }

    private static void checkSet(MemorySegment set) {
        if (!isNull(set)) {
            checkWritable("select", set, 0, SET_BYTES, Long.BYTES);
        }
    }

    /** An address or an option's value, which the kernel writes, and the room for it, which it believes. */
    private static void lendRoom(String call, MemorySegment room, MemorySegment length) {
        require(isNull(room) == isNull(length), call, "memory without a length, or a length of nothing");
        if (!isNull(length)) {
            checkWritable(call, length, 0, JAVA_INT.byteSize(), JAVA_INT.byteAlignment());
            long bytes = Integer.toUnsignedLong(length.get(JAVA_INT, 0));
            lendToWrite(call, room, bytes, JAVA_INT.byteAlignment());
        }
    }

    /** The kernel reads what to ask for, and writes the revents of the entries that it is asked about. */
    private static void lendEntries(String call, MemorySegment fds, int first, int count) {
        checkWritable(call, fds, first * POLLFD, count * POLLFD, JAVA_INT.byteAlignment());
        for (long i = first; i < (long) first + count; i++) {
            fds.set(JAVA_SHORT, i * POLLFD + pollfd.revents$offset(), STALE_REVENTS);
        }
    }

    private static void lendToWrite(String call, MemorySegment segment, long bytes, long alignment) {
        checkWritable(call, segment, 0, bytes, alignment);
        segment.asSlice(0, bytes).fill(STALE);
    }

    private static void checkWritable(String call, MemorySegment segment, long offset, long bytes,
            long alignment) {
        check(call, segment, offset, bytes, alignment);
        require(!segment.isReadOnly(), call, "the kernel would write into read-only memory");
    }

    /** What the kernel is to touch is {@code segment[offset, offset + bytes)}. */
    private static void check(String call, MemorySegment segment, long offset, long bytes, long alignment) {
        require(segment.isNative(), call, "memory on the heap, which the collector moves");
        require(segment.scope().isAlive(), call, "memory that is freed");
        require(segment.isAccessibleBy(Thread.currentThread()), call, "memory of another thread");
        // Without a sum, which could overflow.
        boolean isInside = offset >= 0 && bytes >= 0 && bytes <= segment.byteSize() - offset;
        require(isInside, call, "the kernel would touch memory outside the segment");
        require((segment.address() + offset) % alignment == 0, call, "memory that is not aligned");
    }

    /** A segment on the heap has addresses from 0 on. */
    private static boolean isNull(MemorySegment segment) {
        return segment.isNative() && segment.address() == 0;
    }

    private static void require(boolean condition, String call, String otherwise) {
        if (!condition) {
            throw new AssertionError(call + ": " + otherwise);
        }
    }
}
