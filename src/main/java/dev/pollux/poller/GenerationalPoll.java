package dev.pollux.poller;

import dev.pollux.bindings.linux.timespec;
import dev.pollux.log.Log;
import dev.pollux.posix.Posix;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * poll(2) that does not pay for silent clients. poll takes any stretch of an array, so the clients that were
 * active lately stand in front and are asked each time, and the others are asked in slices, in turn, for a
 * bounded share of the time.
 *
 * <pre>
 *   0      fixed          young            cursor           size
 *   | fixed |  active lately |  silent, asked  | silent, not   |
 *   |       |                |  in this sweep  | yet asked     |
 * </pre>
 *
 * A silent client found ready becomes young, and so does a new one, or one that waits to be written to; a
 * young one that is silent for some sweeps becomes old. A sweep asks each old entry once and takes the
 * promised delay: the one that was asked for, or longer if the share of the time does not allow it (and
 * longer by the time that the slices themselves take). An old entry that somebody's promotion moves back over
 * the cursor waits for two sweeps at most. After a sweep in which nothing at all was ready, the wait is one
 * blocking poll of everything.
 *
 * <p>Entries move only by swaps at the borders, so that an entry that is removed or becomes young does not
 * push another one over the cursor unasked. Only the stretch just asked for is scanned: revents elsewhere are
 * stale.
 */
final class GenerationalPoll extends Poll {
    private static final Log LOG = new Log("dev.pollux.poller");
    static final int SMALLEST_SLICE = 256; // Fewer would be mostly the system call and the way to it.
    static final int SILENT_SWEEPS = 2; // So long a young entry may be silent.
    private static final double FIRST_COST_NANOS = 100;
    private static final double HEADROOM = 1.5; // What is said holds until they cost more by this.
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final double share;
    private final long wantedDelayNanos;
    private final SweepEvents events = SweepEvents.open();
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment timeout = timespec.allocate(arena);
    private int young = FIXED_SLOTS; // Border behind the young.
    private int cursor = FIXED_SLOTS; // Border behind the old that were asked in this sweep.
    private int[] heardIn = new int[64]; // By slot: the sweep in which it was ready last.
    private int sweep; // Their number, so that a difference is an age.
    private long sweepBeganNanos;
    private long sliceEndedNanos;
    private double costNanos = FIRST_COST_NANOS; // Of asking for one old entry: a running estimate.
    private boolean quiet = true; // Nothing was ready in this sweep.
    private boolean asleep; // Nothing was ready in the last one either: wait for everything at once.
    private long saidDelayNanos; // The bound that was logged last; at first, what was asked for.

    GenerationalPoll(Posix posix, PollerOptions options) {
        super(posix, options.maxClients());
        this.share = options.sweepShare();
        this.wantedDelayNanos = options.oldClientDelayNanos();
        this.saidDelayNanos = (long) (wantedDelayNanos * HEADROOM);
        this.sweepBeganNanos = posix.nanoTime();
        this.sliceEndedNanos = sweepBeganNanos;
    }

    @Override
    public void add(int fd, long token, int interest) {
        int slot = Poller.slot(token);
        if (slot >= heardIn.length) { // First: without memory for it nothing has changed.
            heardIn = Arrays.copyOf(heardIn, Math.max(slot + 1, 2 * heardIn.length));
        }
        super.add(fd, token, interest);
        if (slot >= FIXED_SLOTS) {
            promote(token);
        }
    }

    @Override
    public void modify(long token, int interest) {
        super.modify(token, interest);
        if ((interest & Interest.WRITE) != 0) {
            promote(token);
        }
    }

    /**
     * The hole travels border by border to the end, each time filled with the last entry before the border.
     */
    @Override
    public void remove(long token) {
        if (Poller.slot(token) >= FIXED_SLOTS) {
            if (set.index(token) < young) {
                young--;
                set.swap(set.index(token), young);
            }
            if (set.index(token) < cursor) {
                cursor--;
                set.swap(set.index(token), cursor);
            }
        }
        super.remove(token);
    }

    /** Makes an entry young, and marks it as heard of. */
    private void promote(long token) {
        heardIn[Poller.slot(token)] = sweep;
        int index = set.index(token);
        if (index >= cursor) {
            set.swap(index, cursor);
            index = cursor;
            cursor++;
        }
        if (index >= young) {
            set.swap(index, young);
            young++;
        }
    }

    @Override
    int waitOnce(long timeoutNanos) {
        if (asleep) {
            return waitForAll(timeoutNanos);
        }
        int old = set.size() - young;
        long nowNanos = posix.nanoTime();
        long untilSlice = old == 0 ? Long.MAX_VALUE
                : Math.max(0, sliceEndedNanos + sliceNanos(old) - nowNanos);
        boolean shorter = old > 0 && (timeoutNanos < 0 || untilSlice < timeoutNanos);
        long waitNanos = shorter ? untilSlice : timeoutNanos;
        polls++;
        // In place, as in waitForAll: one method more between a loop and its call is one too many for the
        // compiler.
        int pending = waitNanos <= 0 ? posix.poll(set.entries(), 0, young, (int) waitNanos)
                : posix.ppoll(set.entries(), 0, young, timeout(waitNanos));
        if (pending < 0) {
            return pending;
        }
        heardOf(0, pending);
        nowNanos = posix.nanoTime();
        if (old == 0) {
            if (nowNanos - sweepBeganNanos >= wantedDelayNanos) {
                endSweep(nowNanos);
            }
            return pending;
        }
        return nowNanos - sliceEndedNanos < sliceNanos(old) ? pending : slice(nowNanos, old, pending);
    }

