package dev.pollux.server;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.LoopCounters;
import dev.pollux.poller.Interest;
import dev.pollux.poller.Poller;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntSupplier;

/**
 * Lets clients in: as many as the budget of an iteration, the client limit and the kernel's resources allow.
 * While there is no place, or after a failure, the listener is out of the poll set, and the kernel's backlog
 * holds whoever comes.
 */
final class Admission implements AutoCloseable {
    /** The listener's token. */
    static final long TOKEN = Poller.token(Poller.LISTENER_SLOT, 0);

    private static final long FIRST_BACK_OFF_NANOS = 10_000_000;
    private static final long LONGEST_BACK_OFF_NANOS = 1_000_000_000;
    private static final long NEVER = Long.MAX_VALUE;
    private static final int MOST_FAILED = 16; // Calls in a row, before accepting pauses.

    private final Listener listener;
    private final Posix posix;
    private final Poller poller;
    private final LoopCounters counters;
    private final Events events;
    private final PeerLog log;
    private final Arena arena = Arena.ofConfined();
    private final MemorySegment peer = arena.allocate(SocketAddress.MAX_BYTES, Long.BYTES);
    private final MemorySegment peerLength = arena.allocate(JAVA_INT);
    private boolean watched = true; // Whether the listener is in the poll set.
    private long backOffNanos; // 0 after a success.
    private long againNanos = NEVER; // When to try again after a failure.
    private boolean closed;

    /** What is done with each new descriptor. */
    interface Opening {
        /**
         * Makes a client of it. The descriptor is its own from now on, also if this throws.
         *
         * @param peer the peer's address as accept4 wrote it
         */
        void open(MemorySegment peer, int fd);
    }

    Admission(Listener listener, Posix posix, Poller poller, LoopCounters counters, Events events,
            PeerLog log) {
        this.listener = listener;
        this.posix = posix;
        this.poller = poller;
        this.counters = counters;
        this.events = events;
        this.log = log;
        try {
            poller.add(listener.fd(), TOKEN, Interest.READ);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    /** Whether a back-off is over. */
    boolean isDue(long nowNanos) {
        return againNanos != NEVER && nowNanos - againNanos >= 0;
    }

    /** Nanoseconds until a back-off is over or until {@code atMost} are, whatever is less. */
    long untilDue(long nowNanos, long atMost) {
        return againNanos == NEVER ? atMost : Math.min(atMost, Math.max(0, againNanos - nowNanos));
    }

    /**
     * Accepts until none waits, nobody has room, or the budget is used up.
     *
     * @param room says how many more clients there may be
     * @param opening given each new descriptor
     */
    void accept(long nowNanos, int budget, IntSupplier room, Opening opening) {
        if (closed) {
            return;
        }
        againNanos = NEVER;
        int taken = 0;
        int failedInARow = 0;
        int result = 0;
        for (int tries = 0; tries < budget && room.getAsInt() > 0; tries++) {
            peerLength.set(JAVA_INT, 0, (int) peer.byteSize());
            result = listener.accept(posix, peer, peerLength);
            counters.add(Counter.ACCEPTS_MADE, 1);
            if (result >= 0) {
                taken++;
                failedInARow = 0;
                opening.open(peer, result);
            } else if (result == -Errno.EAGAIN.number) {
                counters.add(Counter.CALLS_WOULD_BLOCK, 1);
                break;
            } else {
                counters.add(Counter.CLIENTS_REFUSED, 1);
                if (result != -Errno.EINTR.number) {
                    counters.add(Counter.CALLS_FAILED, 1);
                }
                failedInARow++; // A sandbox may answer each call with what belongs to one connection.
                if (!Listener.isOfOneConnection(result) || failedInARow == MOST_FAILED) {
                    break;
                }
                if (result != -Errno.EINTR.number) {
                    log.callFailed(Level.INFO, "accept4", result, listener.address()::toString);
                }
            }
        }
        boolean failed = result < 0 && result != -Errno.EAGAIN.number
                && (taken == 0 || !Listener.isOfOneConnection(result));
        if (failed) {
            backOff(nowNanos, result);
        } else {
            backOffNanos = 0;
        }
        watch(!failed && room.getAsInt() > 0); // Not all that were taken are clients: some cannot be watched.
    }

    /** Longer each time, until an accept succeeds. */
    private void backOff(long nowNanos, int result) {
        backOffNanos = backOffNanos == 0
                ? FIRST_BACK_OFF_NANOS : Math.min(LONGEST_BACK_OFF_NANOS, 2 * backOffNanos);
        againNanos = nowNanos + backOffNanos;
        events.acceptBackOff(listener.fd(), result, backOffNanos);
        log.acceptBackOff(nowNanos, result, () -> {
            String advice = result == -Errno.EACCES.number ? "" : Listener.advice(result); // That is bind's.
            return new PosixException("accept4 on " + listener.address(), result, advice).getMessage()
                    + "; trying again in " + backOffNanos / 1_000_000 + " ms";
        });
    }

    /** There is a place again. */
    void placeFreed() {
        if (againNanos == NEVER) {
            watch(true);
        }
    }

    private void watch(boolean wanted) {
        if (!closed && wanted != watched) {
            watched = wanted;
            poller.modify(TOKEN, wanted ? Interest.READ : Interest.NONE);
        }
    }

    /** Stops listening; whoever waits in the backlog is reset. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            againNanos = NEVER;
            try {
                poller.remove(TOKEN);
            } finally {
                posix.close(listener.fd());
                arena.close();
            }
        }
    }
}
