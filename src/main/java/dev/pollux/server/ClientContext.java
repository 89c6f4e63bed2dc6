package dev.pollux.server;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.Framing;
import dev.pollux.metrics.LoopCounters;
import dev.pollux.poller.Poller;
import dev.pollux.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * What the clients of one loop share: its kernel, its buffers, its clock, and the lists of what is put off.
 */
final class ClientContext implements AutoCloseable {
    private static final int MOST_QUEUED = 1 << 16; // For which there is room from the start.
    private static final long LAST_LOOK_NANOS = 200_000_000; // For all clients together.
    private static final long SLOW_NANOS = 1_000_000; // Below, a deadline is not worth a second look.

    final ServerOptions options;
    final Framing framing;
    final Handler handler;
    final LoopCounters counters;
    final Posix posix;
    final Poller poller;
    final Timeouts timeouts;
    final MemoryBudget budget;
    final FrameReader reader;
    final PeerLog log = new PeerLog();
    final Events events = Events.open();

    /** Begins with room for a client's unfinished bytes, which are put right before what is read. */
    final MemorySegment receiveBuffer;
    /** Its other part, where each read(2) goes: a slice that is made once, and not with each read. */
    final MemorySegment readArea;
    /** The replies of the client that is being served. */
    final Replies replies;

    /** Clients with bytes from others' callbacks, to be flushed before the next await. */
    final ArrayDeque<Client> dirty;
    /** Clients to be removed at the end of the iteration. */
    final ArrayDeque<Client> closing;

    /** Whose frames are being delivered; null between clients. */
    Client serving;
    /** The clock, read once in an iteration. */
    long nowNanos;
    /** Whether clients are finished as soon as all that they have sent is answered. */
    boolean draining;
    /** While draining: when the time for it is over. */
    long drainDeadlineNanos;
    /** What the engine itself threw inside a callback, which may have caught it: the loop ends with it. */
    Throwable failure;

    private final Thread thread = Thread.currentThread();
    private final Arena arena;

    ClientContext(ServerOptions options, Handler handler, LoopCounters counters, Posix posix) {
        this.options = options;
        this.framing = options.framing();
        this.handler = handler;
        this.counters = counters;
        this.posix = posix;
        this.nowNanos = posix.nanoTime();
        this.reader = new FrameReader(framing, options.bufferSize());
        this.timeouts = new Timeouts(options);
        this.budget = new MemoryBudget(options.memoryLimitBytes(), counters);
        int most = Math.min(options.maxClients(), MOST_QUEUED) + 1; // Each client is there once.
        this.dirty = new ArrayDeque<>(most);
        this.closing = new ArrayDeque<>(most);
        this.arena = Arena.ofConfined();
        try {
            this.receiveBuffer = arena.allocate(options.receiveBufferBytes(), Long.BYTES);
            this.readArea = receiveBuffer.asSlice(Unfinished.IN_PLACE_BYTES);
            this.replies = new Replies(arena, options.receiveBufferBytes());
            this.poller = options.openPoller(posix);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    /** Reads the clock: whether the last look at clients, when a drain's time is over, has its own. */
    boolean isLastLookOver() {
        return posix.nanoTime() - drainDeadlineNanos >= LAST_LOOK_NANOS;
    }

    /** Reads the clock: for a drain, in which one pass over the clients may take longer than its time. */
    boolean isDrainOver() {
        return posix.nanoTime() - drainDeadlineNanos >= 0;
    }

    /**
     * Reads the clock again, after callbacks. Where they took long, what was put into lists of deadlines
     * meanwhile counts from now, not from before them.
     */
    void readClock() {
        long now = posix.nanoTime();
        if (now - nowNanos > SLOW_NANOS) {
            timeouts.restart(nowNanos, now);
        }
        nowNanos = now;
    }

    /** Ends the loop if the engine itself failed inside a callback. */
    void rethrowFailure() {
        switch (failure) {
            case null -> { }
            case Error e -> throw e;
            case RuntimeException e -> throw e;
            default -> throw new IllegalStateException(failure); // The engine throws no checked exception.
        }
    }

    boolean isLoopThread() {
        return Thread.currentThread() == thread;
    }

    void checkThread() {
        if (!isLoopThread()) {
            throw new IllegalStateException("clients belong to the loop's thread: use Server.execute");
        }
    }

    @Override
    public void close() {
        poller.close();
        arena.close();
    }
}
