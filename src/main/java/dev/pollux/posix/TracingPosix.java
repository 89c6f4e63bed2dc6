package dev.pollux.posix;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Another kernel with a {@link Trace} that sees each call. Whoever wants one puts it around the real kernel;
 * else it is not there, and costs nothing.
 */
public final class TracingPosix implements Posix {
    /** The calls that can be seen, by their names in C. */
    public static final List<String> NAMES = List.of("socket", "socketpair", "bind", "listen", "accept4",
            "connect", "getsockname", "getpeername", "setsockopt", "getsockopt", "poll", "ppoll", "select",
            "epoll_create1", "epoll_ctl", "epoll_wait", "read", "send", "shutdown", "close", "eventfd",
            "eventfd_write", "getrlimit", "setrlimit");

    private static final int NONE = Trace.NO_DESCRIPTOR;

    private final Posix kernel; // Ours to close.
    private final Trace trace;

    /** Sees the calls of {@code kernel}, which this one closes. */
    public TracingPosix(Posix kernel, Trace trace) {
        this.kernel = kernel;
        this.trace = trace;
    }

    private static int end(Trace.Call call, int result, int fd, Object... arguments) {
        if (call != null) {
            call.end(result, fd, arguments);
        }
        return result;
    }

    private static long end(Trace.Call call, long result, int fd, Object... arguments) {
        if (call != null) {
            call.end(result, fd, arguments);
        }
        return result;
    }

    /** Text that is made only if somebody reads it, which must be before the call's end is over. */
    private interface Text {
        String text();
    }

    private record Lazy(Text from) {
        @Override
        public String toString() {
            return from.text();
        }
    }

    private static Lazy lazy(Text from) {
        return new Lazy(from);
    }

    private static Lazy memory(MemorySegment segment) {
        return lazy(() -> CallText.memory(segment));
    }

    private static Lazy address(MemorySegment address) {
        return lazy(() -> CallText.address(address));
    }

    /** An address that the kernel writes, if it does. */
    private static Lazy address(MemorySegment address, int result) {
        return result < 0 ? memory(address) : address(address);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        Trace.Call call = trace.begin("socket");
        int result = kernel.socket(domain, type, protocol);
        return end(call, result, NONE, lazy(() -> CallText.family(domain)),
                lazy(() -> CallText.socketType(type)), protocol);
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment pair) {
        Trace.Call call = trace.begin("socketpair");
        int result = kernel.socketpair(domain, type, protocol, pair);
        return end(call, result, NONE, lazy(() -> CallText.family(domain)),
                lazy(() -> CallText.socketType(type)), protocol, memory(pair));
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        Trace.Call call = trace.begin("bind");
        int result = kernel.bind(fd, address);
        return end(call, result, fd, address(address), address.byteSize());
    }

    @Override
    public int listen(int fd, int backlog) {
        Trace.Call call = trace.begin("listen");
        int result = kernel.listen(fd, backlog);
        return end(call, result, fd, backlog);
    }

