package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.EPOLLERR;
import static dev.pollux.bindings.linux.Libc.EPOLLHUP;
import static dev.pollux.bindings.linux.Libc.EPOLLIN;
import static dev.pollux.bindings.linux.Libc.EPOLLOUT;
import static dev.pollux.bindings.linux.Libc.EPOLL_CLOEXEC;
import static dev.pollux.bindings.linux.Libc.EPOLL_CTL_ADD;
import static dev.pollux.bindings.linux.Libc.EPOLL_CTL_DEL;
import static dev.pollux.bindings.linux.Libc.EPOLL_CTL_MOD;
import static dev.pollux.bindings.linux.Libc.POLLERR;
import static dev.pollux.bindings.linux.Libc.POLLHUP;
import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.POLLOUT;

import dev.pollux.posix.EpollEvent;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * epoll(7), level-triggered: the kernel keeps the set, and tells only what is ready. The token travels as the
 * event's data, so that nothing is looked up.
 *
 * <p>A change of interest is a system call here, so it is put off until the next wait: a client that is
 * paused and resumed within one iteration costs none.
 *
 * @see <a href="https://man7.org/linux/man-pages/man7/epoll.7.html">epoll(7)</a>
 */
final class Epoll extends KernelPoller {
    private static final int MOST_EVENTS = 1024; // In one wait; the kernel hands out the others in turn.
    private static final int REFUSED = -1; // Unlike any interest.
    private static final long RETRY_NANOS = 10_000_000; // Of changes that the kernel had no room for.

    static { // So that poll's bits will do.
        assert EPOLLIN() == POLLIN() && EPOLLOUT() == POLLOUT();
        assert EPOLLERR() == POLLERR() && EPOLLHUP() == POLLHUP();
    }

    private final int fd;
    private final Arena arena;
    private final MemorySegment events;
    private final MemorySegment change;
    private final int limit; // Clients at most.

    // By slot.
    private int[] fds = new int[64];
    private long[] tokens = new long[64];
    private int[] wanted = new int[64];
    private int[] told = new int[64]; // What the kernel knows; NONE is not in its set. Or REFUSED.
    private boolean[] changed = new boolean[64];

    private int[] changes = new int[64]; // Slots whose wanted may differ from what was told.
    private int changeCount;
    private int clients;

