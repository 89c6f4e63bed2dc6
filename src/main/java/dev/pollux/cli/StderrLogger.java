package dev.pollux.cli;

import dev.pollux.log.Escaped;
import java.text.MessageFormat;
import java.util.MissingResourceException;
import java.util.ResourceBundle;

/** One name's logger; all of them write to one {@link StderrLog}. */
final class StderrLogger implements System.Logger {
    private static final String OURS = "dev.pollux.";

    private final StderrLog log;
    private final String name;
    private final String source; // The name as lines show it.

    StderrLogger(StderrLog log, String name) {
        this.log = log;
        this.name = name;
        this.source = isOurs() ? name.substring(OURS.length()) : name;
    }

    @Override
    public String getName() {
        return name;
    }

    /**
     * The JDK's own loggers say no more than warnings: each System.exit, for one, is worth a stack trace to
     * them.
     */
    @Override
    public boolean isLoggable(Level level) {
        return log.isLoggable(level) && (isOurs() || level.getSeverity() >= Level.WARNING.getSeverity());
    }

    private boolean isOurs() {
        return name.startsWith(OURS);
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
        if (isLoggable(level)) {
            String text = translated(bundle, message);
            log.log(level, source,
                    (thrown == null ? text : text + "\n" + Escaped.trace(thrown)).stripTrailing());
        }
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
        if (isLoggable(level)) {
            String message = translated(bundle, format);
            boolean plain = parameters == null || parameters.length == 0;
            log.log(level, source, plain ? message : formatted(message, parameters));
        }
    }

    @Override
    public void log(Level level, Object object) {
        if (isLoggable(level)) {
            log.log(level, source, formatted("{0}", object));
        }
    }

    /** A parameter may throw when it is made a text, and a format may make no sense. */
    private static String formatted(String format, Object... parameters) {
        try {
            return MessageFormat.format(format, parameters);
        } catch (RuntimeException | StackOverflowError e) {
            return format + " (cannot be formatted: " + e.getClass().getName() + ")";
        }
    }

    private static String translated(ResourceBundle bundle, String message) {
        if (bundle == null || message == null) {
            return String.valueOf(message);
        }
        try {
            return bundle.getString(message);
        } catch (MissingResourceException | ClassCastException e) {
            return message;
        }
    }
}
