package dev.pollux.testkit;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.pollux.posix.Errno;
import dev.pollux.testkit.Faults.Subject;
import java.lang.foreign.MemorySegment;

/**
 * What eventfd(2) makes: an unsigned 64-bit number that writing adds to and reading sets to 0.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/eventfd.2.html">eventfd(2)</a>
 */
final class EventCounter extends Description {
    private static final long MOST = -2; // Unsigned: the largest number but one.

    private long count;

    EventCounter(int initial) {
        this.count = Integer.toUnsignedLong(initial);
    }

    @Override
    Subject subject() {
        return Subject.EVENTFD;
    }

    @Override
    int bits() {
        return (count != 0 ? Abi.POLLIN : 0) | (Long.compareUnsigned(count, MOST) < 0 ? Abi.POLLOUT : 0);
    }

    @Override
    long read(MemorySegment buffer) {
        if (buffer.byteSize() < Long.BYTES) {
            return -Errno.EINVAL.number;
        }
        if (count == 0) {
            return -Errno.EAGAIN.number;
        }
        buffer.set(JAVA_LONG_UNALIGNED, 0, count);
        count = 0;
        return Long.BYTES;
    }

    int add(long value) {
        if (value == -1) {
            return -Errno.EINVAL.number;
        }
        if (Long.compareUnsigned(value, MOST - count) > 0) {
            return -Errno.EAGAIN.number;
        }
        count += value;
        return 0;
    }
}
