package dev.pollux.log;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/**
 * A named logger of the platform, behind which nothing can go wrong: lines are escaped, and neither a message
 * that cannot be made nor a logger that fails reaches the caller. Any thread.
 */
public final class Log {
    private final String name;
    private Logger logger; // Found with the first line: that costs 20 ms of a start. Safe to find twice.

    /** A logger by its name, such as {@code dev.pollux.server}. */
    public Log(String name) {
        this.name = name;
    }

    /** Logs one line, which is made only if the level is on. */
    public void log(Level level, Supplier<String> line) {
        log(level, line, null);
    }

    /** Logs one line, and below it the exception with its stack trace; null for none. */
    public void log(Level level, Supplier<String> line, Throwable thrown) {
        try {
            Logger found = logger();
            if (found.isLoggable(level)) {
                String text = Escaped.text(line.get());
                found.log(level, thrown == null ? text : text + ": " + Escaped.trace(thrown));
            }
        } catch (Throwable t) {
            return; // Out of memory, or a logger of the embedding program that fails: serving goes on.
        }
    }

    private Logger logger() {
        Logger found = logger;
        if (found == null) {
            found = System.getLogger(name);
            logger = found;
        }
        return found;
    }
}
