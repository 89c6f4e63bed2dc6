package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLERR;
import static dev.pollux.bindings.linux.Libc.POLLHUP;
import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.POLLOUT;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.util.Arrays;

/** What all back ends share: the deadline of a wait, the copy of its results, and the wake-up among them. */
abstract class KernelPoller implements Poller {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int MOST_FAILED = 10; // Waits in a row.

    final Posix posix;
    final Wakeup wakeup;
    long polls;
    long scanned;
    private long[] readyTokens = new long[64];
    private int[] readyBits = new int[64];
    private int ready;
    private int failedInARow; // Waits.

    /** Opens the wake-up; the back end adds it to what it watches. */
    KernelPoller(Posix posix) {
        this.posix = posix;
        this.wakeup = new Wakeup(posix);
    }

    @Override
    public int await(long timeoutNanos) {
        long deadlineNanos = timeoutNanos > 0 ? posix.nanoTime() + timeoutNanos : 0;
        long left = timeoutNanos;
        while (true) {
            ready = 0;
            int result = waitOnce(left);
            if (result < 0) {
                return failed(result);
            }
            failedInARow = 0;
            if (result > 0) {
                return ready;
            }
            if (timeoutNanos >= 0) {
                left = timeoutNanos == 0 ? 0 : deadlineNanos - posix.nanoTime();
                if (left <= 0) {
                    return 0;
                }
            }
        }
    }

    /**
     * Waits once and reports what is ready.
     *
     * @param timeoutNanos as in {@link #await}; a wait that ends before it is followed by another
     * @return more than 0 if anything was ready, the wake-up included; 0 when the time is over; or
     *         {@code -errno}
     */
    abstract int waitOnce(long timeoutNanos);

    /** Notes that a descriptor is ready. The wake-up ends the wait, and is nobody's business otherwise. */
    final void report(long token, int bits) {
        if (token == WAKEUP_SLOT) {
            wakeup.drain();
            return;
        }
        if (ready == readyTokens.length) {
            grow();
        }
        readyTokens[ready] = token;
        readyBits[ready] = bits;
        ready++;
    }

    private void grow() {
        long[] moreTokens = Arrays.copyOf(readyTokens, 2 * ready);
        readyBits = Arrays.copyOf(readyBits, 2 * ready);
        readyTokens = moreTokens;
    }

    /** Returns whether a failed wait proves a bug here. */
    boolean isBug(int result) {
        return Errno.isBug(result);
    }

    /** How many were reported so far in this wait. */
    final int reported() {
        return ready;
    }

    /** A signal may interrupt every wait; any other failure may pass, though not ten times in a row. */
    private int failed(int result) {
        if (result == -Errno.EINTR.number) {
            return result;
        }
        if (isBug(result)) {
            throw new PosixException(call(), result);
        }
        failedInARow++;
        if (failedInARow == MOST_FAILED) {
            throw new PosixException(call() + ", " + MOST_FAILED + " times in a row", result);
        }
        return result;
    }

    /** The name of the system call that waits. */
    abstract String call();

    /** An interest as poll's bits, which are epoll's too. */
    static int toPollBits(int interest) {
        return ((interest & Interest.READ) != 0 ? POLLIN() : 0)
                | ((interest & Interest.WRITE) != 0 ? POLLOUT() : 0);
    }

    /** The other way round. A hang-up shows as all: whoever asked only for one of them is to see it. */
    static int fromPollBits(int bits) {
        if ((bits & (POLLERR() | POLLHUP())) != 0) {
            return Interest.READ | Interest.WRITE | Interest.HANGUP;
        }
        return ((bits & POLLIN()) != 0 ? Interest.READ : 0) | ((bits & POLLOUT()) != 0 ? Interest.WRITE : 0);
    }

    /** Rounds up: a wait that ends early would be repeated at once, many times in the last millisecond. */
    static int millis(long nanos) {
        if (nanos <= 0) {
            return (int) nanos;
        }
        return (int) Math.min(Integer.MAX_VALUE, (nanos - 1) / NANOS_PER_MILLI + 1);
    }

    @Override
    public final long token(int i) {
        return readyTokens[i];
    }

    @Override
    public final int ready(int i) {
        return readyBits[i];
    }

    @Override
    public final void wakeup() {
        wakeup.signal();
    }

    @Override
    public final long polls() {
        return polls;
    }

    @Override
    public final long scanned() {
        return scanned;
    }
}
