package dev.pollux.server;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.FrameTooLongException;
import dev.pollux.frame.Framing;
import dev.pollux.metrics.Counter;
import dev.pollux.metrics.LoopCounters;
import dev.pollux.poller.Interest;
import dev.pollux.poller.Poller;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * One thread's loop: waits for readiness and hands it to the clients. Nothing below {@link Server} starts a thread, so
 * a test can drive it with {@link #runOnce}.
 *
 * <p>Order within an iteration: ready clients, expired ones, tasks, what is to be flushed, what is to be closed, and
 * the listener last, so that a descriptor number which is freed in this iteration cannot come back within it.
 */
final class EventLoop implements AutoCloseable {
    /** Whether lent buffers are overwritten, so that a handler which keeps one is found out. */
    static final boolean CHECKS = Boolean.getBoolean("dev.pollux.checks");
    /** Drained, a peer that never stops sending is read from so far: more than a socket's receive buffer holds. */
    static final long DRAIN_BYTES = 8 << 20;

    private static final Logger LOG = System.getLogger("dev.pollux.server");
    private static final long LISTENER_TOKEN = Poller.token(Poller.LISTENER_SLOT, 0);
    private static final int MEMORY_BACK_OFF_MILLIS = 10;
    private static final long NEVER = Long.MAX_VALUE;

    private final Thread thread = Thread.currentThread();
    private final ServerOptions options;
    private final Handler handler;
    private final LoopCounters counters;
    private final Posix posix;
    private final Poller poller;
    private final Arena arena;
    private final MemorySegment receiveBuffer;
    private final MemorySegment peer;
    private final MemorySegment peerLength;
    private final Replies replies;
    private final FrameReader reader;
    private final ClientTable table;
    private final Timeouts timeouts;
    private final MemoryBudget budget;
    private final ArrayDeque<Client> dirty = new ArrayDeque<>(); // To be flushed before the next await.
    private final ArrayDeque<Client> closing = new ArrayDeque<>();
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>(); // The one way in for other threads.
    private final RateLimitedLog acceptFailures = new RateLimitedLog(LOG, Level.WARNING);
    private final RateLimitedLog handlerFailures = new RateLimitedLog(LOG, Level.WARNING);
    private final RateLimitedLog longFrames = new RateLimitedLog(LOG, Level.WARNING);
    private final RateLimitedLog problems = new RateLimitedLog(LOG, Level.WARNING);

    private Listener listener; // Null when it is closed.
    private boolean listening; // Whether the poller watches it: not while full or backing off.
    private long acceptAgainNanos = NEVER;
    private Client serving; // Whose replies the send buffer collects.
    private long nowNanos;
    private long drainDeadlineNanos;
    private boolean draining;
    private boolean stopped;

    EventLoop(ServerOptions options, Handler handler, LoopCounters counters, Posix posix, Listener listener) {
        this.options = options;
        this.handler = handler;
        this.counters = counters;
        this.posix = posix;
        this.poller = options.backend().open(posix, options.maxClients()); // First: it can fail, with nothing to free.
        this.arena = Arena.ofConfined();
        this.peer = arena.allocate(SocketAddress.MAX_BYTES, Long.BYTES);
        this.peerLength = arena.allocate(ValueLayout.JAVA_INT);
        this.receiveBuffer = arena.allocate(options.receiveBufferBytes(), Long.BYTES);
        this.replies = new Replies(arena, options.receiveBufferBytes());
        this.reader = new FrameReader(options.framing(), options.bufferSize());
        this.table = new ClientTable(options.maxClients());
        this.timeouts = new Timeouts(options);
        this.budget = new MemoryBudget(options.memoryLimitBytes(), counters);
        this.nowNanos = posix.nanoTime();
        this.listener = listener;
        poller.add(listener.fd(), LISTENER_TOKEN, Interest.READ);
        this.listening = true;
    }

    /** One pass. Returns how many descriptors were ready. */
    int runOnce() {
        int ready = poller.await(timeoutNanos());
        nowNanos = posix.nanoTime();
        counters.add(Counter.ITERATIONS_MADE, 1);
        counters.set(Counter.POLLS_MADE, poller.polls());
        counters.set(Counter.ENTRIES_SCANNED, poller.scanned());
        if (ready < 0) {
            backOff(ready);
            ready = 0;
        }
        boolean acceptable = nowNanos - acceptAgainNanos >= 0 && acceptAgainNanos != NEVER;
        for (int i = 0; i < ready; i++) {
            long token = poller.token(i);
            if (token == LISTENER_TOKEN) {
                acceptable = true;
            } else {
                serve(table.get(token), poller.ready(i));
            }
        }
        expire();
        runTasks();
        settle();
        if (acceptable) {
            accept(options.acceptBudget());
            settle();
        }
        return ready;
    }

    /** The only place that branches on readiness. */
    private void serve(Client client, int ready) {
        if (client == null) {
            return; // Closed earlier in this batch; its slot may have somebody else by now.
        }
        if ((ready & Interest.HANGUP) != 0) {
            client.onHangup();
        } else if ((ready & Interest.WRITE) != 0) {
            client.onWritable();
        }
        if ((ready & Interest.READ) != 0) {
            client.onReadable();
        }
    }

    private long timeoutNanos() {
        if (!tasks.isEmpty()) {
            return 0;
        }
        long least = timeouts.untilNext(nowNanos, NEVER);
        if (acceptAgainNanos != NEVER) {
            least = Math.min(least, Math.max(0, acceptAgainNanos - nowNanos));
        }
        if (draining) {
            least = Math.min(least, Math.max(0, drainDeadlineNanos - nowNanos));
        }
        return least == NEVER ? -1 : least;
    }

    /** A signal needs nothing; without memory for a wait, the kernel may have some for sleeping without entries. */
    private void backOff(int result) {
        if (result != -Errno.EINTR.number) {
            problems.log(nowNanos, () -> "poll: " + Errno.describe(result) + "; trying again");
            posix.poll(receiveBuffer, 0, 0, MEMORY_BACK_OFF_MILLIS);
        }
    }

    private void expire() {
        expire(timeouts.idle, CloseReason.IDLE_TIMEOUT);
        expire(timeouts.frame, CloseReason.FRAME_TIMEOUT);
        expire(timeouts.write, CloseReason.WRITE_TIMEOUT);
        for (int slot = timeouts.linger.removeExpired(nowNanos); slot >= 0; slot = timeouts.linger.removeExpired(nowNanos)) {
            Client client = table.bySlot(slot);
            client.abort(client.reason());
        }
        for (int slot = timeouts.warm.removeExpired(nowNanos); slot >= 0; slot = timeouts.warm.removeExpired(nowNanos)) {
            table.bySlot(slot).coolDown();
        }
        if (draining && nowNanos - drainDeadlineNanos >= 0) {
            table.forEach(client -> client.abort(CloseReason.SERVER_DRAINED));
        }
    }

    private void expire(DeadlineList list, CloseReason reason) {
        for (int slot = list.removeExpired(nowNanos); slot >= 0; slot = list.removeExpired(nowNanos)) {
            table.bySlot(slot).abort(reason);
        }
    }

    private void runTasks() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            try {
                task.run();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a task given to execute failed", e);
            }
        }
    }

    /** Flushes and closes what was put off. Closing may make a handler send to others, hence the loop. */
    private void settle() {
        while (true) {
            Client client = dirty.poll();
            if (client != null) {
                client.flush();
                continue;
            }
            client = closing.poll();
            if (client == null) {
                return;
            }
            remove(client);
        }
    }

    /** The one end of a client: forget, close, free, and tell. */
    private void remove(Client client) {
        poller.remove(client.token());
        table.remove(client);
        timeouts.forget(Poller.slot(client.token()));
        posix.close(client.fd()); // Whatever it answers, the descriptor is gone.
        client.release();
        counters.set(Counter.CLIENTS_OPEN, table.size());
        counters.add(client.reason().counter, 1);
        logClosed(client);
        try {
            handler.onClose(client, client.reason());
        } catch (Throwable t) {
            logHandlerFailed(client, t);
        }
        if (acceptAgainNanos == NEVER) {
            listen(!table.isFull());
        }
    }

    private void accept(int budget) {
        acceptAgainNanos = NEVER;
        int taken = 0;
        int result = 0;
        for (int tries = 0; tries < budget && !table.isFull(); tries++) {
            result = listener.accept(posix, peer, peerLength);
            counters.add(Counter.ACCEPTS_MADE, 1);
            if (result >= 0) {
                open(result);
                taken++;
            } else if (result == -Errno.EAGAIN.number) {
                counters.add(Counter.CALLS_WOULD_BLOCK, 1);
                break;
            } else {
                counters.add(Counter.CLIENTS_REFUSED, 1);
                if (!Listener.isOfOneConnection(result)) {
                    break;
                }
            }
        }
        boolean failed = result < 0 && result != -Errno.EAGAIN.number
                && (taken == 0 || !Listener.isOfOneConnection(result));
        if (failed) {
            acceptAgainNanos = nowNanos + listener.failed(result);
            acceptFailures.log(nowNanos, listener::failure);
        } else {
            listener.succeeded();
        }
        listen(!failed && !table.isFull());
    }

    private void open(int fd) {
        Client client = new Client(this, fd, table.nextToken(), SocketAddress.from(peer));
        table.add(client);
        poller.add(fd, client.token(), Interest.READ);
        counters.add(Counter.CLIENTS_ACCEPTED, 1);
        counters.set(Counter.CLIENTS_OPEN, table.size());
        timeouts.bytesMoved(Poller.slot(client.token()), nowNanos);
        try {
            handler.onOpen(client);
        } catch (Throwable t) {
            client.fail(t);
        }
    }

    /** Takes the listener out of the poll set or puts it back; the kernel's backlog holds whoever comes meanwhile. */
    private void listen(boolean wanted) {
        if (listener != null && wanted != listening) {
            listening = wanted;
            poller.modify(LISTENER_TOKEN, wanted ? Interest.READ : Interest.NONE);
        }
    }

    /** Any thread: runs a task on the loop, in the current iteration or the next. */
    void execute(Runnable task) {
        tasks.add(task);
        poller.wakeup();
    }

    /** Takes no more clients; serves those there are with what they have sent so far, then ends. */
    void drain(long timeoutNanos) {
        long deadline = nowNanos + timeoutNanos;
        drainDeadlineNanos = draining && drainDeadlineNanos - deadline < 0 ? drainDeadlineNanos : deadline;
        if (!draining) {
            accept(ServerOptions.UNTIL_EAGAIN); // Who waits in the backlog would be reset by closing the listener.
            closeListener();
            draining = true;
            table.forEach(Client::drain);
        }
    }

    /** Ends after this iteration. */
    void stop() {
        stopped = true;
    }

    boolean isDone() {
        return stopped || draining && table.size() == 0;
    }

    private void closeListener() {
        if (listener != null) {
            poller.remove(LISTENER_TOKEN);
            posix.close(listener.fd());
            listener = null;
            acceptAgainNanos = NEVER;
        }
    }

    /** Closes all clients, the listener and the poller, and frees what the loop holds. */
    @Override
    public void close() {
        CloseReason reason = draining ? CloseReason.SERVER_DRAINED : CloseReason.SERVER_CLOSED;
        table.forEach(client -> client.abort(reason));
        dirty.clear();
        settle();
        closeListener();
        poller.close();
        arena.close();
    }

    // What clients need of their loop.

    ServerOptions options() {
        return options;
    }

    Handler handler() {
        return handler;
    }

    Framing framing() {
        return options.framing();
    }

    LoopCounters counters() {
        return counters;
    }

    Posix posix() {
        return posix;
    }

    Poller poller() {
        return poller;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    MemoryBudget budget() {
        return budget;
    }

    MemorySegment receiveBuffer() {
        return receiveBuffer;
    }

    Replies replies() {
        return replies;
    }

    FrameReader reader() {
        return reader;
    }

    long nowNanos() {
        return nowNanos;
    }

    boolean isDraining() {
        return draining;
    }

    boolean isLoopThread() {
        return Thread.currentThread() == thread;
    }

    void checkThread() {
        if (!isLoopThread()) {
            throw new IllegalStateException("clients belong to the loop's thread: use Server.execute");
        }
    }

    void beginServing(Client client) {
        assert serving == null;
        serving = client;
    }

    void endServing() {
        serving = null;
    }

    boolean isServing(Client client) {
        return serving == client;
    }

    void flushLater(Client client) {
        dirty.add(client);
    }

    void closeLater(Client client) {
        closing.add(client);
    }

    void logHandlerFailed(Client client, Throwable t) {
        handlerFailures.log(nowNanos, () -> "the handler failed, so " + client + " is closed: " + StackTraces.of(t));
    }

    void logFrameTooLong(Client client, FrameTooLongException e, MemorySegment buffer, long offset, long length) {
        longFrames.log(nowNanos, () -> client + " sent " + e.getMessage() + " (--buffer-size); it begins with "
                + Escaped.bytes(buffer, offset, length));
    }

    private void logClosed(Client client) {
        CloseReason reason = client.reason();
        boolean saidAlready = reason == CloseReason.FRAME_TOO_LONG || reason == CloseReason.HANDLER_FAILED;
        if (reason.isProblem && !saidAlready) {
            problems.log(nowNanos, () -> client + " closed: " + reason);
        } else {
            LOG.log(Level.DEBUG, () -> client + " closed: " + reason);
        }
    }
}
