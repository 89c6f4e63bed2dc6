package dev.pollux.posix;

import java.lang.foreign.MemorySegment;

/**
 * The kernel as an interface: one method for each system call that Pollux makes, with the arguments of its
 * man page.
 *
 * <p><b>Results.</b> Each call returns what its man page says where that is zero or more, and {@code -errno}
 * where the man page says -1; compare with {@code -Errno.EAGAIN.number} or name it with {@link Errno#of}. No
 * call throws because of what the kernel answered. None is tried again here, on EINTR or anything else.
 *
 * <p><b>Memory.</b> A pointer is a {@link MemorySegment}, and the ones with an {@code offset} beside them are
 * lent from there on; every call checks that the segment holds as much as the kernel will touch, and throws
 * {@link IndexOutOfBoundsException} where it does not. The segment may be freed when the call has returned.
 *
 * <p><b>Threads.</b> An instance belongs to the thread that made it, unless its implementation says
 * otherwise.
 *
 * <p>{@link NativePosix} is the real kernel, and {@link #confined} the way to it.
 */
public interface Posix extends AutoCloseable {

    /**
     * The real kernel as the calling thread sees it; no other thread may use or close the result.
     *
     * <p>With {@code -Ddev.pollux.checks=true} each call is checked before it is made, and what the kernel is
     * about to write is overwritten first: then a mistake of ours is an {@link AssertionError}, rather than
     * memory that holds what nobody sent. Without, there is nothing between the caller and the kernel.
     *
     * @throws IllegalCallerException if native access is denied; it says which flag allows it
     */
    static Posix confined() {
        NativeAccess.require(); // Before the class that needs it.
        Posix kernel = NativePosix.confined();
        return Boolean.getBoolean("dev.pollux.checks") ? new CheckedPosix(kernel) : kernel;
    }

    /**
     * Makes an endpoint for communication. {@code type} takes SOCK_NONBLOCK and SOCK_CLOEXEC along.
     *
     * @return the lowest free descriptor, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/socket.2.html">socket(2)</a>
     */
    int socket(int domain, int type, int protocol);

    /**
     * Makes two sockets that are connected to each other and writes them into {@code pair}, two C ints.
     *
     * @return 0, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/socketpair.2.html">socketpair(2)</a>
     */
    int socketpair(int domain, int type, int protocol, MemorySegment pair);

    /**
     * Gives a socket its local address, all of {@code address}.
     *
     * @return 0, or {@code -errno}: EADDRINUSE, EADDRNOTAVAIL, EACCES (a port below 1024), …
     * @see <a href="https://man7.org/linux/man-pages/man2/bind.2.html">bind(2)</a>
     */
    int bind(int fd, MemorySegment address);

    /**
     * Makes a bound socket listen; the kernel cuts {@code backlog} to {@code /proc/sys/net/core/somaxconn}.
     *
     * @return 0, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/listen.2.html">listen(2)</a>
     */
    int listen(int fd, int backlog);

    /**
     * Takes the first waiting connection off a listening socket's queue and writes the peer's address.
     *
     * @param address receives the peer's socket address, cut to its size; {@link MemorySegment#NULL} if
     *     unwanted
     * @param length a C socklen_t: the room in {@code address} before, the address's true length after;
     *               {@link MemorySegment#NULL} together with {@code address}
     * @param flags SOCK_NONBLOCK and SOCK_CLOEXEC for the new descriptor
     * @return the new descriptor, or {@code -errno}: EAGAIN when none waits on a non-blocking listener
     * @see <a href="https://man7.org/linux/man-pages/man2/accept4.2.html">accept4(2)</a>
     */
    int accept4(int fd, MemorySegment address, MemorySegment length, int flags);

    /**
     * Connects a socket to {@code address}.
     *
     * @return 0, or {@code -errno}: ECONNREFUSED, EINPROGRESS on a non-blocking socket, …
     * @see <a href="https://man7.org/linux/man-pages/man2/connect.2.html">connect(2)</a>
     */
    int connect(int fd, MemorySegment address);

    /**
     * Writes the socket's own address; {@code address} and {@code length} as in {@link #accept4}.
     *
     * @return 0, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/getsockname.2.html">getsockname(2)</a>
     */
    int getsockname(int fd, MemorySegment address, MemorySegment length);

    /**
     * Writes the peer's address; {@code address} and {@code length} as in {@link #accept4}.
     *
     * @return 0, or {@code -errno}: ENOTCONN
     * @see <a href="https://man7.org/linux/man-pages/man2/getpeername.2.html">getpeername(2)</a>
     */
    int getpeername(int fd, MemorySegment address, MemorySegment length);

    /**
     * Sets a socket option to all of {@code value}.
     *
     * @return 0, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/setsockopt.2.html">setsockopt(2)</a>
     */
    int setsockopt(int fd, int level, int name, MemorySegment value);

