package dev.pollux.server;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/**
 * Lets one warning through in an interval, which doubles while lines keep coming, and says how many it held
 * back. What a peer can cause must not fill a disk.
 */
final class RateLimitedLog {
    private static final long FIRST_NANOS = 1_000_000_000L;
    private static final long LONGEST_NANOS = 60 * FIRST_NANOS;

    private long intervalNanos;
    private long openNanos; // From then on a line may pass.
    private long heldBack;
    private boolean used;

    void log(long nowNanos, Supplier<String> line) {
        if (used && nowNanos - openNanos < 0) {
            heldBack++;
            return;
        }
        boolean calm = !used || nowNanos - openNanos > intervalNanos;
        intervalNanos = calm ? FIRST_NANOS : Math.min(LONGEST_NANOS, 2 * intervalNanos);
        openNanos = nowNanos + intervalNanos;
        used = true;
        String more = heldBack == 0 ? "" : " (" + heldBack + " more like this were not logged)";
        heldBack = 0;
        ServerLog.LOG.log(Level.WARNING, () -> line.get() + more);
    }
}
