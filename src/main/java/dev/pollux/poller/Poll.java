package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLERR;
import static dev.pollux.bindings.linux.Libc.POLLHUP;
import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.POLLNVAL;
import static dev.pollux.bindings.linux.Libc.POLLOUT;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.util.Arrays;

/**
 * The tutorial's poll(2): one array, asked whole each time, then scanned until as many ready entries are found as the
 * call said there are.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a>
 */
final class Poll implements Poller {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Posix posix;
    private final PollSet set;
    private final Wakeup wakeup;
    private long[] readyTokens = new long[0];
    private int[] readyBits = new int[0];
    private long polls;
    private long scanned;

    Poll(Posix posix, int maxClients) {
        this.posix = posix;
        this.wakeup = new Wakeup(posix); // First: it is what can fail, and then there is nothing to free.
        this.set = new PollSet(FIXED_SLOTS, maxClients);
        set.add(wakeup.fd(), WAKEUP_SLOT, POLLIN());
    }

    @Override
    public void add(int fd, long token, int interest) {
        set.add(fd, token, events(interest));
    }

    @Override
    public void modify(long token, int interest) {
        set.modify(token, events(interest));
    }

    @Override
    public void remove(long token) {
        set.remove(token);
    }

    @Override
    public int await(long timeoutNanos) {
        long deadlineNanos = timeoutNanos > 0 ? posix.nanoTime() + timeoutNanos : 0;
        long left = timeoutNanos;
        while (true) {
            polls++;
            int pending = posix.poll(set.entries(), 0, set.size(), millis(left));
            if (pending != 0) {
                return pending > 0 ? collect(pending) : refused(pending);
            }
            if (timeoutNanos <= 0) {
                return 0;
            }
            left = deadlineNanos - posix.nanoTime();
            if (left <= 0) {
                return 0;
            }
        }
    }

    /** Copies out what is ready. Stops when all {@code pending} entries are found: the rest cannot be ready. */
    private int collect(int pending) {
        if (readyTokens.length < set.size()) {
            readyTokens = Arrays.copyOf(readyTokens, set.capacity());
            readyBits = Arrays.copyOf(readyBits, set.capacity());
        }
        int ready = 0;
        int index = 0;
        for (int left = pending; left > 0; left--) {
            index = set.nextReady(index);
            assert index < set.size();
            if (index == WAKEUP_SLOT) {
                wakeup.drain();
            } else {
                readyTokens[ready] = set.token(index);
                readyBits[ready] = readyBits(index);
                ready++;
            }
            index++;
        }
        scanned += index;
        return ready;
    }

    private int readyBits(int index) {
        int revents = set.revents(index);
        if ((revents & POLLNVAL()) != 0) {
            throw new PosixException("poll of descriptor " + set.fd(index) + " (POLLNVAL)", -Errno.EBADF.number);
        }
        if ((revents & (POLLERR() | POLLHUP())) != 0) {
            return Interest.READ | Interest.WRITE | Interest.HANGUP;
        }
        return ((revents & POLLIN()) != 0 ? Interest.READ : 0) | ((revents & POLLOUT()) != 0 ? Interest.WRITE : 0);
    }

    private static int refused(int result) {
        if (result == -Errno.EINTR.number || result == -Errno.ENOMEM.number || result == -Errno.EAGAIN.number) {
            return result;
        }
        throw new PosixException("poll", result);
    }

    private static int events(int interest) {
        return ((interest & Interest.READ) != 0 ? POLLIN() : 0) | ((interest & Interest.WRITE) != 0 ? POLLOUT() : 0);
    }

    /** Rounds up: a wait that ends early would be repeated at once, many times in the last millisecond. */
    private static int millis(long nanos) {
        return nanos <= 0 ? (int) nanos : (int) Math.min(Integer.MAX_VALUE, (nanos - 1) / NANOS_PER_MILLI + 1);
    }

    @Override
    public long token(int i) {
        return readyTokens[i];
    }

    @Override
    public int ready(int i) {
        return readyBits[i];
    }

    @Override
    public void wakeup() {
        wakeup.signal();
    }

    @Override
    public long polls() {
        return polls;
    }

    @Override
    public long scanned() {
        return scanned;
    }

    @Override
    public void close() {
        wakeup.close();
        set.close();
    }
}