    @Override
    public int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
        Trace.Call call = trace.begin("accept4");
        int result = kernel.accept4(fd, address, length, flags);
        return end(call, result, fd, address(address, result), memory(length),
                lazy(() -> CallText.socketFlags(flags)));
    }

    @Override
    public int connect(int fd, MemorySegment address) {
        Trace.Call call = trace.begin("connect");
        int result = kernel.connect(fd, address);
        return end(call, result, fd, address(address), address.byteSize());
    }

    @Override
    public int getsockname(int fd, MemorySegment address, MemorySegment length) {
        Trace.Call call = trace.begin("getsockname");
        int result = kernel.getsockname(fd, address, length);
        return end(call, result, fd, address(address, result), memory(length));
    }

    @Override
    public int getpeername(int fd, MemorySegment address, MemorySegment length) {
        Trace.Call call = trace.begin("getpeername");
        int result = kernel.getpeername(fd, address, length);
        return end(call, result, fd, address(address, result), memory(length));
    }

    @Override
    public int setsockopt(int fd, int level, int name, MemorySegment value) {
        Trace.Call call = trace.begin("setsockopt");
        int result = kernel.setsockopt(fd, level, name, value);
        return end(call, result, fd, lazy(() -> CallText.level(level)),
                lazy(() -> CallText.option(level, name)), memory(value), value.byteSize());
    }

    @Override
    public int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
        Trace.Call call = trace.begin("getsockopt");
        int result = kernel.getsockopt(fd, level, name, value, length);
        return end(call, result, fd, lazy(() -> CallText.level(level)),
                lazy(() -> CallText.option(level, name)), memory(value), memory(length));
    }

    @Override
    public int poll(MemorySegment fds, int first, int count, int timeoutMillis) {
        Trace.Call call = trace.begin("poll");
        int result = kernel.poll(fds, first, count, timeoutMillis);
        return end(call, result, NONE, lazy(() -> CallText.ready(fds, first, count, result)), count,
                timeoutMillis);
    }

    @Override
    public int ppoll(MemorySegment fds, int first, int count, MemorySegment timeout) {
        Trace.Call call = trace.begin("ppoll");
        int result = kernel.ppoll(fds, first, count, timeout);
        return end(call, result, NONE, lazy(() -> CallText.ready(fds, first, count, result)), count,
                memory(timeout), "NULL");
    }

    @Override
    public int select(int count, MemorySegment reads, MemorySegment writes, MemorySegment excepts,
            MemorySegment timeout) {
        Trace.Call call = trace.begin("select");
        int result = kernel.select(count, reads, writes, excepts, timeout);
        return end(call, result, NONE, count, memory(reads), memory(writes), memory(excepts),
                memory(timeout));
    }

    @Override
    public int epollCreate1(int flags) {
        Trace.Call call = trace.begin("epoll_create1");
        int result = kernel.epollCreate1(flags);
        return end(call, result, NONE, lazy(() -> CallText.epollFlags(flags)));
    }

    @Override
    public int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
        Trace.Call call = trace.begin("epoll_ctl");
        int result = kernel.epollCtl(epfd, operation, fd, event);
        return end(call, result, epfd, lazy(() -> CallText.epollOperation(operation)), fd,
                lazy(() -> CallText.event(event, 0)));
    }

    @Override
    public int epollWait(int epfd, MemorySegment events, int count, int timeoutMillis) {
        Trace.Call call = trace.begin("epoll_wait");
        int result = kernel.epollWait(epfd, events, count, timeoutMillis);
        return end(call, result, epfd, lazy(() -> CallText.events(events, result)), count, timeoutMillis);
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        Trace.Call call = trace.begin("read");
        long result = kernel.read(fd, buffer, offset, length);
        return end(call, result, fd, memory(buffer), length);
    }

    @Override
    public long send(int fd, MemorySegment buffer, long offset, long length, int flags) {
        Trace.Call call = trace.begin("send");
        long result = kernel.send(fd, buffer, offset, length, flags);
        return end(call, result, fd, memory(buffer), length, lazy(() -> CallText.messageFlags(flags)));
    }

    @Override
    public int shutdown(int fd, int how) {
        Trace.Call call = trace.begin("shutdown");
        int result = kernel.shutdown(fd, how);
        return end(call, result, fd, lazy(() -> CallText.shutdownHow(how)));
    }

    @Override
    public int close(int fd) {
        Trace.Call call = trace.begin("close");
        int result = kernel.close(fd);
        return end(call, result, fd);
    }

    @Override
    public int eventfd(int initial, int flags) {
        Trace.Call call = trace.begin("eventfd");
        int result = kernel.eventfd(initial, flags);
        return end(call, result, NONE, initial, lazy(() -> CallText.eventfdFlags(flags)));
    }

    @Override
    public int eventfdWrite(int fd, long value) {
        Trace.Call call = trace.begin("eventfd_write");
        int result = kernel.eventfdWrite(fd, value);
        return end(call, result, fd, value);
    }

    @Override
    public int getrlimit(int resource, MemorySegment limits) {
        Trace.Call call = trace.begin("getrlimit");
        int result = kernel.getrlimit(resource, limits);
        return end(call, result, NONE, lazy(() -> CallText.resource(resource)), memory(limits));
    }

    @Override
    public int setrlimit(int resource, MemorySegment limits) {
        Trace.Call call = trace.begin("setrlimit");
        int result = kernel.setrlimit(resource, limits);
        return end(call, result, NONE, lazy(() -> CallText.resource(resource)), memory(limits));
    }

    @Override
    public long nanoTime() {
        return kernel.nanoTime(); // No call of the kernel, on most machines.
    }

    @Override
    public Posix shareable() {
        return new TracingPosix(kernel.shareable(), trace);
    }

    @Override
    public void close() {
        kernel.close();
    }
}
