package dev.pollux.simulation;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Nothing is logged meanwhile: thousands of runs in which something goes wrong on purpose. */
public final class Silence implements AutoCloseable {
    private static final List<Logger> LOGGERS =
            List.of(Logger.getLogger("dev.pollux.server"), Logger.getLogger("dev.pollux.poller"));

    public Silence() {
        LOGGERS.forEach(logger -> logger.setLevel(Level.OFF));
    }

    @Override
    public void close() {
        LOGGERS.forEach(logger -> logger.setLevel(null));
    }
}
