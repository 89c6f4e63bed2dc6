package dev.pollux.server;

/** One list of deadlines for each way in which a client can take too long. A duration of 0 means: never. */
final class Timeouts {
    private static final long WARM_NANOS = 1_000_000_000L;
    private static final long QUIET_NANOS = 20_000_000L;

    /** No byte has moved either way. */
    final DeadlineList idle = new DeadlineList();
    /** A frame has begun and is not complete. */
    final DeadlineList frame = new DeadlineList();
    /** Bytes wait, and the peer takes none. */
    final DeadlineList write = new DeadlineList();
    /** Connected, and not one complete frame has come. */
    final DeadlineList firstFrame = new DeadlineList();
    /** All is said, and the peer does not hang up. */
    final DeadlineList linger = new DeadlineList();
    /** Memory is kept though there is nothing in it: traffic may want it again in a moment. */
    final DeadlineList warm = new DeadlineList();

    /** The server drains, and nothing more has come: what the peer sent in time may still be under way. */
    final DeadlineList quiet = new DeadlineList();

    private final DeadlineList[] all = {idle, frame, write, firstFrame, linger, warm, quiet};
    private final long idleNanos;
    private final long frameNanos;
    private final long writeNanos;
    private final long firstFrameNanos;
    private final long lingerNanos;

    Timeouts(ServerOptions options) {
        this.idleNanos = options.idleTimeout().toNanos();
        this.frameNanos = options.frameTimeout().toNanos();
        this.writeNanos = options.writeTimeout().toNanos();
        this.firstFrameNanos = options.firstFrameTimeout().toNanos();
        this.lingerNanos = options.lingerTimeout().toNanos();
    }

    /** Makes room for a slot in all lists, so that nothing that follows needs memory. */
    void reserve(int slot) {
        for (DeadlineList list : all) {
            list.reserve(slot);
        }
    }

    /** Returns whether there is a time for the first frame. */
    boolean clientOpened(int slot, long nowNanos) {
        if (firstFrameNanos > 0) {
            firstFrame.put(slot, nowNanos + firstFrameNanos);
        }
        return firstFrameNanos > 0;
    }

    void bytesMoved(int slot, long nowNanos) {
        if (idleNanos > 0) {
            idle.put(slot, nowNanos + idleNanos);
        }
    }

    void frameBegan(int slot, long nowNanos) {
        if (frameNanos > 0) {
            frame.put(slot, nowNanos + frameNanos);
        }
    }

    void peerTookBytes(int slot, long nowNanos) {
        if (writeNanos > 0) {
            write.put(slot, nowNanos + writeNanos);
        }
    }

    void lingerBegan(int slot, long nowNanos) {
        linger.put(slot, nowNanos + lingerNanos);
    }

    void memoryIdle(int slot, long nowNanos) {
        if (!warm.contains(slot)) { // Looked at once a second, rather than moved with each message.
            warm.put(slot, nowNanos + WARM_NANOS);
        }
    }

    void quietBegan(int slot, long nowNanos) {
        quiet.put(slot, nowNanos + QUIET_NANOS);
    }

    /** What was put at one time counts from another, later one. */
    void restart(long fromNanos, long toNanos) {
        idle.restart(fromNanos + idleNanos, toNanos + idleNanos);
        frame.restart(fromNanos + frameNanos, toNanos + frameNanos);
        write.restart(fromNanos + writeNanos, toNanos + writeNanos);
        firstFrame.restart(fromNanos + firstFrameNanos, toNanos + firstFrameNanos);
        linger.restart(fromNanos + lingerNanos, toNanos + lingerNanos);
        quiet.restart(fromNanos + QUIET_NANOS, toNanos + QUIET_NANOS);
    }

    void forget(int slot) {
        for (DeadlineList list : all) {
            list.remove(slot);
        }
    }

    /**
     * Nanoseconds until the first deadline or until {@code atMost} are over, whatever is less; 0 if it has
     * come.
     */
    long untilNext(long nowNanos, long atMost) {
        long least = atMost;
        for (DeadlineList list : all) {
            if (!list.isEmpty()) {
                least = Math.min(least, Math.max(0, list.earliest() - nowNanos));
            }
        }
        return least;
    }
}
