package dev.pollux.server;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.FrameTooLongException;
import dev.pollux.log.Escaped;
import dev.pollux.log.Log;
import dev.pollux.posix.Errno;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;
import java.util.function.Supplier;

/**
 * What one loop logs: lines that a peer can cause are limited, each kind for itself, so that a peer that
 * misbehaves often can neither fill a disk nor hide what others do.
 */
final class PeerLog {
    static final Log LOG = new Log("dev.pollux.server");

    private static final CloseReason[] REASONS = CloseReason.values();

    private final RateLimitedLog[] limited = new RateLimitedLog[REASONS.length + 3];
    private final RateLimitedLog refused = limit(REASONS.length, "connections refused");
    private final RateLimitedLog backOffs = limit(REASONS.length + 1,
            "failed calls of accept4, with pauses between them");
    private final RateLimitedLog tasks = new RateLimitedLog(LOG, "failed tasks", Level.ERROR);
    private final BitSet errnosLogged = new BitSet();
    private boolean limitLogged;
    private boolean held; // Whether any of them may have held something back.

    PeerLog() {
        for (CloseReason reason : REASONS) {
            limit(reason.ordinal(), "clients closed for " + reason);
        }
        limited[REASONS.length + 2] = tasks;
    }

    private RateLimitedLog limit(int index, String kind) {
        limited[index] = new RateLimitedLog(LOG, kind);
        return limited[index];
    }

    /** With the trace: it is the handler's author who reads this. */
    void handlerFailed(long nowNanos, Client client, Throwable t) {
        held = true;
        limited[CloseReason.HANDLER_FAILED.ordinal()].log(nowNanos,
                () -> "the handler failed, so " + client + " is closed", t);
    }

    /** What a task given to execute threw: peers may cause tasks. */
    void taskFailed(long nowNanos, Throwable t) {
        held = true;
        tasks.log(nowNanos, () -> "a task given to execute failed", t);
    }

    void frameTooLong(long nowNanos, Client client, FrameTooLongException e, MemorySegment buffer,
            FrameReader reader) {
        held = true;
        limited[CloseReason.FRAME_TOO_LONG.ordinal()].log(nowNanos, () -> client + " sent " + e.getMessage()
                + " (--buffer-size); it begins with "
                + Escaped.bytes(buffer, reader.unfinishedOffset(), reader.unfinishedBytes()));
    }

    void opened(Client client) {
        LOG.log(Level.DEBUG, () -> client + " opened");
    }

    void closed(long nowNanos, Client client) {
        switch (client.reason()) {
            case UNSENT_LIMIT, MEMORY_LIMIT, FRAME_TIMEOUT, WRITE_TIMEOUT, NO_RESOURCES -> {
                held = true;
                limited[client.reason().ordinal()].log(nowNanos, client::describeEnd);
            }
            // FRAME_TOO_LONG and HANDLER_FAILED were logged when they happened.
            default -> LOG.log(Level.DEBUG, client::describeEnd);
        }
    }

    /** A connection that cannot become a client. */
    void refused(long nowNanos, Throwable t) {
        held = true;
        refused.log(nowNanos, () -> "a connection is refused: " + t.getMessage());
    }

    /** Accepting pauses. The first time that an errno is the reason is logged in any case. */
    void acceptBackOff(long nowNanos, int result, Supplier<String> line) {
        held = true;
        if (isFirst(result)) {
            backOffs.logNow(nowNanos, line);
        } else {
            backOffs.log(nowNanos, line);
        }
    }

    /** All places are taken: logged once, since a busy server may come to its limit many times a second. */
    void limitReached(int maxClients) {
        if (!limitLogged) {
            limitLogged = true;
            LOG.log(Level.WARNING, () -> "the client limit is reached, " + maxClients
                    + ": further connections wait in the kernel's backlog (--max-clients)");
        }
    }

    /**
     * A call failed with an errno that ends a client. Each errno is logged once, with the call that was the
     * first to fail with it; what ends connections every day is no warning.
     */
    void callFailed(String call, long result, Supplier<String> subject) {
        callFailed(switch (Errno.of(result)) {
            case ECONNRESET, EPIPE, ETIMEDOUT, ENOTCONN -> Level.INFO;
            case null, default -> Level.WARNING;
        }, call, result, subject);
    }

    void callFailed(Level level, String call, long result, Supplier<String> subject) {
        if (isFirst(result)) {
            LOG.log(level, () -> call + " failed with " + Errno.describe(result) + ": " + subject.get()
                    + "; further calls that fail with " + Errno.name(result) + " are counted and not logged");
        }
    }

    private boolean isFirst(long result) {
        int errno = (int) -result;
        boolean first = !errnosLogged.get(errno);
        errnosLogged.set(errno);
        return first;
    }

    /** Nanoseconds until something that was held back is reported, or until {@code atMost} are over. */
    long untilDue(long nowNanos, long atMost) {
        if (!held) {
            return atMost;
        }
        long least = RateLimitedLog.NEVER;
        for (RateLimitedLog each : limited) {
            least = Math.min(least, each.untilDue(nowNanos));
        }
        held = least != RateLimitedLog.NEVER;
        return Math.min(least, atMost);
    }

    /** Reports what was held back and is due. */
    void flushDue(long nowNanos) {
        if (held) {
            for (RateLimitedLog each : limited) {
                each.flushDue(nowNanos);
            }
        }
    }

    /** Reports all that was held back: the loop ends. */
    void flush() {
        for (RateLimitedLog each : limited) {
            each.flush();
        }
    }
}
