package dev.pollux.cli;

import dev.pollux.log.Escaped;
import dev.pollux.metrics.Counter;
import dev.pollux.server.Server;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A server as this process's only work: runs it until it ends or a signal comes, which drains it. The main
 * thread writes the last lines and returns the exit code.
 */
final class ServerRun {
    // For a loop that is held up: before the drain begins, and beyond its deadline.
    private static final long BEGIN_MILLIS = 10_000;
    private static final long SPARE_MILLIS = 2_000;

    private final Server server;
    private final Duration drainTimeout;
    private final StderrLog log;
    private final Signals signals;
    private final CountDownLatch begun = new CountDownLatch(1); // The drain.
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch logged = new CountDownLatch(1); // The last lines, or given up on.
    private boolean draining; // Under the monitor.

    ServerRun(Server server, Duration drainTimeout, StderrLog log, Signals signals) {
        this.server = server;
        this.drainTimeout = drainTimeout;
        this.log = log;
        this.signals = signals;
    }

    /**
     * Starts the server, calls {@code listening} once clients can connect, and waits for the end.
     *
     * @return the exit code
     * @throws dev.pollux.posix.PosixException if the server cannot start
     */
    int run(Runnable listening) throws InterruptedException {
        if (!signals.begin(this::stop)) {
            return signals.exitCode(); // The signal was faster, and nothing is open yet.
        }
        try {
            server.start();
            listening.run();
            if (signals.came()) {
                drain(); // The signal's thread may have been too early.
            }
            return join();
        } finally {
            release();
            logged.countDown();
            signals.end();
        }
    }

    private int join() throws InterruptedException {
        int code;
        try {
            server.join();
            code = signals.exitCode();
        } catch (RuntimeException | Error e) {
            code = 1;
            if (!log.isLoggable(Level.ERROR)) { // Otherwise the library has logged it.
                log.print("pollux: the server failed: " + Escaped.text(e.getMessage()));
            }
        }
        release(); // Before the log, whose reader may be stuck.
        if (log.isLoggable(Level.INFO)) {
            log.log(Level.INFO, "serve", server.snapshot().toString());
        }
        log.flush();
        return code;
    }

    /** Lets the signal's thread go. */
    private void release() {
        begun.countDown();
        ended.countDown();
    }

    /** The signal's thread. It gives up on a server that does not end, and ends the process. */
    private void stop() {
        drain();
        try {
            begun.await(BEGIN_MILLIS, TimeUnit.MILLISECONDS);
            if (!ended.await(drainTimeout.toMillis() + SPARE_MILLIS, TimeUnit.MILLISECONDS)) {
                log.log(Level.ERROR, "serve", "the server did not end in time");
                log.flush();
                Runtime.getRuntime().halt(1);
            }
            logged.await(SPARE_MILLIS, TimeUnit.MILLISECONDS); // A hook that returns ends the process.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void drain() {
        if (draining) {
            return;
        }
        long clients = server.snapshot().get(Counter.CLIENTS_OPEN);
        try {
            server.execute(() -> {
                server.drain(drainTimeout); // From the loop's thread a drain does not wait.
                begun.countDown();
            });
        } catch (IllegalStateException e) {
            return; // Not started yet: run looks again once it is.
        } catch (RejectedExecutionException e) {
            return; // It has ended.
        }
        draining = true;
        if (log.isLoggable(Level.INFO)) {
            log.log(Level.INFO, "serve", "draining, " + clients + (clients == 1 ? " client" : " clients"));
        }
    }
}
