package dev.pollux.cli;

/**
 * SIGTERM and SIGINT of this process. The first of them ends what runs in good order; the second one ends the
 * process at once. Where Java does not let the program handle signals (-Xrs, no module jdk.unsupported), a
 * shutdown hook does the first half of that, and the exit code is the JVM's: 143 or 130.
 *
 * <p>Each signal has a thread of its own, which the JVM starts.
 */
final class Signals {
    /** The exit code after Ctrl-C: 128 + SIGINT. */
    static final int INTERRUPTED = 130;

    /** The signals of this process. */
    static final Signals PROCESS = new Signals();

    private static final String SIGINT = "INT";
    private static final String SIGTERM = "TERM";

    private boolean handled; // By handlers; otherwise by a hook. Set at start.
    private Thread hook;
    private String first; // Signal that came first; null before. Under the monitor, as the next.
    private Runnable stop; // Null while nothing runs.

    /**
     * Handles both from now on. Before {@link #begin} each ends the program.
     *
     * @param ignored signals that must not end it, such as HUP
     */
    void handle(String... ignored) {
        try {
            SignalHandlers handlers = new SignalHandlers();
            for (String name : ignored) {
                handlers.ignore(name);
            }
            handlers.handle(SIGINT, this::came);
            handlers.handle(SIGTERM, this::came);
            handled = true;
        } catch (UnsupportedOperationException e) {
            handled = false;
        }
    }

    /**
     * Has {@code stop} called by the first signal from now on, on the signal's thread.
     *
     * @return false if a signal came before: nothing should be started
     */
    boolean begin(Runnable stop) {
        synchronized (this) {
            if (first != null) {
                return false;
            }
            this.stop = stop;
        }
        return handled || addHook();
    }

    private boolean addHook() {
        hook = new Thread(() -> came(SIGTERM), "pollux-shutdown");
        try {
            Runtime.getRuntime().addShutdownHook(hook);
            return true;
        } catch (IllegalStateException e) {
            return false; // The JVM is shutting down.
        }
    }

    /** Ends what {@link #begin} began. */
    void end() {
        if (hook == null) {
            return;
        }
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // The JVM is shutting down: the hook runs, or has run.
        }
    }

    /** Whether a signal came. */
    synchronized boolean came() {
        return first != null;
    }

    /** The exit code of a program that ended in good order: 130 after Ctrl-C, otherwise 0. */
    synchronized int exitCode() {
        return SIGINT.equals(first) ? INTERRUPTED : 0;
    }

    /** Deals with a signal, on a thread for it alone. */
    void came(String name) {
        Runnable action;
        synchronized (this) {
            if (first != null) {
                Runtime.getRuntime().halt(SIGINT.equals(name) ? INTERRUPTED : 1);
            }
            first = name;
            action = stop;
        }
        if (action == null) {
            System.exit(exitCode());
        } else {
            action.run();
        }
    }
}
