package dev.pollux.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.text.MessageFormat;
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
            StringWriter text = new StringWriter().append(translated(bundle, message));
            if (thrown != null) {
                text.append(System.lineSeparator());
                thrown.printStackTrace(new PrintWriter(text));
            }
            log.log(level, source, text.toString().stripTrailing());
        }
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... parameters) {
        if (isLoggable(level)) {
            String message = translated(bundle, format);
            boolean plain = parameters == null || parameters.length == 0;
            log.log(level, source, plain ? message : MessageFormat.format(message, parameters));
        }
    }

    private static String translated(ResourceBundle bundle, String message) {
        boolean known = bundle != null && bundle.containsKey(message);
        return known ? bundle.getString(message) : String.valueOf(message);
    }
}
