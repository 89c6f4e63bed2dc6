package dev.pollux.cli;

import dev.pollux.log.Escaped;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.StringTokenizer;

/**
 * Log lines as {@code 2026-01-01T00:00:00.123Z INFO server: message}, in the background: a stderr that is
 * full or closed never stops the loop.
 */
final class StderrLog {
    /** The process's own. It writes past {@link System#err}, whose lock a stuck write would hold for ever. */
    static final StderrLog PROCESS = new StderrLog(StandardStreams.err());

    /** The last lines get so long to leave when the process ends. */
    static final long FLUSH_MILLIS = 500;

    private final BackgroundWriter writer;
    private volatile Level level = Level.INFO;

    StderrLog(OutputStream stderr) {
        this.writer = new BackgroundWriter(stderr, "stderr");
    }

    /**
     * Starts the thread that writes the lines.
     *
     * @throws Failure if there cannot be another thread
     */
    void start() {
        writer.start();
    }

    /** Lines below this level are not written from now on. */
    void level(Level level) {
        this.level = level;
    }

    boolean isLoggable(Level level) {
        return level.getSeverity() >= this.level.getSeverity() && this.level != Level.OFF;
    }

    /** Writes a line, escaped, whether the level lets it pass or not. */
    void log(Level level, String source, String message) {
        StringBuilder line = new StringBuilder(64 + message.length());
        appendTime(line, System.currentTimeMillis());
        line.append(' ').append(level).append(' ');
        line.append(Escaped.text(source)).append(": ").append(escaped(message));
        writer.write(line.toString());
    }

    /** Writes a line, escaped. */
    void print(String line) {
        writer.write(escaped(line));
    }

    /** Escapes all but line feeds and tabs: a stack trace has both. */
    static String escaped(String message) {
        if (message.indexOf('\n') < 0 && message.indexOf('\t') < 0) {
            return Escaped.text(message);
        }
        StringBuilder escaped = new StringBuilder(message.length() + 16);
        StringTokenizer parts = new StringTokenizer(message, "\n\t", true);
        while (parts.hasMoreTokens()) {
            String part = parts.nextToken();
            escaped.append(part.equals("\n") || part.equals("\t") ? part : Escaped.text(part));
        }
        return escaped.toString();
    }

    /** Waits a little for the lines so far to be written. */
    void flush() {
        writer.flush(FLUSH_MILLIS);
    }

    /** By hand, because loading java.time's formatters takes longer than starting the server. */
    static void appendTime(StringBuilder line, long epochMillis) {
        int millis = Math.floorMod(epochMillis, 1000);
        LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(epochMillis, 1000), 0, ZoneOffset.UTC);
        line.append(time.toLocalDate()).append('T');
        appendTwoDigits(line, time.getHour()).append(':');
        appendTwoDigits(line, time.getMinute()).append(':');
        appendTwoDigits(line, time.getSecond()).append('.').append((char) ('0' + millis / 100));
        appendTwoDigits(line, millis % 100).append('Z');
    }

    private static StringBuilder appendTwoDigits(StringBuilder line, int number) {
        return line.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
