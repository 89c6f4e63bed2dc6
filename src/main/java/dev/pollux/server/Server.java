package dev.pollux.server;

import dev.pollux.metrics.LoopCounters;
import dev.pollux.metrics.Snapshot;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;

/**
 * A TCP server: a listening socket and one thread that serves all clients.
 *
 * <pre>{@code
 * var options = new ServerOptions().address(SocketAddress.of("127.0.0.1", 5882));
 * try (Server server = new Server(options, Client::send)) { // Echo.
 *     server.start();
 *     server.join();
 * }
 * }</pre>
 *
 * <p>All methods may be called from any thread.
 */
public final class Server implements AutoCloseable {
    // What fits into nanoseconds, at least.
    private static final Duration LONGEST_DRAIN = Duration.ofDays(365);

    private final ServerOptions options; // As they were given.
    private final Handler handler;
    private final ThreadFactory threads;
    private final LoopCounters counters = new LoopCounters();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object lock = new Object();
    private State state = State.NEW; // Under the lock.
    private Consumer<EventLoop> requested; // Under the lock: an end that was asked for while starting.
    private Posix ownPosix; // Of a loop that runOnce drives.
    private boolean iterating; // Loop's thread: in runOnce.
    private volatile SocketAddress address;
    private volatile EventLoop loop; // Null until it runs.
    private volatile Throwable failure;

    private enum State { NEW, STARTING, RUNNING, ENDED }

    /**
     * A server, not yet started.
     *
     * @throws IllegalArgumentException if the options contradict each other
     */
    public Server(ServerOptions options, Handler handler) {
        this(options, handler, Thread.ofPlatform().name("pollux-loop").factory());
    }

    /** With a factory for the loop's thread. */
    Server(ServerOptions options, Handler handler, ThreadFactory threads) {
        this.options = options.checked();
        this.handler = Objects.requireNonNull(handler, "a handler");
        this.threads = threads;
    }

    /**
     * Opens the port and starts the loop's thread; when it returns, clients can connect.
     *
     * @return this
     * @throws dev.pollux.posix.PosixException if the port cannot be opened
     * @throws OutOfMemoryError if the loop's thread cannot be made
     * @throws IllegalStateException if it was started or closed before
     */
    public Server start() {
        synchronized (lock) {
            ServerOptions effective = begin();
            Listener listener = listen(effective);
            try {
                threads.newThread(() -> run(effective, listener)).start();
            } catch (Throwable t) {
                listener.close(options.posix());
                throw t;
            }
            state = State.STARTING;
        }
        await(started);
        rethrowFailure();
        return this;
    }

    /**
     * Opens the port, and the loop on the calling thread, which is then to call {@link #runOnce} over and
     * over: instead of {@link #start}, for tests and for programs with a loop of their own.
     *
     * @return this
     * @throws dev.pollux.posix.PosixException if the port or the loop cannot be opened
     * @throws IllegalStateException if it was started or closed before
     */
    public Server open() {
        synchronized (lock) {
            ServerOptions effective = begin();
            Listener listener = listen(effective);
            Posix posix = null;
            try {
                posix = options.posix().get();
                loop = new EventLoop(effective, handler, counters, posix, listener);
            } catch (Throwable t) {
                listener.close(options.posix());
                if (posix != null) {
                    posix.close();
                }
                throw t;
            }
            ownPosix = posix;
            state = State.RUNNING;
        }
        return this;
    }

    /**
     * One iteration of a loop that {@link #open} made: waits until there is something to do, and does it.
     *
     * @return false when the server has ended: {@link #drain} takes effect in here
     * @throws dev.pollux.posix.PosixException if a system call failed in a way that is ours to mend; then the
     *         server has ended
     * @throws IllegalStateException on another thread, in a callback, or without {@link #open}
     */
    public boolean runOnce() {
        EventLoop opened = loop;
        if (ownPosix == null || !opened.isLoopThread()) {
            throw new IllegalStateException("runOnce is for the thread that called open");
        }
        if (iterating) { // The buffers are in use: one client's replies would go to another.
            throw new IllegalStateException("runOnce cannot be called in a callback");
        }
        if (ended.getCount() == 0) {
            return false;
        }
        iterating = true;
        try {
            return iterate(opened);
        } finally {
            iterating = false;
        }
    }

    private boolean iterate(EventLoop opened) {
        try {
            opened.runOnce();
            if (!opened.isDone()) {
                return true;
            }
        } catch (Throwable t) {
            failed(t);
        }
        try {
            opened.close();
        } catch (Throwable t) {
            failed(t);
        } finally {
            ownPosix.close();
            ended();
        }
        rethrowFailure();
        return false;
    }

    /** The first failure is the reason for the end. Those who do not join learn of it from the log. */
    private void failed(Throwable t) {
        if (failure == null) {
            failure = t;
            if (t instanceof PosixException) {
                PeerLog.LOG.log(Level.ERROR, () -> "the server failed: " + t.getMessage());
            } else {
                PeerLog.LOG.log(Level.ERROR, () -> "the server failed", t);
            }
        }
    }

