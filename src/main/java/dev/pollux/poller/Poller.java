package dev.pollux.poller;

import dev.pollux.posix.PosixException;

/**
 * Tells which descriptors are ready. Level-triggered: what is left unread is reported again by the next
 * {@link #await}.
 *
 * <p><b>Tokens.</b> A descriptor is known by the token it was added with, and the token is handed back when
 * it is ready. The low half of a token is its slot: small, and taken by one descriptor at a time; the high
 * half is the caller's, for instance a generation that tells two users of one slot apart. Slots below {@link
 * #FIXED_SLOTS} are for descriptors that stay as long as the poller does; they never move.
 *
 * <p><b>Order.</b> The results of one await are copied out, so adding, modifying and removing while walking
 * through them is allowed. A result for a descriptor removed meanwhile is still there: callers compare
 * generations.
 *
 * <p><b>Threads.</b> One thread makes the poller, uses it and closes it; only {@link #wakeup} is for others.
 */
public interface Poller extends AutoCloseable {
    /** The slot for the listening socket. */
    int LISTENER_SLOT = 0;
    /** The slot that the poller itself uses for its wake-ups. */
    int WAKEUP_SLOT = 1;
    /** Clients' slots begin here. */
    int FIXED_SLOTS = 2;

    /** Puts a token together. */
    static long token(int slot, int generation) {
        return (long) generation << 32 | slot;
    }

    /** The low half of a token. */
    static int slot(long token) {
        return (int) token;
    }

    /** The high half of a token. */
    static int generation(long token) {
        return (int) (token >>> 32);
    }

    /**
     * Starts watching a descriptor. The caller keeps owning it and removes it here before closing it.
     *
     * @param fd an open descriptor
     * @param token its slot must be free
     * @param interest {@link Interest} bits
     * @throws IllegalStateException when as many clients are watched as the poller was made for
     */
    void add(int fd, long token, int interest);

    /** Changes what a descriptor is watched for. */
    void modify(long token, int interest);

    /** Stops watching a descriptor; its slot is free. */
    void remove(long token);

    /**
     * Waits until a descriptor is ready, the time is over, or {@link #wakeup} is called.
     *
     * @param timeoutNanos longest wait in nanoseconds, rounded up to what the call can say and never cut
     *                     short; 0 returns at once, -1 waits without limit
     * @return how many are ready; 0 when the time is over or on a wake-up; {@code -EINTR} if a signal came
     *         first; any other {@code -errno} if the wait failed, {@code -ENOMEM} for instance: try again a
     *         little later
     * @throws PosixException for an errno that proves a bug here ({@link dev.pollux.posix.Errno#isBug}), for
     * a
     *     descriptor that is not open, and when ten waits in a row failed
     */
    int await(long timeoutNanos);

    /** The token of the {@code i}-th ready descriptor of the last {@link #await}. */
    long token(int i);

    /** What the {@code i}-th is ready for: {@link Interest} bits, never 0. */
    int ready(int i);

    /**
     * Makes the current or else the next {@link #await} return. Any thread, at any time, also after close.
     */
    void wakeup();

    /** Waits made so far: calls of poll(2) or its like. */
    long polls();

    /** Entries looked at in user space so far, to find the ready ones. */
    long scanned();

    /** Frees the poller's own memory and descriptors. The watched ones stay open. */
    @Override
    void close();
}
