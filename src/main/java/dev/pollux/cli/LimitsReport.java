package dev.pollux.cli;

import dev.pollux.server.MemoryPlan;
import dev.pollux.server.ServerOptions;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * What {@code serve --dry-run} prints: what every flag comes to here and now, and the memory that the limits
 * add up to.
 */
final class LimitsReport {
    private static final int COLUMN = 21; // Where values begin.

    private final PrintWriter out;

    LimitsReport(PrintWriter out) {
        this.out = out;
    }

    /**
     * Prints {@code options}, named as their flags.
     *
     * @param asked the clients asked for, of which descriptors and memory may allow fewer
     */
    void print(ServerOptions options, int asked) {
        int clients = options.maxClients();
        line("address", options.address());
        line("poller", options.backend());
        line("framing", FramingName.of(options.framing()));
        line("max-clients", clients
                + (clients < asked ? " of " + asked + ": " + options.maxClientsReason() : ""));
        line("backlog", options.backlog() + ", or less: net.core.somaxconn");
        line("accept", new AcceptBudget(options.acceptBudget()));
        line("strict-limits", options.strictLimits());
        line("sweep-share", options.sweepShare());
        time("old-client-delay", options.oldClientDelay());
        time("idle-timeout", options.idleTimeout());
        time("frame-timeout", options.frameTimeout());
        time("write-timeout", options.writeTimeout());
        time("first-frame-timeout", options.firstFrameTimeout());
        line("linger-timeout", atMost(options.lingerTimeout()));
        line("drain-timeout", atMost(options.drainTimeout()));
        time("keepalive", options.keepalive());
        size("buffer-size", options.bufferSize(), "the largest frame");
        size("high-watermark", options.highWatermarkBytes(), "unsent bytes of one client");
        size("low-watermark", options.lowWatermarkBytes(), "unsent bytes of one client");
        size("unsent-limit", options.unsentLimitBytes(), "unsent bytes of one client");
        size("memory-limit", options.memoryLimitBytes(), "off-heap, all clients together");
        long buffers = options.receiveBufferBytes();
        size("receive buffer", buffers, "off-heap, a frame and one read behind it");
        size("send buffer", buffers, "off-heap, the replies to one read");
        size("in all", options.memoryLimitBytes() + 2 * buffers, "off-heap at most");
        plan(options.memoryPlan());
    }

    private void plan(MemoryPlan plan) {
        size("memory", plan.limitBytes(), plan.limitSource());
        size("maximum heap", plan.heapBytes(), "-Xmx");
        size("JVM", MemoryPlan.JVM_BYTES, "beside its heap");
        size("half of the rest", plan.halfBytes(), "the most for memory-limit; as much for socket buffers");
        if (plan.socketBufferBytes() == 0) {
            line("socket-buffers", "0: the kernel's own choice, not in the sum");
        } else {
            size("socket-buffers", plan.socketBufferBytes(), "SO_SNDBUF and SO_RCVBUF of each client");
            size("all sockets", plan.socketsBytes(), MemoryPlan.BUFFERS_PER_CLIENT
                    + " x socket-buffers x max-clients");
        }
        size("sum", plan.sumBytes(), "heap, JVM, off-heap and sockets" + (plan.isTooLarge()
                ? ", MORE THAN THE MEMORY" : ""));
    }

    private static Object atMost(Duration value) {
        return value.isZero() ? "0, which is at once" : new TimeSpan(value);
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
