package dev.pollux.posix;

import static dev.pollux.bindings.linux.Libc.*;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.bindings.linux.rlimit;
import dev.pollux.bindings.linux.timespec;
import dev.pollux.bindings.linux.timeval;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * The real kernel, through libc: the only class of Pollux that invokes a {@link MethodHandle}.
 *
 * <p>jextract's own handles cannot tell errno, so each call is linked here once more, from the generated
 * address and descriptor, with {@link Linker.Option#captureCallState}: the call then takes one more argument
 * in front, a segment into which the JVM copies errno before anything else on this thread can change it.
 *
 * <p>Nothing is allocated by a call once it is compiled: handles are constants, and the compiler does without
 * the slices, ours and the JVM's own of the errno segment, if it inlines all of the call. So the way from a
 * loop to a call is to be short: HotSpot gives up at 15 methods in one another (-XX:MaxInlineLevel), and in
 * the midst of a call if the method around it has grown too large (-XX:NodeCountInliningCutoff).
 */
public final class NativePosix implements Posix {
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final long POLLFD = pollfd.sizeof();

    // One class for each call, so that a handle is linked when its call is made first and not at start-up.
    private static final class Socket {
        static final MethodHandle HANDLE = link(socket$address(), socket$descriptor());
    }
    private static final class Socketpair {
        static final MethodHandle HANDLE = link(socketpair$address(), socketpair$descriptor());
    }
    private static final class Bind {
        static final MethodHandle HANDLE = link(bind$address(), bind$descriptor());
    }
    private static final class Listen {
        static final MethodHandle HANDLE = link(listen$address(), listen$descriptor());
    }
    private static final class Accept4 {
        static final MethodHandle HANDLE = link(accept4$address(), accept4$descriptor());
    }
    private static final class Connect {
        static final MethodHandle HANDLE = link(connect$address(), connect$descriptor());
    }
    private static final class Getsockname {
        static final MethodHandle HANDLE = link(getsockname$address(), getsockname$descriptor());
    }
    private static final class Getpeername {
        static final MethodHandle HANDLE = link(getpeername$address(), getpeername$descriptor());
    }
    private static final class Setsockopt {
        static final MethodHandle HANDLE = link(setsockopt$address(), setsockopt$descriptor());
    }
    private static final class Getsockopt {
        static final MethodHandle HANDLE = link(getsockopt$address(), getsockopt$descriptor());
    }
    private static final class Poll {
        static final MethodHandle HANDLE = link(poll$address(), poll$descriptor());
    }
    private static final class Ppoll {
        static final MethodHandle HANDLE = link(ppoll$address(), ppoll$descriptor());
    }
    private static final class Select {
        static final MethodHandle HANDLE = link(select$address(), select$descriptor());
    }
    private static final class EpollCreate1 {
        static final MethodHandle HANDLE = link(epoll_create1$address(), epoll_create1$descriptor());
    }
    private static final class EpollCtl {
        static final MethodHandle HANDLE = link(epoll_ctl$address(), epoll_ctl$descriptor());
    }
    private static final class EpollWait {
        static final MethodHandle HANDLE = link(epoll_wait$address(), epoll_wait$descriptor());
    }
    private static final class Read {
        static final MethodHandle HANDLE = link(read$address(), read$descriptor());
    }
    private static final class Send {
        static final MethodHandle HANDLE = link(send$address(), send$descriptor());
    }
    private static final class Shutdown {
        static final MethodHandle HANDLE = link(shutdown$address(), shutdown$descriptor());
    }
    private static final class Close {
        static final MethodHandle HANDLE = link(close$address(), close$descriptor());
    }
    private static final class Eventfd {
        static final MethodHandle HANDLE = link(eventfd$address(), eventfd$descriptor());
    }
    private static final class EventfdWrite {
        static final MethodHandle HANDLE = link(eventfd_write$address(), eventfd_write$descriptor());
    }
    private static final class Getrlimit {
        static final MethodHandle HANDLE = link(getrlimit$address(), getrlimit$descriptor());
    }
    private static final class Setrlimit {
        static final MethodHandle HANDLE = link(setrlimit$address(), setrlimit$descriptor());
    }
    private static final class XpgStrerror {
        static final MethodHandle HANDLE = link(__xpg_strerror_r$address(), __xpg_strerror_r$descriptor());
    }

    private final Arena arena;
    private final MemorySegment state; // One per thread: a shared one lets threads read each other's errno.

    private NativePosix(Arena arena) {
        this.arena = arena;
        this.state = arena.allocate(STATE);
    }

    /**
     * The kernel as the calling thread sees it; no other thread may use or close the result. Who is not to
     * measure it takes {@link Posix#confined}, which can check each call.
     */
    public static NativePosix confined() {
        NativeAccess.require();
        return new NativePosix(Arena.ofConfined());
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        try {
            return result((int) Socket.HANDLE.invokeExact(state, domain, type, protocol));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment pair) {
        try {
            return result((int) Socketpair.HANDLE.invokeExact(state, domain, type, protocol,
                    pair.asSlice(0, 2 * JAVA_INT.byteSize())));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int bind(int fd, MemorySegment address) {
        try {
            return result((int) Bind.HANDLE.invokeExact(state, fd, address, (int) address.byteSize()));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int listen(int fd, int backlog) {
        try {
            return result((int) Listen.HANDLE.invokeExact(state, fd, backlog));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int accept4(int fd, MemorySegment address, MemorySegment length, int flags) {
        checkRoom(address, length);
        try {
            return result((int) Accept4.HANDLE.invokeExact(state, fd, address, length, flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int connect(int fd, MemorySegment address) {
        try {
            return result((int) Connect.HANDLE.invokeExact(state, fd, address, (int) address.byteSize()));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int getsockname(int fd, MemorySegment address, MemorySegment length) {
        checkRoom(address, length);
        try {
            return result((int) Getsockname.HANDLE.invokeExact(state, fd, address, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int getpeername(int fd, MemorySegment address, MemorySegment length) {
        checkRoom(address, length);
        try {
            return result((int) Getpeername.HANDLE.invokeExact(state, fd, address, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int setsockopt(int fd, int level, int name, MemorySegment value) {
        try {
            return result((int) Setsockopt.HANDLE.invokeExact(state, fd, level, name, value,
                    (int) value.byteSize()));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int getsockopt(int fd, int level, int name, MemorySegment value, MemorySegment length) {
        checkRoom(value, length);
        try {
            return result((int) Getsockopt.HANDLE.invokeExact(state, fd, level, name, value, length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int poll(MemorySegment fds, int first, int count, int timeoutMillis) {
        try {
            MemorySegment part = part(fds, first * POLLFD, count * POLLFD);
            return result((int) Poll.HANDLE.invokeExact(state, part, (long) count, timeoutMillis));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int ppoll(MemorySegment fds, int first, int count, MemorySegment timeout) {
        checkSize(timeout, timespec.sizeof());
        try {
            MemorySegment part = part(fds, first * POLLFD, count * POLLFD);
            return result((int) Ppoll.HANDLE.invokeExact(state, part, (long) count, timeout,
                    MemorySegment.NULL));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int select(int count, MemorySegment reads, MemorySegment writes, MemorySegment excepts,
            MemorySegment timeout) {
        if (count > FD_SETSIZE()) { // The kernel would go on behind the sets.
            throw new IndexOutOfBoundsException("select of " + count + " descriptors: a set has "
                    + FD_SETSIZE());
        }
        checkSize(reads, FD_SETSIZE() / Byte.SIZE);
        checkSize(writes, FD_SETSIZE() / Byte.SIZE);
        checkSize(excepts, FD_SETSIZE() / Byte.SIZE);
        checkSize(timeout, timeval.sizeof());
        try {
            return result((int) Select.HANDLE.invokeExact(state, count, reads, writes, excepts, timeout));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int epollCreate1(int flags) {
        try {
            return result((int) EpollCreate1.HANDLE.invokeExact(state, flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int epollCtl(int epfd, int operation, int fd, MemorySegment event) {
        checkSize(event, EpollEvent.BYTES);
        try {
            return result((int) EpollCtl.HANDLE.invokeExact(state, epfd, operation, fd, event));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int epollWait(int epfd, MemorySegment events, int count, int timeoutMillis) {
        try {
            MemorySegment part = part(events, 0, count * EpollEvent.BYTES);
            return result((int) EpollWait.HANDLE.invokeExact(state, epfd, part, count, timeoutMillis));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long read(int fd, MemorySegment buffer, long offset, long length) {
        assert length > 0; // read(2) of 0 bytes returns 0, which we would take for the end of the stream.
        try {
            return result((long) Read.HANDLE.invokeExact(state, fd, part(buffer, offset, length), length));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public long send(int fd, MemorySegment buffer, long offset, long length, int flags) {
        try {
            MemorySegment part = part(buffer, offset, length);
            return result((long) Send.HANDLE.invokeExact(state, fd, part, length, flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int shutdown(int fd, int how) {
        try {
            return result((int) Shutdown.HANDLE.invokeExact(state, fd, how));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int close(int fd) {
        try {
            return result((int) Close.HANDLE.invokeExact(state, fd));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int eventfd(int initial, int flags) {
        try {
            return result((int) Eventfd.HANDLE.invokeExact(state, initial, flags));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int eventfdWrite(int fd, long value) {
        try {
            return result((int) EventfdWrite.HANDLE.invokeExact(state, fd, value));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int getrlimit(int resource, MemorySegment limits) {
        try {
            return result((int) Getrlimit.HANDLE.invokeExact(state, resource,
                    limits.asSlice(0, rlimit.sizeof())));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public int setrlimit(int resource, MemorySegment limits) {
        try {
            return result((int) Setrlimit.HANDLE.invokeExact(state, resource,
                    limits.asSlice(0, rlimit.sizeof())));
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /**
     * Libc's own text for an errno. The function is XPG's: unlike GNU's it always writes into the buffer.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/strerror.3.html">strerror_r(3)</a>
     */
    static String strerror(int errno) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(128);
            // An errno that libc does not know is answered with EINVAL, and the text says so: both are fine
            // here.
            int ignored = (int) XpgStrerror.HANDLE.invokeExact(arena.allocate(STATE), errno, text,
                    text.byteSize());
            return text.getString(0);
        } catch (OutOfMemoryError e) { // The name alone tells enough, and a log line must not fail.
            return "no memory for its text";
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    @Override
    public Posix shareable() {
        return new NativePosix(Arena.ofShared());
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void close() {
        arena.close();
    }

    private int result(int returned) {
        return returned >= 0 ? returned : -state.get(JAVA_INT, ERRNO);
    }

    private long result(long returned) {
        return returned >= 0 ? returned : -state.get(JAVA_INT, ERRNO);
    }

    /**
     * Where the kernel may touch {@code length} bytes. The beginning of a segment is the segment itself: a
     * slice is an object wherever the compiler does not see that nobody keeps it.
     */
    private static MemorySegment part(MemorySegment segment, long offset, long length) {
        Objects.checkFromIndexSize(offset, length, segment.byteSize());
        return offset == 0 ? segment : segment.asSlice(offset, length);
    }

    /**
     * The kernel writes as many bytes as {@code length} says, so that number must be true before it is
     * believed.
     */
    private static void checkRoom(MemorySegment address, MemorySegment length) {
        if (length.address() != 0) {
            checkSize(length, JAVA_INT.byteSize());
            checkSize(address, Integer.toUnsignedLong(length.get(JAVA_INT, 0)));
        }
    }

    private static void checkSize(MemorySegment segment, long bytes) {
        if (segment.address() != 0 && segment.byteSize() < bytes) {
            throw new IndexOutOfBoundsException("the kernel would touch " + bytes + " bytes of "
                    + segment.byteSize());
        }
    }

    private static MethodHandle link(MemorySegment function, FunctionDescriptor descriptor) {
        return Linker.nativeLinker().downcallHandle(function, descriptor,
                Linker.Option.captureCallState("errno"));
    }

    /** What a downcall throws is a caller's mistake, such as a closed arena, and must surface as itself. */
    private static AssertionError unexpected(Throwable t) {
        switch (t) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new AssertionError("a downcall throws nothing checked", t);
        }
    }
}
