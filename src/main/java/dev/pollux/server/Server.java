package dev.pollux.server;

import dev.pollux.metrics.LoopCounters;
import dev.pollux.metrics.Snapshot;
import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
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
    private final LoopCounters counters = new LoopCounters();
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Object lock = new Object();
    private boolean begun; // Under the lock.
    private Posix ownPosix; // Of a loop that runOnce drives.
    private boolean iterating; // Loop's thread: in runOnce.
    private volatile SocketAddress address;
    private volatile EventLoop loop; // Null until the loop's thread has made it.
    private volatile Throwable failure;

    /**
     * A server, not yet started.
     *
     * @throws IllegalArgumentException if the options contradict each other
     */
    public Server(ServerOptions options, Handler handler) {
        this.options = options.checked();
        this.handler = handler;
    }

    /**
     * Opens the port and starts the loop's thread; when it returns, clients can connect.
     *
     * @return this
     * @throws dev.pollux.posix.PosixException if the port cannot be opened
     * @throws IllegalStateException if it was started before
     */
    public Server start() {
        synchronized (lock) {
            ServerOptions effective = begin();
            Listener listener = listen(effective);
            Thread.ofPlatform().name("pollux-loop").start(() -> run(effective, listener));
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
     * @throws IllegalStateException if it was started before
     */
    public Server open() {
        synchronized (lock) {
            ServerOptions effective = begin();
            Listener listener = listen(effective);
            ownPosix = options.posix().get();
            try {
                loop = loop(effective, ownPosix, listener);
            } catch (Throwable t) {
                ownPosix.close();
                ownPosix = null;
                ended.countDown();
                throw t;
            }
        }
        return this;
    }

    /**
     * One iteration of a loop that {@link #open} made: waits until there is something to do, and does it.
     *
     * @return false when the server has ended: {@link #drain} takes effect in here
     * @throws dev.pollux.posix.PosixException if a system call failed in a way that is ours to mend; then the
     *         server has ended
     * @throws IllegalStateException on another thread, or without {@link #open}
     */
    public boolean runOnce() {
        EventLoop opened = loop;
        if (ownPosix == null || !opened.isLoopThread()) {
            throw new IllegalStateException("runOnce is for the thread that called open");
        }
        if (ended.getCount() == 0) {
            return false;
        }
        try {
            iterating = true;
            opened.runOnce();
            if (!opened.isDone()) {
                return true;
            }
        } catch (Throwable t) {
            failure = t;
        } finally {
            iterating = false;
        }
        end(opened);
        rethrowFailure();
        return false;
    }

    private void end(EventLoop opened) {
        try {
            opened.close();
        } catch (Throwable t) {
            failure = failure == null ? t : failure;
        } finally {
            ownPosix.close();
            ended.countDown();
        }
    }

    private ServerOptions begin() {
        if (begun) {
            throw new IllegalStateException("a server starts once");
        }
        ServerOptions effective = options.effective();
        if (effective.maxClients() < options.maxClients()) {
            ServerLog.LOG.log(Level.WARNING, "max clients lowered from " + options.maxClients() + " to "
                    + effective.maxClients() + ": " + effective.maxClientsReason());
        }
        MemoryPlan plan = effective.memoryPlan();
        if (plan.isTooLarge()) {
            ServerLog.LOG.log(Level.WARNING, "the limits add up to " + plan.sumBytes() + " bytes of memory,"
                    + " and " + plan.limitSource() + " allows " + plan.limitBytes()
                    + " (serve --dry-run prints the terms)");
        }
        return effective;
    }

    private Listener listen(ServerOptions effective) {
        try (Posix posix = effective.posix().get()) {
            Listener listener = Listener.open(posix, effective);
            address = listener.address();
            begun = true;
            return listener;
        }
    }

    private EventLoop loop(ServerOptions options, Posix posix, Listener listener) {
        try {
            return new EventLoop(options, handler, counters, posix, listener);
        } catch (Throwable t) {
            posix.close(listener.fd());
            throw t;
        }
    }

    private void run(ServerOptions options, Listener listener) {
        try (Posix posix = options.posix().get(); EventLoop opened = loop(options, posix, listener)) {
            loop = opened;
            started.countDown();
            while (!opened.isDone()) {
                opened.runOnce();
            }
        } catch (Throwable t) {
            failure = t;
        } finally {
            started.countDown();
            ended.countDown();
        }
    }

    /** Where the server listens, with the port that the kernel chose; null before the start. */
    public SocketAddress address() {
        return address;
    }

    /** The counters as they are now. */
    public Snapshot snapshot() {
        return counters.snapshot();
    }

    /** Runs a task on the loop's thread, soon; not at all once the server has ended. */
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
     * inside a callback at once, and the drain begins after it.
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
        EventLoop running = loop;
        if (running == null) {
            return;
        }
        running.execute(() -> how.accept(running));
        if (!running.isLoopThread()) {
            await(ended);
        }
    }

    /**
     * Waits until the server has ended.
     *
     * @throws dev.pollux.posix.PosixException if a system call failed in a way that is ours to mend
     * @throws InterruptedException if this thread is interrupted meanwhile; the server goes on
     */
    public void join() throws InterruptedException {
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
