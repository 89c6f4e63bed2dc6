package dev.pollux.server;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.LoopCounters;
import dev.pollux.poller.Interest;
import dev.pollux.poller.Poller;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;

/**
 * One thread's loop: waits for readiness and hands it to the clients. Nothing below {@link Server} starts a
 * thread, so a test can drive it with {@link #runOnce}.
 *
 * <p>Order within an iteration: ready clients, expired ones, tasks, what is to be flushed, what is to be
 * closed, and the listener last, so that a descriptor number which is freed in this iteration cannot come
 * back within it.
 */
final class EventLoop implements AutoCloseable {
    private static final int MEMORY_BACK_OFF_MILLIS = 10;
    private static final long NEVER = Long.MAX_VALUE;

    private final ClientContext context;
    private final Poller poller;
    private final LoopCounters counters;
    private final ClientTable table;
    private final Admission admission;
    // Under its lock: the one way in for other threads.
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private boolean tasksRefused; // The loop has ended.
    private volatile boolean hasTasks;
    private final Queue<Runnable> running = new ArrayDeque<>();
    private boolean full; // All places are taken.
    private boolean stopped;

    /** A loop on the calling thread. The listener becomes its own, unless this throws. */
    EventLoop(ServerOptions options, Handler handler, LoopCounters counters, Posix posix, Listener listener) {
        this.context = new ClientContext(options, handler, counters, posix);
        this.poller = context.poller;
        this.counters = counters;
        this.table = new ClientTable(options.maxClients());
        try {
            this.admission = new Admission(listener, posix, poller, counters, context.events, context.log);
        } catch (Throwable t) {
            context.close();
            throw t;
        }
    }

    /** One pass. Returns how many descriptors were ready. */
    int runOnce() {
        int ready = poller.await(timeoutNanos());
        context.nowNanos = context.posix.nanoTime();
        counters.add(Counter.ITERATIONS_MADE, 1);
        counters.set(Counter.POLLS_MADE, poller.polls());
        counters.set(Counter.ENTRIES_SCANNED, poller.scanned());
        if (ready < 0) {
            backOff(ready);
            ready = 0;
        }
        context.events.iterationBegan();
        boolean acceptable = admission.isDue(context.nowNanos);
        for (int i = 0; i < ready; i++) {
            long token = poller.token(i);
            if (token == Admission.TOKEN) {
                acceptable = true;
            } else {
                serve(table.get(token), poller.ready(i));
            }
        }
        if (ready > 0) {
            context.readClock();
        }
        expire();
        runTasks();
        settle();
        if (acceptable) {
            accept(context.options.acceptBudget());
            settle();
        }
        context.log.flushDue(context.nowNanos);
        context.events.iterationEnded(ready);
        context.rethrowFailure();
        return ready;
    }

    /**
     * The only place that branches on readiness. A client for which the heap has no room is closed, and the
     * others are served.
     */
    private void serve(Client client, int ready) {
        if (client == null) {
            return; // Closed earlier in this batch; its slot may have another client by now.
        }
        try { // In one method with its body: one more is one too many for the compiler (decision 0009).
            if ((ready & Interest.HANGUP) != 0) {
                client.onHangup();
            } else if ((ready & Interest.WRITE) != 0) {
                client.flush();
            }
            if ((ready & Interest.READ) != 0) {
                client.onReadable();
            }
        } catch (OutOfMemoryError e) {
            context.serving = null;
            context.replies.clear();
            client.abort(CloseReason.NO_RESOURCES);
        }
    }

    private long timeoutNanos() {
        if (hasTasks) {
            return 0;
        }
        long nowNanos = context.nowNanos;
        long least = context.timeouts.untilNext(nowNanos, admission.untilDue(nowNanos, NEVER));
        least = context.log.untilDue(nowNanos, least);
        if (context.draining) {
            least = Math.min(least, Math.max(0, context.drainDeadlineNanos - nowNanos));
        }
        return least == NEVER ? -1 : least;
    }

