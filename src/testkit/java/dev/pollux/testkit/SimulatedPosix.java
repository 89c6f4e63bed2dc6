package dev.pollux.testkit;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.pollux.posix.EpollEvent;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import java.lang.foreign.MemorySegment;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;

/**
 * The calls of {@link Posix} on a {@link SimulatedKernel}: the same results, on the same memory. A mistake of
 * the caller's throws an {@link AssertionError}: a descriptor that is not open, memory that is freed or too
 * small, a read of no bytes, a call that would block.
 *
 * <pre>{@code
 * try (var server = SimulatedServer.start(new ServerOptions(), new Greeter())) {
 *     SimulatedPeer ada = server.connect().sendFrame("Ada");
 *     server.run();                                 // Until nothing more happens.
 *     assertEquals("Hello, Ada!", ada.nextText());
 *
 *     ada.sendFrame("too slow").readNothing();      // Or in pieces, or reset, or vanish.
 *     server.advance(Duration.ofMinutes(1));        // Takes no time at all.
 *     assertEquals(CloseReason.WRITE_TIMEOUT, server.reason(ada));
 * }                                                 // Fails if anything was left open.
 * }</pre>
 */
public final class SimulatedPosix implements Posix {
    private static final int NO_MEMORY = -Errno.EFAULT.number;

    private final SimulatedKernel kernel;
    private final Calls calls;
    private boolean closed;

    SimulatedPosix(SimulatedKernel kernel) {
        this.kernel = kernel;
        this.calls = kernel.calls;
    }

    private Fault begin(SystemCall name, int fd, long size) {
        kernel.checkThread();
        if (closed) {
            throw calls.misuse("this Posix is closed");
        }
        return calls.begin(name, fd, size);
    }

    /** A call on a descriptor, of whatever kind. */
    private int on(SystemCall name, int fd, ToIntFunction<Description> action) {
        Fault fault = begin(name, fd, 0);
        if (fault.fails()) {
            return calls.end(-(int) fault.value());
        }
        Description description = calls.find(fd);
        return calls.end(description == null ? -Errno.EBADF.number : action.applyAsInt(description));
    }

    private int onSocket(SystemCall name, int fd, ToIntFunction<StreamSocket> action) {
        return on(name, fd, description -> {
            if (description instanceof StreamSocket socket) {
                return action.applyAsInt(socket);
            }
            calls.misused("descriptor " + fd + " is not a socket");
            return -Errno.ENOTSOCK.number;
        });
    }

    /** A call that makes a descriptor; flags as of socket(2). */
    private int make(SystemCall name, int flags, IntFunction<Description> description) {
        Fault fault = begin(name, -1, 0);
        if (fault.fails()) {
            return calls.end(-(int) fault.value());
        }
        return calls.end(add(description.apply(flags), flags));
    }

    private int add(Description description, int flags) {
        if ((flags & Abi.CLOEXEC) == 0) {
            calls.misused("a descriptor without CLOEXEC would leak into other programs");
        }
        description.blocks = (flags & Abi.NONBLOCK) == 0;
        return kernel.descriptors.add(description);
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        if ((type & ~(Abi.NONBLOCK | Abi.CLOEXEC)) != Abi.SOCK_STREAM) {
            throw calls.misuse("only streams are simulated");
        }
        return make(SystemCall.SOCKET, type, flags -> new StreamSocket(domain));
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment pair) {
        Fault fault = begin(SystemCall.SOCKETPAIR, -1, 0);
        if (fault.fails()) {
            return calls.end(-(int) fault.value());
        }
        StreamSocket near = new StreamSocket(domain);
        StreamSocket far = new StreamSocket(domain);
        MemorySegment numbers = lent(pair, 0, 2 * Integer.BYTES);
        int nearFd = add(near, type);
        int farFd = add(far, type);
        if (nearFd < 0 || farFd < 0) {
            if (nearFd >= 0) {
                kernel.descriptors.remove(nearFd);
            }
            return calls.end(-Errno.EMFILE.number);
        }
        kernel.network.join(near, far);
        numbers.set(JAVA_INT_UNALIGNED, 0, nearFd);
        numbers.set(JAVA_INT_UNALIGNED, Integer.BYTES, farFd);
        return calls.end(0);
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        return onSocket(SystemCall.BIND, fd, socket -> kernel.network.bind(socket, bytes(address)));
    }

    @Override
    public int listen(int fd, int backlog) {
        return onSocket(SystemCall.LISTEN, fd, socket -> kernel.network.listen(socket, backlog));
    }

