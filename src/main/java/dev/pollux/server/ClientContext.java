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
    final ArrayDeque<Client> dirty = new ArrayDeque<>();
    /** Clients to be removed at the end of the iteration. */
    final ArrayDeque<Client> closing = new ArrayDeque<>();

    /** Whose frames are being delivered; null between clients. */
    Client serving;
    /** The clock, read once in an iteration. */
    long nowNanos;
    /** Whether clients are finished as soon as all that they have sent is answered. */
    boolean draining;

    private final Thread thread = Thread.currentThread();
    private final Arena arena;

    ClientContext(ServerOptions options, Handler handler, LoopCounters counters, Posix posix) {
        this.options = options;
        this.framing = options.framing();
        this.handler = handler;
        this.counters = counters;
        this.posix = posix;
        this.nowNanos = posix.nanoTime();
        // Before the arena: it may fail.
        this.poller = options.backend().open(posix, options.pollerOptions());
        this.arena = Arena.ofConfined();
        this.receiveBuffer = arena.allocate(options.receiveBufferBytes(), Long.BYTES);
        this.readArea = receiveBuffer.asSlice(Unfinished.IN_PLACE_BYTES);
        this.replies = new Replies(arena, options.receiveBufferBytes());
        this.reader = new FrameReader(framing, options.bufferSize());
        this.timeouts = new Timeouts(options);
        this.budget = new MemoryBudget(options.memoryLimitBytes(), counters);
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
