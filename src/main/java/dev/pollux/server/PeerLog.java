package dev.pollux.server;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.FrameTooLongException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;

/** What is logged because of something a peer did, so that nobody can fill a disk by doing it often. */
final class PeerLog {
    private final RateLimitedLog handlerFailures = new RateLimitedLog();
    private final RateLimitedLog longFrames = new RateLimitedLog();
    private final RateLimitedLog problems = new RateLimitedLog();

    /** With the trace: it is the handler's author who reads this. */
    void handlerFailed(long nowNanos, Client client, Throwable t) {
        handlerFailures.log(nowNanos, () -> {
            StringWriter trace = new StringWriter();
            t.printStackTrace(new PrintWriter(trace));
            return "the handler failed, so " + client + " is closed: " + trace.toString().stripTrailing();
        });
    }

    void frameTooLong(long nowNanos, Client client, FrameTooLongException e, MemorySegment buffer,
            FrameReader reader) {
        longFrames.log(nowNanos, () -> client + " sent " + e.getMessage()
                + " (--buffer-size); it begins with "
                + Escaped.bytes(buffer, reader.unfinishedOffset(), reader.unfinishedBytes()));
    }

    void opened(Client client) {
        ServerLog.LOG.log(Level.DEBUG, () -> client + " opened");
    }

    void closed(long nowNanos, Client client) {
        switch (client.reason()) {
            // These two were logged when they happened.
            case FRAME_TOO_LONG, HANDLER_FAILED -> ServerLog.LOG.log(Level.DEBUG, client::describeEnd);
            case UNSENT_LIMIT, MEMORY_LIMIT, FRAME_TIMEOUT, WRITE_TIMEOUT, NO_RESOURCES ->
                    problems.log(nowNanos, client::describeEnd);
            default -> ServerLog.LOG.log(Level.DEBUG, client::describeEnd);
        }
    }
}