    /**
     * A signal needs nothing. Without memory for a wait the kernel may still have some for one without
     * entries.
     */
    private void backOff(int result) {
        if (result != -Errno.EINTR.number) {
            counters.add(Counter.CALLS_FAILED, 1);
            context.log.callFailed("waiting for readiness", result, () -> "it is tried again");
            if (result == -Errno.EINVAL.number) { // poll(2), with a descriptor limit below its entries.
                DescriptorLimit.raise(context.posix);
            }
            context.posix.poll(context.receiveBuffer, 0, 0, MEMORY_BACK_OFF_MILLIS);
        }
    }

    private void expire() {
        long nowNanos = context.nowNanos;
        Timeouts timeouts = context.timeouts;
        abortExpired(timeouts.idle, CloseReason.IDLE_TIMEOUT);
        abortExpired(timeouts.frame, CloseReason.FRAME_TIMEOUT);
        abortExpired(timeouts.write, CloseReason.WRITE_TIMEOUT);
        abortExpired(timeouts.firstFrame, CloseReason.FIRST_FRAME_TIMEOUT);
        abortExpired(timeouts.linger, null);
        int slot;
        while ((slot = timeouts.quiet.removeExpired(nowNanos)) >= 0) {
            table.bySlot(slot).finishDrain();
        }
        while ((slot = timeouts.warm.removeExpired(nowNanos)) >= 0) {
            table.bySlot(slot).coolDown();
        }
        if (context.draining && nowNanos - context.drainDeadlineNanos >= 0) {
            table.forEach(client -> {
                if (!context.isLastLookOver()) {
                    client.lookAgain();
                }
                client.abort(CloseReason.SERVER_DRAINED);
            });
        }
    }

    /**
     * No deadline closes a client before its bytes were looked at: the wait may have failed, have had no room
     * for all that was ready, or not have asked for this client, and the clock may have jumped. Without a
     * reason, each client's own.
     */
    private void abortExpired(DeadlineList list, CloseReason reason) {
        int slot;
        while ((slot = list.firstExpired(context.nowNanos)) >= 0) {
            Client client = table.bySlot(slot);
            client.lookAgain();
            context.readClock(); // Its callbacks may have taken long: the next client's time counts from now.
            if (list.isExpired(slot, context.nowNanos)) {
                list.remove(slot);
                client.abort(reason == null ? client.reason() : reason);
            }
        }
    }

    private void runTasks() {
        if (hasTasks) {
            synchronized (tasks) {
                hasTasks = false;
                // What these add is for the next iteration, or two could keep the loop busy.
                running.addAll(tasks);
                tasks.clear();
            }
            for (Runnable task = running.poll(); task != null; task = running.poll()) {
                run(task);
            }
            context.readClock();
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RejectedExecutionException e) { // A task that adds another, and the loop has ended.
            PeerLog.LOG.log(tasksRefused ? Level.DEBUG : Level.ERROR, () -> "a task was rejected", e);
        } catch (Throwable t) {
            context.log.taskFailed(context.nowNanos, t);
        }
    }

    /** Flushes and closes what was put off. Closing may make a handler send to others, hence the loop. */
    private void settle() {
        boolean settled = false;
        while (true) {
            Client client = context.dirty.poll();
            if (client != null) {
                client.flush();
                settled = true;
                continue;
            }
            client = context.closing.poll();
            if (client == null) {
                break;
            }
            remove(client);
            settled = true;
        }
        if (settled) {
            context.readClock();
        }
    }

    private void accept(int budget) {
        admission.accept(context.nowNanos, budget, table::room, this::open);
        context.readClock();
        boolean wasFull = full;
        full = table.room() == 0;
        if (full && !wasFull) {
            counters.add(Counter.CLIENT_LIMIT_REACHED, 1);
            context.log.limitReached(context.options.maxClients());
            context.events.clientLimitReached(context.options.maxClients());
        }
    }

    private void open(MemorySegment peer, int fd) {
        Client client = watch(peer, fd);
        if (client != null) {
            counters.add(Counter.CLIENTS_ACCEPTED, 1);
            counters.set(Counter.CLIENTS_OPEN, table.size());
            context.timeouts.bytesMoved(client.slot(), context.nowNanos);
            context.log.opened(client);
            context.events.accepted(client);
            client.onOpen();
        }
    }