    @Override
    public int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
        lentAnswer(address, length);
        return onSocket(SystemCall.ACCEPT4, fd, listener -> {
            if (listener.state != StreamSocket.State.LISTENING) {
                return -Errno.EINVAL.number;
            }
            if (!kernel.descriptors.hasRoom()) {
                return -Errno.EMFILE.number; // Before anybody leaves the backlog.
            }
            StreamSocket accepted = listener.backlog.take();
            if (accepted == null) {
                return again(listener);
            }
            calls.progress();
            int made = add(accepted, flags);
            Address.answer(accepted.remote, address, length);
            return made;
        });
    }

    /** What there is nothing of: an answer where that is wanted, and else a loop that stops. */
    private int again(Description description) {
        if (description.blocks) {
            throw calls.misuse("the call would block");
        }
        return -Errno.EAGAIN.number;
    }

    @Override
    public int connect(int fd, MemorySegment address) {
        return onSocket(SystemCall.CONNECT, fd, socket -> {
            again(socket);
            return kernel.network.connect(socket, Address.port(bytes(address)));
        });
    }

    @Override
    public int getsockname(int fd, MemorySegment address, MemorySegment length) {
        lentAnswer(address, length);
        return onSocket(SystemCall.GETSOCKNAME, fd, socket -> Address.answer(socket.local, address, length));
    }

    @Override
    public int getpeername(int fd, MemorySegment address, MemorySegment length) {
        lentAnswer(address, length);
        return onSocket(SystemCall.GETPEERNAME, fd, socket -> socket.state != StreamSocket.State.CONNECTED
                ? -Errno.ENOTCONN.number : Address.answer(socket.remote, address, length));
    }

    @Override
    public int setsockopt(int fd, int level, int name, MemorySegment value) {
        MemorySegment given = lent(value, 0, value.byteSize());
        return onSocket(SystemCall.SETSOCKOPT, fd, socket -> Options.set(socket, level, name, given));
    }

    @Override
    public int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
        lentAnswer(value, length);
        return onSocket(SystemCall.GETSOCKOPT, fd,
                socket -> Options.get(socket, level, name, value, length));
    }

    @Override
    public int poll(MemorySegment fds, int first, int count, int timeoutMillis) {
        MemorySegment asked = lent(fds, first * Abi.POLLFD_BYTES, count * Abi.POLLFD_BYTES);
        return waits(SystemCall.POLL, -1, count, spurious ->
                kernel.waits.poll(asked, count, nanos(timeoutMillis), spurious));
    }

    @Override
    public int ppoll(MemorySegment fds, int first, int count, MemorySegment timeout) {
        MemorySegment asked = lent(fds, first * Abi.POLLFD_BYTES, count * Abi.POLLFD_BYTES);
        lentOrNull(timeout, Abi.PAIR_BYTES);
        return waits(SystemCall.PPOLL, -1, count, spurious ->
                kernel.waits.ppoll(asked, count, timeout, spurious));
    }

    @Override
    public int select(int count, MemorySegment reads, MemorySegment writes, MemorySegment excepts,
            MemorySegment timeout) {
        MemorySegment[] sets = {reads, writes, excepts};
        for (MemorySegment set : sets) {
            lentOrNull(set, Abi.FD_SETSIZE / Byte.SIZE);
        }
        lentOrNull(timeout, Abi.PAIR_BYTES);
        return waits(SystemCall.SELECT, -1, count, spurious ->
                kernel.waits.select(count, sets, timeout, spurious));
    }

    @Override
    public int epollWait(int epfd, MemorySegment events, int count, int timeoutMillis) {
        MemorySegment room = lent(events, 0, count * EpollEvent.BYTES);
        return waits(SystemCall.EPOLL_WAIT, epfd, count, spurious -> switch (calls.find(epfd)) {
            case null -> -Errno.EBADF.number;
            case EpollSet set when count > 0 ->
                    kernel.waits.epollWait(set, room, count, nanos(timeoutMillis), spurious);
            default -> -Errno.EINVAL.number;
        });
    }

    private int waits(SystemCall name, int fd, int count, IntFunction<Integer> wait) {
        Fault fault = begin(name, fd, count);
        if (fault.fails()) {
            return calls.end(-(int) fault.value());
        }
        return calls.end(wait.apply(fault.kind() == Fault.Kind.SPURIOUS ? (int) fault.value() : -1));
    }

    private static long nanos(int millis) {
        return millis < 0 ? -1 : millis * 1_000_000L;
    }

    @Override
    public int epollCreate1(int flags) {
        return make(SystemCall.EPOLL_CREATE1, flags, each -> new EpollSet());
    }

    @Override
    public int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
        lentOrNull(event, EpollEvent.BYTES);
        Fault fault = begin(SystemCall.EPOLL_CTL, fd, operation);
        if (fault.fails()) {
            return calls.end(-(int) fault.value());
        }
        Description watching = calls.find(epfd);
        Description watched = calls.find(fd);
        if (watching == null || watched == null) {
            return calls.end(-Errno.EBADF.number);
        }
        if (!(watching instanceof EpollSet set) || watching == watched) {
            return calls.end(-Errno.EINVAL.number);
        }
        if (event.address() == 0 && operation != Abi.EPOLL_CTL_DEL) {
            return calls.end(NO_MEMORY);
        }
        return calls.end(set.change(operation, fd, watched, event));
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        MemorySegment room = lent(buffer, offset, length);
        if (length == 0) {
            throw calls.misuse("a read of no bytes returns 0, which looks like the end of the stream");
        }
        return transfer(SystemCall.READ, fd, room, Description::read);
    }

    @Override
    public long send(int fd, MemorySegment buffer, long offset, long length, int flags) {
        MemorySegment bytes = lent(buffer, offset, length);
        if ((flags & Abi.MSG_NOSIGNAL) == 0) {
            throw calls.misuse("without MSG_NOSIGNAL a peer that has gone would end the process");
        }
        return transfer(SystemCall.SEND, fd, bytes, Description::send);
    }

    private interface Transfer {
        long move(Description description, MemorySegment bytes);
    }

    private long transfer(SystemCall name, int fd, MemorySegment bytes, Transfer transfer) {
        Fault fault = begin(name, fd, bytes.byteSize());
        if (fault.fails()) {
            return calls.end(-fault.value());
        }
        Description description = calls.find(fd);
        if (description == null) {
            return calls.end((long) -Errno.EBADF.number);
        }
        long moved = transfer.move(description, bytes.asSlice(0, fault.most(bytes.byteSize())));
        if (moved > 0) {
            calls.progress();
        }
        return calls.end(moved == -Errno.EAGAIN.number ? again(description) : moved);
    }

    @Override
    public int shutdown(int fd, int how) {
        return onSocket(SystemCall.SHUTDOWN, fd, socket -> {
            calls.progress();
            return socket.shutdown(how);
        });
    }

    /** The descriptor is gone even if the call fails, except when there was none. */
    @Override
    public int close(int fd) {
        Fault fault = begin(SystemCall.CLOSE, fd, 0);
        if (calls.find(fd) == null) {
            return calls.end(-Errno.EBADF.number);
        }
        Description closed = kernel.descriptors.remove(fd);
        closed.close();
        if (closed instanceof StreamSocket socket) {
            kernel.network.release(socket);
        }
        calls.progress();
        return calls.end(fault.fails() ? -(int) fault.value() : 0);
    }

    @Override
    public int eventfd(int initial, int flags) {
        return make(SystemCall.EVENTFD, flags, each -> new EventCounter(initial));
    }

    @Override
    public int eventfdWrite(int fd, long value) {
        return on(SystemCall.EVENTFD_WRITE, fd, description -> description instanceof EventCounter counter
                ? counter.add(value) : -Errno.EINVAL.number);
    }

    @Override
    public int getrlimit(int resource, MemorySegment limits) {
        MemorySegment room = lent(limits, 0, Abi.PAIR_BYTES);
        Fault fault = begin(SystemCall.GETRLIMIT, -1, resource);
        if (fault.fails() || resource != Abi.RLIMIT_NOFILE) {
            return calls.end(fault.fails() ? -(int) fault.value() : -Errno.EINVAL.number);
        }
        room.set(JAVA_LONG_UNALIGNED, 0, kernel.descriptors.softLimit);
        room.set(JAVA_LONG_UNALIGNED, Long.BYTES, kernel.descriptors.hardLimit);
        return calls.end(0);
    }

    @Override
    public int setrlimit(int resource, MemorySegment limits) {
        MemorySegment given = lent(limits, 0, Abi.PAIR_BYTES);
        Fault fault = begin(SystemCall.SETRLIMIT, -1, resource);
        long soft = given.get(JAVA_LONG_UNALIGNED, 0);
        long hard = given.get(JAVA_LONG_UNALIGNED, Long.BYTES);
        if (fault.fails() || resource != Abi.RLIMIT_NOFILE || Long.compareUnsigned(soft, hard) > 0) {
            return calls.end(fault.fails() ? -(int) fault.value() : -Errno.EINVAL.number);
        }
        if (Long.compareUnsigned(hard, kernel.descriptors.hardLimit) > 0) {
            return calls.end(-Errno.EPERM.number);
        }
        kernel.descriptors.softLimit = soft;
        kernel.descriptors.hardLimit = hard;
        return calls.end(0);
    }

    /** Memory as a downcall takes it: native, alive, this thread's, and large enough. */
    private static MemorySegment lent(MemorySegment segment, long offset, long length) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException("a heap segment is nothing for the kernel");
        }
        MemorySegment part = segment.asSlice(offset, length);
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("the memory is another thread's");
        }
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the memory is freed");
        }
        return part;
    }

    private static void lentOrNull(MemorySegment segment, long length) {
        if (segment.address() != 0) {
            lent(segment, 0, length);
        }
    }

    private static void lentAnswer(MemorySegment value, MemorySegment length) {
        if (length.address() != 0) {
            lent(value, 0, Integer.toUnsignedLong(lent(length, 0, Integer.BYTES).get(JAVA_INT_UNALIGNED, 0)));
        }
    }

    private static byte[] bytes(MemorySegment address) {
        return lent(address, 0, address.byteSize()).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    }

    @Override
    public Posix shareable() {
        return kernel.posix();
    }

    @Override
    public long nanoTime() {
        return kernel.nanoTime();
    }

    @Override
    public void close() {
        if (closed) {
            throw calls.misuse("this Posix is closed twice");
        }
        closed = true;
        kernel.closed();
    }
}
