package dev.pollux.server;

import java.lang.foreign.MemorySegment;

/**
 * What a server does with frames. All methods are called on the loop's thread, one at a time, and must not
 * block: while one runs, no other client is served. One that throws anything, also a {@link
 * dev.pollux.posix.PosixException} of a server of its own, gets its client closed with {@link
 * CloseReason#HANDLER_FAILED}; the server goes on. An exception's text is escaped before it is logged, since
 * a peer may have written it.
 */
@FunctionalInterface
public interface Handler {

    /** A client has connected. */
    default void onOpen(Client client) {
    }

    /**
     * A complete frame has arrived. Its payload is {@code buffer[offset, offset + length)}, lent until this
     * method returns: copy what is to be kept.
     *
     * @param buffer the loop's receive buffer; other bytes of it are other frames
     * @param offset where the payload begins
     * @param length the payload's bytes, 0 or more
     */
    void onFrame(Client client, MemorySegment buffer, long offset, long length);

    /**
     * A client is gone; {@link Client#send} to it returns false from now on. Called once for each client
     * opened. The beginning of a frame whose end never came was not delivered: it is counted ({@link
     * dev.pollux.metrics.Counter#FRAMES_CUT_OFF}), and in the log line of the client's end.
     */
    default void onClose(Client client, CloseReason reason) {
    }
}