    /** Everything in one blocking poll. Whatever ends it is activity, and sweeps begin anew. */
    private int waitForAll(long timeoutNanos) {
        polls++;
        int pending = timeoutNanos <= 0 ? posix.poll(set.entries(), 0, set.size(), (int) timeoutNanos)
                : posix.ppoll(set.entries(), 0, set.size(), timeout(timeoutNanos));
        if (pending > 0) {
            asleep = false;
            heardOf(0, pending);
            beginSweep(posix.nanoTime());
            quiet = false;
        }
        return pending;
    }

    /**
     * Asks for the next old ones, as many as the time since the last slice has earned. When pre-empted, it
     * may have earned a lot: a sweep's rest at most.
     */
    private int slice(long nowNanos, int old, int pending) {
        if (cursor == set.size()) { // Those that were still to be asked were removed.
            endSweep(nowNanos);
            return pending;
        }
        double earned = (nowNanos - sliceEndedNanos) * (old / (double) delayNanos(old));
        int count = (int) Math.min(set.size() - cursor, Math.max(SMALLEST_SLICE, earned));
        polls++;
        int found = posix.poll(set.entries(), cursor, count, 0);
        sliceEndedNanos = posix.nanoTime();
        if (found < 0) {
            return pending > 0 ? pending : found; // The same stretch is asked for again.
        }
        learn((sliceEndedNanos - nowNanos) / (double) count, count);
        int from = cursor;
        cursor += count;
        heardOf(from, found);
        if (cursor == set.size()) {
            endSweep(sliceEndedNanos);
        }
        return pending + found;
    }

    private MemorySegment timeout(long nanos) {
        timespec.tv_sec(timeout, nanos / NANOS_PER_SECOND);
        timespec.tv_nsec(timeout, nanos % NANOS_PER_SECOND);
        return timeout;
    }

    /**
     * Reports what is ready from {@code first} on, and makes it young: only afterwards, or the scan would
     * miss some.
     */
    private void heardOf(int first, int pending) {
        if (pending == 0) {
            return;
        }
        quiet = false;
        int from = reported();
        collect(first, pending);
        for (int i = from; i < reported(); i++) {
            if (Poller.slot(token(i)) >= FIXED_SLOTS) {
                promote(token(i));
            }
        }
    }

    private void endSweep(long nowNanos) {
        events.ended(young - FIXED_SLOTS, set.size() - young, quiet);
        asleep = quiet && set.size() > young;
        sweep++;
        for (int index = young - 1; index >= FIXED_SLOTS; index--) {
            if (sweep - heardIn[Poller.slot(set.token(index))] > SILENT_SWEEPS && !set.isWriteWanted(index)) {
                young--;
                set.swap(index, young); // What comes from there was looked at already.
            }
        }
        beginSweep(nowNanos);
        sayDelay();
    }

    private void beginSweep(long nowNanos) {
        events.began();
        quiet = true;
        cursor = young;
        sweepBeganNanos = nowNanos;
        sliceEndedNanos = nowNanos;
    }

    /** How long a sweep takes, in nanoseconds, and with it how late an old client may be noticed. */
    long delayNanos(int old) {
        return Math.max(wantedDelayNanos, (long) (old * costNanos / share));
    }

    /**
     * The time between two slices of the smallest size: as many as all old entries need fit into one delay.
     */
    private long sliceNanos(int old) {
        return delayNanos(old) / ((old + SMALLEST_SLICE - 1) / SMALLEST_SLICE);
    }

    /**
     * A sample counts at most double, so that one slice during which we were pre-empted does not silence the
     * old. The rest of a sweep, when it is small, counts less: it is mostly the system call itself.
     */
    private void learn(double sampleNanos, int count) {
        double weight = Math.min(1.0, (double) count / SMALLEST_SLICE) / 8;
        costNanos = Math.max(1, costNanos + (Math.min(sampleNanos, 2 * costNanos) - costNanos) * weight);
    }

    /** The border behind the young. */
    int young() {
        return young;
    }

    /** The border behind the old that were asked in this sweep. */
    int cursor() {
        return cursor;
    }

    /** The number of this sweep. */
    int sweep() {
        return sweep;
    }

    /** Says a bound that holds for a while, and says another one when it does not hold any more. */
    private void sayDelay() {
        int old = set.size() - young;
        double delay = delayNanos(old) * (1 + share);
        if (delay > saidDelayNanos) {
            saidDelayNanos = (long) (delay * HEADROOM);
            long millis = saidDelayNanos / 1_000_000;
            LOG.log(Level.INFO, () -> old + " silent clients may be noticed after up to " + millis
                    + " ms: a shorter --old-client-delay would take more than --sweep-share " + share
                    + " of the time");
        }
    }

    @Override
    public void close() {
        super.close();
        arena.close();
    }
}