    /**
     * Makes a client, gives it a place, and watches its descriptor. Returns null if there is no memory for
     * that, or if the kernel has no room in the set (ENOSPC, ENOMEM), or select(2) for a number so large
     * (EMFILE): then the connection is closed, and nothing has changed.
     */
    private Client watch(MemorySegment peer, int fd) {
        Client client = null;
        boolean placed = false;
        try {
            client = new Client(context, fd, table.nextToken(), SocketAddress.from(peer));
            context.timeouts.reserve(client.slot());
            table.add(client);
            placed = true;
            poller.add(fd, client.token(), Interest.READ);
            return client;
        } catch (Throwable t) {
            if (placed) {
                table.remove(client);
            }
            context.posix.close(fd);
            boolean shortage = t instanceof OutOfMemoryError
                    || t instanceof PosixException e && !Errno.isBug(-e.errno());
            if (!shortage) {
                throw t;
            }
            counters.add(Counter.CLIENTS_REFUSED, 1);
            context.log.refused(context.nowNanos, t);
            return null;
        }
    }

    /** The one end of a client: forget, close, free, and tell. */
    private void remove(Client client) {
        try {
            poller.remove(client.token());
        } finally { // A refusal is ours to mend, and no reason to keep anything.
            release(client);
        }
        full = false;
        admission.placeFreed();
    }

    private void release(Client client) {
        table.remove(client);
        context.timeouts.forget(client.slot());
        int result = context.posix.close(client.fd()); // Whatever it answers, the descriptor is gone.
        counters.set(Counter.CLIENTS_OPEN, table.size());
        counters.add(client.reason().counter, 1);
        context.log.closed(context.nowNanos, client);
        context.events.closed(client);
        client.onClosed();
        if (result == -Errno.EBADF.number) { // Then somebody else's may have been closed before.
            throw new PosixException("close of descriptor " + client.fd(), result);
        }
    }

    /**
     * Any thread: runs a task on the loop, in the current iteration or the next.
     *
     * @throws RejectedExecutionException if the loop has ended
     */
    void execute(Runnable task) {
        synchronized (tasks) {
            if (tasksRefused) {
                throw new RejectedExecutionException("the server has ended");
            }
            tasks.add(task);
            hasTasks = true;
        }
        poller.wakeup();
    }

    /**
     * Any thread: runs a command of the engine as {@link #execute} runs a task. What it throws ends the loop.
     */
    void command(Runnable command) {
        execute(() -> {
            try {
                command.run();
            } catch (Throwable t) {
                context.failure = t;
            }
        });
    }

    /** Takes no more clients; serves those there are with what they have sent so far, then ends. */
    void drain(long timeoutNanos) {
        context.readClock();
        long deadline = context.nowNanos + timeoutNanos;
        if (!context.draining) {
            // Who waits in the backlog would be reset by closing the listener.
            accept(ServerOptions.UNTIL_EAGAIN);
            admission.close();
            context.draining = true;
            context.drainDeadlineNanos = deadline;
            table.forEach(Client::drain);
        } else if (context.drainDeadlineNanos - deadline > 0) {
            context.drainDeadlineNanos = deadline;
        }
    }

    /** Ends after this iteration. */
    void stop() {
        stopped = true;
    }

    boolean isDone() {
        return stopped || context.draining && table.size() == 0;
    }

    boolean isLoopThread() {
        return context.isLoopThread();
    }

    /** Closes all clients, the listener and the poller, and frees what the loop holds. */
    @Override
    public void close() {
        CloseReason reason = context.draining ? CloseReason.SERVER_DRAINED : CloseReason.SERVER_CLOSED;
        try (context; admission) {
            table.abortAll(reason);
            context.dirty.clear();
            removeAll();
        } finally {
            runLastTasks();
            context.log.flush();
        }
    }

    /** One that cannot be removed as it should must not keep the others; the first failure is thrown. */
    private void removeAll() {
        Throwable first = null;
        while (!context.closing.isEmpty() || !context.dirty.isEmpty()) {
            try {
                settle();
            } catch (Throwable t) {
                first = first == null ? t : first;
            }
        }
        if (first != null) {
            context.failure = first;
            context.rethrowFailure();
        }
    }

    /** Those that were accepted run, though all clients are closed; no more are accepted. */
    private void runLastTasks() {
        synchronized (tasks) {
            tasksRefused = true;
            running.addAll(tasks);
            tasks.clear();
        }
        running.forEach(this::run);
        running.clear();
    }
}
