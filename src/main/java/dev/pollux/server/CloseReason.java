package dev.pollux.server;

import dev.pollux.metrics.Counter;
import dev.pollux.posix.Errno;
import dev.pollux.posix.PosixException;

/** Why a client was closed. Each reason has its {@link Counter}. */
public enum CloseReason {
    /** The peer closed its side, and has been sent all that it was owed. */
    PEER_CLOSED(Counter.CLOSED_BY_PEER),
    /** The connection broke: a reset, a time-out of TCP's own, an unreachable host. */
    PEER_RESET(Counter.CLOSED_BY_RESET),
    /** The handler called {@link Client#close}. */
    CLOSED_BY_HANDLER(Counter.CLOSED_BY_HANDLER),
    /** The handler threw an exception. */
    HANDLER_FAILED(Counter.CLOSED_HANDLER_FAILED),
    /** The peer sent a frame over {@code --buffer-size}. */
    FRAME_TOO_LONG(Counter.CLOSED_FRAME_TOO_LONG),
    /** The peer let more than {@code --unsent-limit} pile up. */
    UNSENT_LIMIT(Counter.CLOSED_UNSENT_LIMIT),
    /** This client's growth would have passed {@code --memory-limit}. */
    MEMORY_LIMIT(Counter.CLOSED_MEMORY_LIMIT),
    /** No byte moved either way for {@code --idle-timeout}. */
    IDLE_TIMEOUT(Counter.CLOSED_IDLE_TIMEOUT),
    /** A frame took longer than {@code --frame-timeout} to arrive. */
    FRAME_TIMEOUT(Counter.CLOSED_FRAME_TIMEOUT),
    /** The peer took none of the bytes waiting for it for {@code --write-timeout}. */
    WRITE_TIMEOUT(Counter.CLOSED_WRITE_TIMEOUT),
    /** The kernel ran out of something (ENOMEM, ENOBUFS) on one of this client's calls. */
    NO_RESOURCES(Counter.CLOSED_NO_RESOURCES),
    /** The server was told to drain. */
    SERVER_DRAINED(Counter.CLOSED_BY_DRAIN),
    /** The server was told to close. */
    SERVER_CLOSED(Counter.CLOSED_BY_SERVER);

    final Counter counter;

    CloseReason(Counter counter) {
        this.counter = counter;
    }

    /**
     * Sorts a failed read(2) or send(2) on a client's socket: the peer's fault and the machine's are a
     * reason, ours is an exception that ends the server.
     */
    static CloseReason ofFailure(String call, int fd, long result) {
        return switch (Errno.of(result)) {
            case ECONNRESET, EPIPE, ETIMEDOUT, ECONNABORTED, ECONNREFUSED, EHOSTUNREACH, EHOSTDOWN,
                 ENETUNREACH, ENETDOWN, ENONET, EPROTO, EPERM, EACCES, ENOTCONN -> PEER_RESET;
            case ENOMEM, ENOBUFS, ENOSPC -> NO_RESOURCES;
            case null, default -> throw new PosixException(call + " of descriptor " + fd, result);
        };
    }
}