    private void ended() {
        synchronized (lock) {
            state = State.ENDED;
        }
        started.countDown();
        ended.countDown();
    }

    private ServerOptions begin() {
        if (state != State.NEW) {
            throw new IllegalStateException("a server starts once, and not after its end");
        }
        ServerOptions effective = options.effective();
        if (effective.maxClients() < options.maxClients()) {
            PeerLog.LOG.log(Level.WARNING, () -> "max clients lowered from " + options.maxClients() + " to "
                    + effective.maxClients() + ": " + effective.maxClientsReason());
        }
        MemoryPlan plan = effective.memoryPlan();
        if (plan.isTooLarge()) {
            PeerLog.LOG.log(Level.WARNING, () -> "the limits add up to " + plan.sumBytes()
                    + " bytes of memory, and " + plan.limitSource() + " allows " + plan.limitBytes()
                    + " (serve --dry-run prints the terms)");
        }
        return effective;
    }

    private Listener listen(ServerOptions effective) {
        try (Posix posix = effective.posix().get()) {
            Listener listener = Listener.open(posix, effective);
            address = listener.address();
            return listener;
        }
    }

    private void run(ServerOptions options, Listener listener) {
        boolean taken = false;
        try (Posix posix = options.posix().get();
                EventLoop opened = new EventLoop(options, handler, counters, posix, listener)) {
            taken = true;
            running(opened);
            while (!opened.isDone()) {
                opened.runOnce();
            }
        } catch (Throwable t) {
            if (taken) {
                failed(t);
            } else { // The caller of start learns of it.
                failure = t;
                listener.close(options.posix());
            }
        } finally {
            ended();
        }
    }

    private void running(EventLoop opened) {
        synchronized (lock) {
            state = State.RUNNING;
            loop = opened;
            if (requested != null) {
                command(opened, requested);
            }
        }
        started.countDown();
    }

    /** Where the server listens, with the port that the kernel chose; null before the start. */
    public SocketAddress address() {
        return address;
    }

    /** The counters as they are now. */
    public Snapshot snapshot() {
        return counters.snapshot();
    }

    /**
     * Runs a task on the loop's thread, soon. One that is accepted runs, also if the server ends first: then
     * all clients are closed.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the server has ended
     * @throws IllegalStateException if the server is not started
     */
    public void execute(Runnable task) {
        EventLoop running = loop;
        if (running == null) {
            throw new IllegalStateException("the server is not started");
        }
        running.execute(task);
    }

    /**
     * Ends in good order: takes no more clients, answers what the present ones have sent so far, and waits
     * until they have it all and hang up, or {@code timeout} is over. Returns when the server has ended; from
     * inside a callback at once, and the drain begins after it. Before the start, the server ends without
     * one; during a start it ends as soon as it has started.
     */
    public void drain(Duration timeout) {
        Duration positive = timeout.isNegative() ? Duration.ZERO : timeout;
        long nanos = (positive.compareTo(LONGEST_DRAIN) < 0 ? positive : LONGEST_DRAIN).toNanos();
        stop(running -> running.drain(nanos));
    }

    /**
     * Ends now: every client is closed, whatever it is owed. Returns as {@link #drain} does; again does
     * nothing.
     */
    @Override
    public void close() {
        stop(EventLoop::stop);
        if (ownPosix != null && loop.isLoopThread() && !iterating) {
            runOnce(); // Nobody else would.
        }
    }

    private void stop(Consumer<EventLoop> how) {
        synchronized (lock) {
            switch (state) {
                case NEW -> {
                    state = State.ENDED;
                    started.countDown();
                    ended.countDown();
                }
                case STARTING -> requested = requested == null ? how : requested.andThen(how);
                case RUNNING -> command(loop, how);
                case ENDED -> { }
            }
        }
        EventLoop running = loop;
        if (running == null || !running.isLoopThread()) {
            await(ended);
        }
    }

    private static void command(EventLoop loop, Consumer<EventLoop> how) {
        try {
            loop.command(() -> how.accept(loop));
        } catch (RejectedExecutionException e) {
            return; // It is ending anyway.
        }
    }

    /**
     * Waits until the server has ended.
     *
     * @throws dev.pollux.posix.PosixException if a system call failed in a way that is ours to mend
     * @throws InterruptedException if this thread is interrupted meanwhile; the server goes on
     * @throws IllegalStateException on the loop's thread, which would wait for itself
     */
    public void join() throws InterruptedException {
        EventLoop running = loop;
        if (running != null && running.isLoopThread() && ended.getCount() > 0) {
            throw new IllegalStateException("join cannot be called on the loop's thread");
        }
        ended.await();
        rethrowFailure();
    }

    private void rethrowFailure() {
        Throwable cause = failure;
        if (cause instanceof RuntimeException e) {
            throw e;
        }
        if (cause instanceof Error e) {
            throw e;
        }
        if (cause != null) {
            throw new IllegalStateException(cause);
        }
    }

    private static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                // The wait is short and bounded by the caller's own stop; report it afterwards.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
