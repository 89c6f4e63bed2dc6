package dev.pollux.cli;

import dev.pollux.server.ServerOptions;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * What {@code serve --dry-run} prints: what every flag comes to here and now, and the memory that the limits
 * add up to.
 */
final class LimitsReport {
    private static final int COLUMN = 18; // Where values begin.

    private final PrintWriter out;

    LimitsReport(PrintWriter out) {
        this.out = out;
    }

    /**
     * Prints {@code options}, named as their flags.
     *
     * @param asked the clients asked for, of which the descriptor limit may allow fewer
     */
    void print(ServerOptions options, int asked) {
        int clients = options.maxClients();
        line("address", options.address());
        line("poller", options.backend());
        line("framing", FramingName.of(options.framing()));
        line("max-clients", clients + (clients < asked ? " of " + asked + ": the descriptor limit" : ""));
        line("backlog", options.backlog() + ", or less: net.core.somaxconn");
        line("accept", new AcceptBudget(options.acceptBudget()));
        line("strict-limits", options.strictLimits());
        line("sweep-share", options.sweepShare());
        time("old-client-delay", options.oldClientDelay());
        time("idle-timeout", options.idleTimeout());
        time("frame-timeout", options.frameTimeout());
        time("write-timeout", options.writeTimeout());
        time("drain-timeout", options.drainTimeout());
        size("buffer-size", options.bufferSize(), "the largest frame");
        size("high-watermark", options.highWatermarkBytes(), "unsent bytes of one client");
        size("low-watermark", options.lowWatermarkBytes(), "unsent bytes of one client");
        size("unsent-limit", options.unsentLimitBytes(), "unsent bytes of one client");
        size("memory-limit", options.memoryLimitBytes(), "off-heap, all clients together");
        long buffers = options.receiveBufferBytes();
        size("receive buffer", buffers, "off-heap, a frame and one read behind it");
        size("send buffer", buffers, "off-heap, the replies to one read");
        size("in all", options.memoryLimitBytes() + 2 * buffers, "off-heap at most");
    }

    private void time(String name, Duration value) {
        line(name, value.isZero() ? "0, which is never" : new TimeSpan(value));
    }

    private void size(String name, long bytes, String what) {
        ByteSize size = new ByteSize(bytes);
        boolean plain = size.toString().equals(Long.toString(bytes));
        line(name, size + (plain ? "" : " = " + bytes) + " bytes: " + what);
    }

    /** Prints a flag or a sum, and what it is. */
    void line(String name, Object value) {
        out.println(name + " ".repeat(Math.max(1, COLUMN - name.length())) + value);
    }
}
