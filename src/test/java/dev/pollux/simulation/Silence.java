package dev.pollux.simulation;

import java.util.List;
import java.util.logging.Logger;

/**
 * Keeps log lines from being shown, in thousands of runs in which something goes wrong on purpose. The lines
 * are made all the same, so that an exception whose methods throw is logged as in production.
 */
public final class Silence implements AutoCloseable {
    private static final List<Logger> LOGGERS =
            List.of(Logger.getLogger("dev.pollux.server"), Logger.getLogger("dev.pollux.poller"));

    public Silence() {
        LOGGERS.forEach(logger -> logger.setUseParentHandlers(false));
    }

    @Override
    public void close() {
        LOGGERS.forEach(logger -> logger.setUseParentHandlers(true));
    }
}
