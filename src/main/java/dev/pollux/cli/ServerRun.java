package dev.pollux.cli;

import dev.pollux.server.Server;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A server as this process's only work: runs it until it ends or a signal comes. SIGTERM and SIGINT start the
 * JVM's shutdown, whose hook of ours drains the server and waits for the main thread to say its last words.
 */
final class ServerRun {
    private static final long SPARE_MILLIS = 500; // Beyond the drain's deadline, for a loop that is held up.

    private final Server server;
    private final Duration drainTimeout;
    private final StderrLog log;
    private final CountDownLatch ended = new CountDownLatch(1);

    ServerRun(Server server, Duration drainTimeout, StderrLog log) {
        this.server = server;
        this.drainTimeout = drainTimeout;
        this.log = log;
    }

    /**
     * Starts the server, calls {@code listening} once clients can connect, and waits for the end.
     *
     * @return the exit code; a signal's own takes its place
     * @throws dev.pollux.posix.PosixException if the server cannot start
     */
    int run(Runnable listening) throws InterruptedException {
        Thread hook = new Thread(this::stop, "pollux-shutdown");
        if (!addHook(hook)) {
            return 0; // The signal was faster, and nothing is open yet.
        }
        try {
            server.start();
            listening.run();
            return join();
        } finally {
            ended.countDown();
            removeHook(hook);
        }
    }

    private int join() throws InterruptedException {
        int code = 0;
        try {
            server.join();
        } catch (RuntimeException | Error e) {
            code = 1;
            String line = Mistakes.line(e);
            log.print("pollux: the server failed: " + (line == null ? e : line));
        }
        if (log.isLoggable(Level.INFO)) {
            log.log(Level.INFO, "serve", server.snapshot().toString());
        }
        log.flush();
        return code;
    }

    /** The hook's thread. It gives up on a server that does not end, and the process ends nevertheless. */
    private void stop() {
        try {
            server.execute(() -> server.drain(drainTimeout)); // From the loop's thread a drain does not wait.
        } catch (IllegalStateException e) {
            return; // Not started yet: nobody was promised anything.
        }
        try {
            if (!ended.await(drainTimeout.toMillis() + SPARE_MILLIS, TimeUnit.MILLISECONDS)) {
                log.log(Level.ERROR, "serve", "the server did not end in time");
                log.flush();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static boolean addHook(Thread hook) {
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            return true;
        } catch (IllegalStateException e) {
            return false; // The JVM is shutting down.
        }
    }

    static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // The JVM is shutting down: the hook runs, or has run.
        }
    }
}
