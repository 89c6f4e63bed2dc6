package dev.pollux.server;

import dev.pollux.log.Log;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/**
 * Lets one warning through in an interval, which doubles while lines keep coming, and logs at the interval's
 * end how many it held back. What a peer can cause must not fill a disk.
 */
final class RateLimitedLog {
    static final long NEVER = Long.MAX_VALUE;

    private static final long FIRST_NANOS = 1_000_000_000L;
    private static final long LONGEST_NANOS = 60 * FIRST_NANOS;

    private final Log log;
    private final Level level;
    private final String kind; // What is held back: "clients closed for WRITE_TIMEOUT".
    private long intervalNanos;
    private long openNanos; // From then on a line may pass.
    private long heldBack;
    private boolean used;

    RateLimitedLog(Log log, String kind) {
        this(log, kind, Level.WARNING);
    }

    RateLimitedLog(Log log, String kind, Level level) {
        this.log = log;
        this.kind = kind;
        this.level = level;
    }

    /** Logs a warning now, or counts it. */
    void log(long nowNanos, Supplier<String> line) {
        log(nowNanos, line, null);
    }

    /** Logs a warning with the exception behind it, or counts it. */
    void log(long nowNanos, Supplier<String> line, Throwable thrown) {
        if (used && nowNanos - openNanos < 0) {
            heldBack++;
            return;
        }
        boolean calm = !used || nowNanos - openNanos > intervalNanos;
        begin(nowNanos, calm ? FIRST_NANOS : Math.min(LONGEST_NANOS, 2 * intervalNanos));
        String more = heldBack == 0 ? "" : " (" + heldBack + " more like this were not logged)";
        heldBack = 0;
        log.log(level, () -> line.get() + more, thrown);
    }

    /** Logs a warning in any case, and begins an interval with it. */
    void logNow(long nowNanos, Supplier<String> line) {
        used = false;
        log(nowNanos, line);
    }

    private void begin(long nowNanos, long intervalNanos) {
        this.intervalNanos = intervalNanos;
        this.openNanos = nowNanos + intervalNanos;
        this.used = true;
    }

    /** Nanoseconds until the lines held back are reported, or {@link #NEVER}. */
    long untilDue(long nowNanos) {
        return heldBack == 0 ? NEVER : Math.max(0, openNanos - nowNanos);
    }

    /** Reports what was held back, if its interval is over, and begins a longer one. */
    void flushDue(long nowNanos) {
        if (untilDue(nowNanos) == 0) {
            flush();
            begin(nowNanos, Math.min(LONGEST_NANOS, 2 * intervalNanos));
        }
    }

    /** Reports what was held back. */
    void flush() {
        if (heldBack > 0) {
            long count = heldBack;
            heldBack = 0;
            log.log(level, () -> count + " more like this were not logged: " + kind);
        }
    }
}