    /**
     * Reads a socket option into {@code value}; {@code length} as in {@link #accept4}.
     *
     * @return 0, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/getsockopt.2.html">getsockopt(2)</a>
     */
    int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length);

    /**
     * Waits until one of {@code count} entries is ready, and writes what is ready into each one's {@code
     * revents}.
     *
     * @param fds an array of {@code struct pollfd}
     * @param first index of the first entry to ask for
     * @param count entries to ask for
     * @param timeoutMillis 0 returns at once, -1 waits without limit
     * @return entries with revents other than 0, 0 when the time is over, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a>
     */
    int poll(MemorySegment fds, int first, int count, int timeoutMillis);

    /**
     * Does what {@link #poll} does, with a time-out in nanoseconds.
     *
     * @param timeout a {@code struct timespec}, or {@link MemorySegment#NULL} to wait without limit
     * @return as {@link #poll}
     * @see <a href="https://man7.org/linux/man-pages/man2/ppoll.2.html">ppoll(2)</a>
     */
    int ppoll(MemorySegment fds, int first, int count, MemorySegment timeout);

    /**
     * Waits until a descriptor below {@code count} that is in one of the sets is ready, and leaves only ready
     * ones in them. A set is 1024 bits; {@link MemorySegment#NULL} stands for an empty one.
     *
     * @param count one more than the largest descriptor in any set, at most FD_SETSIZE
     * @param timeout a {@code struct timeval}, in which Linux leaves what remains of it; {@link
     *                MemorySegment#NULL} waits without limit
     * @return bits left in the three sets together, 0 when the time is over, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/select.2.html">select(2)</a>
     */
    int select(int count, MemorySegment reads, MemorySegment writes, MemorySegment excepts,
            MemorySegment timeout);

    /**
     * Makes an epoll instance.
     *
     * @return a descriptor, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/epoll_create1.2.html">epoll_create1(2)</a>
     */
    int epollCreate1(int flags);

    /**
     * Adds, changes or removes ({@code operation} is an EPOLL_CTL_*) what an epoll instance watches {@code
     * fd} for.
     *
     * @param event a {@code struct epoll_event}; {@link MemorySegment#NULL} to remove
     * @return 0, or {@code -errno}: ENOSPC at the limit of /proc/sys/fs/epoll/max_user_watches
     * @see <a href="https://man7.org/linux/man-pages/man2/epoll_ctl.2.html">epoll_ctl(2)</a>
     */
    int epollCtl(int epfd, int operation, int fd, MemorySegment event);

    /**
     * Waits until a watched descriptor is ready, and writes as many {@code struct epoll_event} as fit.
     *
     * @param events an array of {@code struct epoll_event}
     * @param count entries in it, 1 or more
     * @param timeoutMillis 0 returns at once, -1 waits without limit
     * @return entries written, 0 when the time is over, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/epoll_wait.2.html">epoll_wait(2)</a>
     */
    int epollWait(int epfd, MemorySegment events, int count, int timeoutMillis);

    /**
     * Reads into {@code buffer[offset, offset + length)}.
     *
     * @param length at least 1: read(2) of 0 bytes returns 0, which we would take for the end of the stream
     * @return bytes read, 0 at the end of the stream, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/read.2.html">read(2)</a>
     */
    long read(int fd, MemorySegment buffer, long offset, long length);

    /**
     * Sends {@code buffer[offset, offset + length)} on a connected socket.
     *
     * @param flags MSG_NOSIGNAL always, or a peer that has gone would end the process with SIGPIPE
     * @return bytes that the kernel took, perhaps fewer than {@code length}, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/send.2.html">send(2)</a>
     */
    long send(int fd, MemorySegment buffer, long offset, long length, int flags);

    /**
     * Shuts down one side of a connection ({@code how} is SHUT_RD or SHUT_WR) or both (SHUT_RDWR).
     *
     * @return 0, or {@code -errno}: ENOTCONN
     * @see <a href="https://man7.org/linux/man-pages/man2/shutdown.2.html">shutdown(2)</a>
     */
    int shutdown(int fd, int how);

    /**
     * Closes a descriptor. It is gone whatever this returns: never close again on EINTR.
     *
     * @return 0, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/close.2.html">close(2)</a>
     */
    int close(int fd);

    /**
     * Makes a counter that can be waited for.
     *
     * @return a descriptor, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</a>
     */
    int eventfd(int initial, int flags);

    /**
     * Adds {@code value} to an eventfd's counter.
     *
     * @return 0, or {@code -errno}: EAGAIN where the counter would overflow and the descriptor does not block
     * @see <a href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</a>
     */
    int eventfdWrite(int fd, long value);

    /**
     * Writes the limits on {@code resource} into {@code limits}, a {@code struct rlimit}.
     *
     * @return 0, or {@code -errno}
     * @see <a href="https://man7.org/linux/man-pages/man2/getrlimit.2.html">getrlimit(2)</a>
     */
    int getrlimit(int resource, MemorySegment limits);

    /**
     * Sets the limits on {@code resource} to {@code limits}, a {@code struct rlimit}.
     *
     * @return 0, or {@code -errno}: EPERM above the hard limit
     * @see <a href="https://man7.org/linux/man-pages/man2/setrlimit.2.html">setrlimit(2)</a>
     */
    int setrlimit(int resource, MemorySegment limits);

    /** Nanoseconds since some fixed moment, as {@link System#nanoTime}; only differences mean something. */
    long nanoTime();

    /**
     * The same kernel for several threads, which take turns under a lock of theirs. Calls through it cost
     * more (with {@link NativePosix} 14 ns each, for the shared arena), so it is for the rare ones.
     */
    Posix shareable();

    /** Frees what the instance itself holds. Descriptors stay open: they belong to whoever made them. */
    @Override
    void close();
}
