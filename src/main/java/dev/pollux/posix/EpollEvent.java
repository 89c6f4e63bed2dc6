package dev.pollux.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.pollux.bindings.linux.epoll_event;
import java.lang.foreign.MemorySegment;

/**
 * {@code struct epoll_event}, whose layout depends on the architecture: on x86-64 it is packed into 12 bytes,
 * so that 32-bit programs see the same; everywhere else the 64-bit data is aligned, and it has 16. The
 * bindings are those of the machine that jextract ran on, so the offsets are chosen here.
 *
 * @see <a href="https://man7.org/linux/man-pages/man3/epoll_event.3type.html">epoll_event(3type)</a>
 */
public final class EpollEvent {
    private static final boolean PACKED = System.getProperty("os.arch").equals("amd64");
    private static final long EVENTS = 0;
    private static final long DATA = PACKED ? 4 : 8;
    /** The struct's size. */
    public static final long BYTES = DATA + Long.BYTES;

    static {
        // Elsewhere the generated layout is the wrong one, and nothing but the C compiler knows better.
        assert !PACKED || BYTES == epoll_event.sizeof() && DATA == epoll_event.data$offset()
                && EVENTS == epoll_event.events$offset();
    }

    private EpollEvent() {
    }

    /** Writes entry {@code index} of an array. */
    public static void set(MemorySegment array, int index, int events, long data) {
        array.set(JAVA_INT_UNALIGNED, index * BYTES + EVENTS, events);
        array.set(JAVA_LONG_UNALIGNED, index * BYTES + DATA, data);
    }

    /** The EPOLL* bits of entry {@code index}. */
    public static int events(MemorySegment array, int index) {
        return array.get(JAVA_INT_UNALIGNED, index * BYTES + EVENTS);
    }

    /** What was given along when the descriptor was added. */
    public static long data(MemorySegment array, int index) {
        return array.get(JAVA_LONG_UNALIGNED, index * BYTES + DATA);
    }
}