    Epoll(Posix posix, int maxClients) {
        super(posix);
        this.limit = maxClients;
        this.fd = posix.epollCreate1(EPOLL_CLOEXEC());
        if (fd < 0) {
            wakeup.close();
            throw new PosixException("epoll_create1", fd, "take another --poller");
        }
        this.arena = Arena.ofConfined();
        try {
            this.events = arena.allocate(MOST_EVENTS * EpollEvent.BYTES, Long.BYTES);
            this.change = arena.allocate(EpollEvent.BYTES, Long.BYTES);
            add(wakeup.fd(), WAKEUP_SLOT, Interest.READ);
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    @Override
    public void add(int fd, long token, int interest) {
        int slot = slot(token);
        if (slot >= FIXED_SLOTS && clients == limit) {
            throw new IllegalStateException("an epoll set for " + limit + " clients is full");
        }
        if (slot >= fds.length) {
            growTo(slot);
        }
        if (interest != Interest.NONE) {
            int result = tell(EPOLL_CTL_ADD(), fd, token, interest);
            if (result < 0) {
                throw refusal(fd, result);
            }
        }
        fds[slot] = fd;
        tokens[slot] = token;
        wanted[slot] = interest;
        told[slot] = interest;
        clients += slot >= FIXED_SLOTS ? 1 : 0;
    }

    @Override
    public void modify(long token, int interest) {
        int slot = slot(token);
        assert tokens[slot] == token;
        wanted[slot] = interest;
        if (!changed[slot]) {
            changed[slot] = true;
            if (changeCount == changes.length) {
                changes = Arrays.copyOf(changes, 2 * changeCount);
            }
            changes[changeCount++] = slot;
        }
    }

    /** At once: the caller closes the descriptor next, and its number may come back before the next wait. */
    @Override
    public void remove(long token) {
        int slot = slot(token);
        assert tokens[slot] == token;
        if (told[slot] != Interest.NONE) {
            tell(EPOLL_CTL_DEL(), fds[slot], token, Interest.NONE); // If not, the close that follows does it.
        }
        wanted[slot] = Interest.NONE; // If a change is still listed, it finds nothing to do.
        told[slot] = Interest.NONE;
        clients -= slot >= FIXED_SLOTS ? 1 : 0;
    }

    /**
     * A descriptor without interest leaves the kernel's set: it would report hang-ups unasked. A change that
     * the kernel refuses stays on the list. If that is a client's, and not for want of room, it is reported
     * as a hang-up with each wait until the client is removed: the kernel would report nothing more of it.
     */
    private void applyChanges() {
        int kept = 0;
        for (int i = 0; i < changeCount; i++) {
            int slot = changes[i];
            if (wanted[slot] != told[slot] && !apply(slot)) {
                changes[kept++] = slot;
                continue;
            }
            changed[slot] = false;
        }
        changeCount = kept;
    }

    /** Returns whether the change is made, and need not stay on the list. */
    private boolean apply(int slot) {
        if (told[slot] != REFUSED) {
            int operation = told[slot] == Interest.NONE ? EPOLL_CTL_ADD()
                    : wanted[slot] == Interest.NONE ? EPOLL_CTL_DEL() : EPOLL_CTL_MOD();
            int result = tell(operation, fds[slot], tokens[slot], wanted[slot]);
            if (result >= 0) {
                told[slot] = wanted[slot];
                return true;
            }
            if (slot < FIXED_SLOTS || isShortage(result)) {
                return false;
            }
            told[slot] = REFUSED;
        }
        report(tokens[slot], Interest.READ | Interest.WRITE | Interest.HANGUP);
        return false;
    }

    /** Returns 0 or {@code -errno}; throws for those that prove a bug. */
    private int tell(int operation, int fd, long token, int interest) {
        EpollEvent.set(change, 0, toPollBits(interest), token);
        int result = posix.epollCtl(this.fd, operation, fd, change);
        if (result < 0 && Errno.isBug(result)) {
            throw refusal(fd, result);
        }
        return result;
    }

    private static boolean isShortage(int result) {
        return result == -Errno.ENOMEM.number || result == -Errno.ENOSPC.number;
    }

    private static PosixException refusal(int fd, int result) {
        return new PosixException("epoll_ctl of descriptor " + fd, result);
    }

    @Override
    int waitOnce(long timeoutNanos) {
        applyChanges();
        boolean shorter = changeCount > 0 && (timeoutNanos < 0 || timeoutNanos > RETRY_NANOS);
        int refused = reported();
        long wait = refused > 0 ? 0 : shorter ? RETRY_NANOS : timeoutNanos;
        polls++;
        int count = posix.epollWait(fd, events, MOST_EVENTS, millis(wait));
        for (int i = 0; i < count; i++) {
            report(EpollEvent.data(events, i), fromPollBits(EpollEvent.events(events, i)));
        }
        scanned += Math.max(0, count);
        return count < 0 && refused == 0 ? count : Math.max(0, count) + refused;
    }

    @Override
    String call() {
        return "epoll_wait";
    }

    private static int slot(long token) {
        return Poller.slot(token);
    }

    private void growTo(int slot) {
        int size = Math.max(slot + 1, 2 * fds.length);
        int[] moreFds = Arrays.copyOf(fds, size);
        long[] moreTokens = Arrays.copyOf(tokens, size);
        int[] moreWanted = Arrays.copyOf(wanted, size);
        int[] moreTold = Arrays.copyOf(told, size);
        boolean[] moreChanged = Arrays.copyOf(changed, size);
        fds = moreFds; // All or, without memory for them, none.
        tokens = moreTokens;
        wanted = moreWanted;
        told = moreTold;
        changed = moreChanged;
    }

    @Override
    public void close() {
        wakeup.close();
        posix.close(fd);
        arena.close();
    }
}
