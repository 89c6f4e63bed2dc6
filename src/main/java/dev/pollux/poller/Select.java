package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.FD_SETSIZE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.pollux.bindings.linux.timeval;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * select(2), older than poll and there to be compared with it: a set is 1024 bits, one for each descriptor
 * that a process had in 1983, and the kernel overwrites the question with the answer. The macros for sets
 * (FD_SET and its kin) have no binding, so a set is written by hand, as 64-bit words.
 *
 * <p>It cannot tell a hang-up: that shows as READ or WRITE, whichever was asked for.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/select.2.html">select(2)</a>
 */
final class Select extends KernelPoller {
    private static final int DESCRIPTORS = FD_SETSIZE();
    private static final long SET_BYTES = DESCRIPTORS / Byte.SIZE;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MOST_SECONDS = Integer.MAX_VALUE;

    private final int limit; // Clients at most.
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment readInterest = arena.allocate(SET_BYTES, Long.BYTES);
    private final MemorySegment writeInterest = arena.allocate(SET_BYTES, Long.BYTES);
    private final MemorySegment readable = arena.allocate(SET_BYTES, Long.BYTES);
    private final MemorySegment writable = arena.allocate(SET_BYTES, Long.BYTES);
    private final MemorySegment timeout = timeval.allocate(arena);
    private final long[] tokens = new long[DESCRIPTORS]; // By descriptor.
    private int[] fds = new int[64]; // By slot.
    private int count; // One more than the largest descriptor that was ever added.
    private int clients;

    Select(Posix posix, int maxClients) {
        super(posix);
        this.limit = maxClients;
        try {
            add(wakeup.fd(), WAKEUP_SLOT, Interest.READ);
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    @Override
    public void add(int fd, long token, int interest) {
        if (fd >= DESCRIPTORS) {
            throw new PosixException("select of descriptor " + fd, -Errno.EMFILE.number,
                    "it can watch descriptors below " + DESCRIPTORS + " only; take another --poller");
        }
        int slot = Poller.slot(token);
        if (slot >= FIXED_SLOTS && clients == limit) {
            throw new IllegalStateException("a select set for " + limit + " clients is full");
        }
        if (slot >= fds.length) {
            fds = Arrays.copyOf(fds, Math.max(slot + 1, 2 * fds.length));
        }
        fds[slot] = fd;
        tokens[fd] = token;
        count = Math.max(count, fd + 1);
        clients += slot >= FIXED_SLOTS ? 1 : 0;
        modify(token, interest);
    }

    @Override
    public void modify(long token, int interest) {
        int fd = fds[Poller.slot(token)];
        assert tokens[fd] == token;
        mark(readInterest, fd, (interest & Interest.READ) != 0);
        mark(writeInterest, fd, (interest & Interest.WRITE) != 0);
    }

    @Override
    public void remove(long token) {
        modify(token, Interest.NONE);
        clients -= Poller.slot(token) >= FIXED_SLOTS ? 1 : 0;
    }

    private static void mark(MemorySegment set, int fd, boolean wanted) {
        int word = fd / Long.SIZE;
        long bit = 1L << fd; // Shifts by the low six bits of fd.
        long old = set.getAtIndex(JAVA_LONG, word);
        set.setAtIndex(JAVA_LONG, word, wanted ? old | bit : old & ~bit);
    }

    @Override
    int waitOnce(long timeoutNanos) {
        MemorySegment.copy(readInterest, 0, readable, 0, SET_BYTES);
        MemorySegment.copy(writeInterest, 0, writable, 0, SET_BYTES);
        polls++;
        int pending = posix.select(count, readable, writable, MemorySegment.NULL, timeout(timeoutNanos));
        if (pending > 0) {
            collect(pending);
        }
        return pending;
    }

    /** Rounded up to microseconds; Linux has overwritten what was here before. */
    private MemorySegment timeout(long nanos) {
        if (nanos < 0) {
            return MemorySegment.NULL;
        }
        long micros = nanos == 0 ? 0 : (nanos - 1) / 1000 + 1;
        timeval.tv_sec(timeout, Math.min(MOST_SECONDS, micros / MICROS_PER_SECOND));
        timeval.tv_usec(timeout, micros % MICROS_PER_SECOND);
        return timeout;
    }

    /** {@code pending} counts bits in both sets together. */
    private void collect(int pending) {
        int left = pending;
        int word = 0;
        for (; left > 0; word++) {
            long reads = readable.getAtIndex(JAVA_LONG, word);
            long writes = writable.getAtIndex(JAVA_LONG, word);
            left -= Long.bitCount(reads) + Long.bitCount(writes);
            for (long any = reads | writes; any != 0; any &= any - 1) {
                int bit = Long.numberOfTrailingZeros(any);
                int bits = ((reads >>> bit & 1) != 0 ? Interest.READ : 0)
                        | ((writes >>> bit & 1) != 0 ? Interest.WRITE : 0);
                report(tokens[word * Long.SIZE + bit], bits);
            }
        }
        scanned += (long) word * Long.SIZE;
    }

    @Override
    String call() {
        return "select";
    }

    @Override
    public void close() {
        wakeup.close();
        arena.close();
    }
}
