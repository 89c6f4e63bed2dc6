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
    /** No complete frame came within {@code --first-frame-timeout} of the connection. */
    FIRST_FRAME_TIMEOUT(Counter.CLOSED_FIRST_FRAME_TIMEOUT),
    /** The kernel or the process ran out of something that this client needed: ENOMEM, ENOBUFS, memory. */
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
     * Sorts a failed call on a client's socket. Any errno ends that client, except the four that prove a bug
     * of ours.
     *
     * @param result {@code -errno}
     * @throws PosixException for {@link Errno#isBug}, which ends the server
     */
    static CloseReason ofFailure(String call, int fd, long result) {
        if (Errno.isBug(result)) {
            throw new PosixException(call + " of descriptor " + fd, result);
        }
        return switch (Errno.of(result)) {
            case ENOMEM, ENOBUFS, ENOSPC, EMFILE, ENFILE, ENOSR, EDQUOT -> NO_RESOURCES;
            case null, default -> PEER_RESET;
        };
    }
}
