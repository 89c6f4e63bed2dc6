package dev.pollux.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the server logs while this is open; none of it reaches the console. */
final class Log extends Handler implements AutoCloseable {
    private static final Logger SERVER = Logger.getLogger("dev.pollux.server"); // Loggers are held weakly.

    private final List<LogRecord> records = new CopyOnWriteArrayList<>();

    Log() {
        setLevel(Level.ALL);
        SERVER.setLevel(Level.ALL);
        SERVER.setUseParentHandlers(false);
        SERVER.addHandler(this);
    }

    @Override
    public void publish(LogRecord record) {
        records.add(record);
    }

    /** All lines at WARNING and above. */
    List<String> warnings() {
        return lines(Level.WARNING, Level.SEVERE);
    }

    List<String> errors() {
        return lines(Level.SEVERE, Level.SEVERE);
    }

    List<String> debug() {
        return lines(Level.FINE, Level.FINE);
    }

    private List<String> lines(Level from, Level to) {
        return records.stream().filter(each -> each.getLevel().intValue() >= from.intValue()
                && each.getLevel().intValue() <= to.intValue()).map(LogRecord::getMessage).toList();
    }

    @Override
    public void flush() {
    }

    @Override
    public void close() {
        SERVER.removeHandler(this);
        SERVER.setUseParentHandlers(true);
        SERVER.setLevel(null);
    }
}
