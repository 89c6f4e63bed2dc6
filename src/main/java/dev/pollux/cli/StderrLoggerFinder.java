package dev.pollux.cli;

/**
 * Gives {@link System#getLogger} the loggers of the runnable jar, which alone names this class as a service.
 * The default, java.util.logging, writes to stderr on the thread that logs, and its shutdown hook loses the
 * last lines.
 */
public final class StderrLoggerFinder extends System.LoggerFinder {

    /** For the service loader. */
    public StderrLoggerFinder() {
    }

    @Override
    public System.Logger getLogger(String name, Module module) {
        return new StderrLogger(StderrLog.PROCESS, name);
    }
}
