package dev.pollux.testkit;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.pollux.posix.Errno;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;

/**
 * The calls that wait. One that blocks lets the clock jump to whatever happens next; time passes for each
 * descriptor that is looked at, as in a real kernel.
 */
final class Waits {
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final Timeline timeline;
    private final Descriptors descriptors;
    private final Calls calls;
    long entryNanos = 50; // Of looking at one descriptor.
    /** A signal comes at that moment, if somebody waits. */
    long interruptNanos = Timeline.NEVER;

    Waits(Timeline timeline, Descriptors descriptors, Calls calls) {
        this.timeline = timeline;
        this.descriptors = descriptors;
        this.calls = calls;
    }

    /** Waits until {@code look} finds something; a negative time is none. */
    private int await(long timeoutNanos, long entries, IntSupplier look) {
        long start = timeline.nowNanos();
        timeline.passUntil(start + entries * entryNanos);
        long deadline = timeoutNanos < 0 ? Timeline.NEVER
                : start + Math.min(timeoutNanos, Timeline.NEVER / 4);
        while (true) {
            int found = look.getAsInt();
            if (found != 0 || timeline.nowNanos() >= deadline) {
                return found;
            }
            long next = Math.min(timeline.nextNanos(), deadline);
            if (interruptNanos < next) {
                timeline.passUntil(interruptNanos);
                calls.progress();
                return -Errno.EINTR.number;
            }
            if (next == Timeline.NEVER) {
                throw calls.misuse("waits for ever: nothing is going to happen");
            }
            timeline.passUntil(next);
            calls.progress();
        }
    }

    int poll(MemorySegment fds, int count, long timeoutNanos, int spurious) {
        if (count > descriptors.softLimit) {
            return -Errno.EINVAL.number;
        }
        return await(timeoutNanos, count, () -> fill(fds, count, spurious));
    }

    private int fill(MemorySegment fds, int count, int spurious) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            long at = i * Abi.POLLFD_BYTES;
            int fd = fds.get(JAVA_INT_UNALIGNED, at);
            int bits = 0;
            if (fd >= 0) {
                int asked = fds.get(JAVA_SHORT_UNALIGNED, at + Abi.POLLFD_EVENTS);
                Description description = calls.find(fd);
                bits = description == null ? Abi.POLLNVAL : description.bits() & (asked | Abi.UNASKED);
                if (spurious >= 0 && i == spurious % count) {
                    bits |= asked & (Abi.POLLIN | Abi.POLLOUT);
                }
            }
            fds.set(JAVA_SHORT_UNALIGNED, at + Abi.POLLFD_REVENTS, (short) bits);
            found += bits != 0 ? 1 : 0;
        }
        return found;
    }

    int ppoll(MemorySegment fds, int count, MemorySegment timeout, int spurious) {
        long nanos = timeout.address() == 0 ? -1 : nanos(timeout, 1);
        return nanos < -1 || nanos >= 0 && timeout.get(JAVA_LONG_UNALIGNED, Long.BYTES) >= NANOS_PER_SECOND
                ? -Errno.EINVAL.number : poll(fds, count, nanos, spurious);
    }

    /** A struct timespec or timeval; below -1 if it is not one. */
    private static long nanos(MemorySegment time, long unit) {
        long seconds = time.get(JAVA_LONG_UNALIGNED, 0);
        long parts = time.get(JAVA_LONG_UNALIGNED, Long.BYTES);
        return seconds < 0 || parts < 0 ? Long.MIN_VALUE
                : Math.min(seconds, Timeline.NEVER / 8 / NANOS_PER_SECOND) * NANOS_PER_SECOND + parts * unit;
    }

    int select(int count, MemorySegment[] sets, MemorySegment timeout, int spurious) {
        boolean limited = timeout.address() != 0;
        long nanos = limited ? nanos(timeout, 1000) : -1;
        if (count < 0 || nanos < -1) {
            return -Errno.EINVAL.number;
        }
        long[][] asked = new long[sets.length][];
        for (int i = 0; i < sets.length; i++) {
            asked[i] = words(sets[i], count);
        }
        for (int fd = 0; fd < count; fd++) {
            if (isAsked(asked, fd) && calls.find(fd) == null) {
                return -Errno.EBADF.number;
            }
        }
        long start = timeline.nowNanos();
        int found = await(nanos, count, () -> collect(asked, sets, count, spurious));
        if (limited) {
            long left = Math.max(0, nanos - (timeline.nowNanos() - start));
            timeout.set(JAVA_LONG_UNALIGNED, 0, left / NANOS_PER_SECOND);
            timeout.set(JAVA_LONG_UNALIGNED, Long.BYTES, left % NANOS_PER_SECOND / 1000);
        }
        return found;
    }

    private static long[] words(MemorySegment set, int count) {
        long[] words = new long[(count + Long.SIZE - 1) / Long.SIZE];
        for (int i = 0; set.address() != 0 && i < words.length; i++) {
            words[i] = set.get(JAVA_LONG_UNALIGNED, (long) i * Long.BYTES);
        }
        return words;
    }

    private static boolean isAsked(long[][] sets, int fd) {
        return isIn(sets[0], fd) || isIn(sets[1], fd) || isIn(sets[2], fd);
    }

    private static boolean isIn(long[] set, int fd) {
        return (set[fd / Long.SIZE] >>> fd & 1) != 0;
    }

    private int collect(long[][] asked, MemorySegment[] sets, int count, int spurious) {
        int found = 0;
        long[][] answer = new long[sets.length][asked[0].length];
        for (int fd = 0; fd < count; fd++) {
            if (isAsked(asked, fd)) {
                int bits = descriptors.get(fd).bits();
                boolean imagined = spurious >= 0 && fd == spurious % count;
                boolean readable = (bits & (Abi.POLLIN | Abi.POLLHUP | Abi.POLLERR)) != 0 || imagined;
                boolean writable = (bits & (Abi.POLLOUT | Abi.POLLERR)) != 0 || imagined;
                found += mark(answer[0], asked[0], fd, readable) + mark(answer[1], asked[1], fd, writable);
            }
        }
        for (int i = 0; i < sets.length; i++) {
            for (int word = 0; sets[i].address() != 0 && word < answer[i].length; word++) {
                // A call that finds nothing and goes on waiting must not lose the question.
                sets[i].set(JAVA_LONG_UNALIGNED, (long) word * Long.BYTES, answer[i][word]);
            }
        }
        return found;
    }

    private static int mark(long[] answer, long[] asked, int fd, boolean ready) {
        if (!ready || !isIn(asked, fd)) {
            return 0;
        }
        answer[fd / Long.SIZE] |= 1L << fd;
        return 1;
    }

    int epollWait(EpollSet set, MemorySegment events, int most, long timeoutNanos, int spurious) {
        return await(timeoutNanos, 1, () -> set.collect(events, most, spurious));
    }
}
