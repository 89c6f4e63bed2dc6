package dev.pollux.posix;

import java.lang.foreign.MemorySegment;

/**
 * Hands every call on to another kernel: for whatever does something before or after some of them, and
 * overrides just these.
 */
public abstract class ForwardingPosix implements Posix {
    /** Whom calls are handed on to; closed together with this. */
    protected final Posix kernel;

    /** In front of {@code kernel}, which becomes this one's to close. */
    protected ForwardingPosix(Posix kernel) {
        this.kernel = kernel;
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return kernel.socket(domain, type, protocol);
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment pair) {
        return kernel.socketpair(domain, type, protocol, pair);
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        return kernel.bind(fd, address);
    }

    @Override
    public int listen(int fd, int backlog) {
        return kernel.listen(fd, backlog);
    }

    @Override
    public int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
        return kernel.accept4(fd, address, length, flags);
    }

    @Override
    public int connect(int fd, MemorySegment address) {
        return kernel.connect(fd, address);
    }

    @Override
    public int getsockname(int fd, MemorySegment address, MemorySegment length) {
        return kernel.getsockname(fd, address, length);
    }

    @Override
    public int getpeername(int fd, MemorySegment address, MemorySegment length) {
        return kernel.getpeername(fd, address, length);
    }

    @Override
    public int setsockopt(int fd, int level, int name, MemorySegment value) {
        return kernel.setsockopt(fd, level, name, value);
    }

    @Override
    public int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
        return kernel.getsockopt(fd, level, name, value, length);
    }

    @Override
    public int poll(MemorySegment fds, int first, int count, int timeoutMillis) {
        return kernel.poll(fds, first, count, timeoutMillis);
    }

    @Override
    public int ppoll(MemorySegment fds, int first, int count, MemorySegment timeout) {
        return kernel.ppoll(fds, first, count, timeout);
    }

    @Override
    public int select(int count, MemorySegment reads, MemorySegment writes, MemorySegment excepts,
            MemorySegment timeout) {
        return kernel.select(count, reads, writes, excepts, timeout);
    }

    @Override
    public int epollCreate1(int flags) {
        return kernel.epollCreate1(flags);
    }

    @Override
    public int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
        return kernel.epollCtl(epfd, operation, fd, event);
    }

    @Override
    public int epollWait(int epfd, MemorySegment events, int count, int timeoutMillis) {
        return kernel.epollWait(epfd, events, count, timeoutMillis);
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        return kernel.read(fd, buffer, offset, length);
    }

    @Override
    public long send(int fd, MemorySegment buffer, long offset, long length, int flags) {
        return kernel.send(fd, buffer, offset, length, flags);
    }

    @Override
    public int shutdown(int fd, int how) {
        return kernel.shutdown(fd, how);
    }

    @Override
    public int close(int fd) {
        return kernel.close(fd);
    }

    @Override
    public int eventfd(int initial, int flags) {
        return kernel.eventfd(initial, flags);
    }

    @Override
    public int eventfdWrite(int fd, long value) {
        return kernel.eventfdWrite(fd, value);
    }

    @Override
    public int getrlimit(int resource, MemorySegment limits) {
        return kernel.getrlimit(resource, limits);
    }

    @Override
    public int setrlimit(int resource, MemorySegment limits) {
        return kernel.setrlimit(resource, limits);
    }

    @Override
    public long nanoTime() {
        return kernel.nanoTime();
    }

    /** The other kernel's own: whoever is to see what other threads do overrides this, too. */
    @Override
    public Posix shareable() {
        return kernel.shareable();
    }

    @Override
    public void close() {
        kernel.close();
    }
}
