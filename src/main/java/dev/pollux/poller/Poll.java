package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.POLLNVAL;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;

/**
 * The tutorial's poll(2): one array, asked whole each time, then scanned until as many ready entries are
 * found as the call said there are.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/poll.2.html">poll(2)</a>
 */
class Poll extends KernelPoller {
    final PollSet set;

    Poll(Posix posix, int maxClients) {
        super(posix);
        try {
            this.set = new PollSet(FIXED_SLOTS, maxClients);
        } catch (Throwable t) {
            wakeup.close();
            throw t;
        }
        set.add(wakeup.fd(), WAKEUP_SLOT, POLLIN());
    }

    @Override
    public void add(int fd, long token, int interest) {
        set.add(fd, token, toPollBits(interest));
    }

    @Override
    public void modify(long token, int interest) {
        set.modify(token, toPollBits(interest));
    }

    @Override
    public void remove(long token) {
        set.remove(token);
    }

    @Override
    int waitOnce(long timeoutNanos) {
        polls++;
        int pending = posix.poll(set.entries(), 0, set.size(), millis(timeoutNanos));
        if (pending > 0) {
            collect(0, pending);
        }
        return pending;
    }

    /**
     * Reports the {@code pending} entries that are ready from {@code first} on. Behind the last there is
     * none.
     */
    final void collect(int first, int pending) {
        int index = first;
        for (int left = pending; left > 0; left--) {
            index = set.nextReady(index);
            assert index < set.size();
            int revents = set.revents(index);
            if ((revents & POLLNVAL()) != 0) {
                throw new PosixException("poll of descriptor " + set.fd(index) + " (POLLNVAL)",
                        -Errno.EBADF.number);
            }
            report(set.token(index), fromPollBits(revents));
            index++;
        }
        scanned += index - first;
    }

    /** With EINVAL poll(2) refuses more entries than RLIMIT_NOFILE, which may have been lowered since. */
    @Override
    boolean isBug(int result) {
        return super.isBug(result) && result != -Errno.EINVAL.number;
    }

    @Override
    String call() {
        return "poll";
    }

    @Override
    public void close() {
        wakeup.close();
        set.close();
    }
}
