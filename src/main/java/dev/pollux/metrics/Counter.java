package dev.pollux.metrics;

/** What is counted since the start; the ones called gauges are a state instead. */
public enum Counter {
    /** Connections taken from the kernel's backlog. */
    CLIENTS_ACCEPTED,
    /** Gauge: clients connected now. */
    CLIENTS_OPEN,
    /**
     * Connections that could not be taken: accept failed, whether for us (EMFILE) or for the peer
     * (ECONNABORTED).
     */
    CLIENTS_REFUSED,
    /** Complete frames given to the handler. */
    FRAMES_RECEIVED,
    /** Frames that the handler sent, whether the peer took them or not. */
    FRAMES_SENT,
    /** Bytes that read(2) returned. */
    BYTES_RECEIVED,
    /** Bytes that send(2) took. */
    BYTES_SENT,
    /** Calls of read(2) on clients. */
    READS_MADE,
    /** Calls of send(2). */
    SENDS_MADE,
    /** Calls of accept4(2). */
    ACCEPTS_MADE,
    /** Waits for readiness. */
    POLLS_MADE,
    /** Entries looked at in user space to find the ready ones. */
    ENTRIES_SCANNED,
    /** Passes of the loop. */
    ITERATIONS_MADE,
    /** Calls on clients and listener that the kernel answered with EAGAIN. */
    CALLS_WOULD_BLOCK,
    /**
     * Calls on clients and listener that failed with any other errno than EAGAIN and EINTR. Each errno is
     * logged once, with its call.
     */
    CALLS_FAILED,
    /** Times that the client limit was reached: further connections wait in the kernel's backlog. */
    CLIENT_LIMIT_REACHED,
    /** Frames whose peer ended before they did. They are not delivered. */
    FRAMES_CUT_OFF,
    /** Times that a client's reading was stopped because it did not take its replies. */
    CLIENTS_PAUSED,
    /** Gauge: bytes that all clients together hold off-heap now. */
    OFF_HEAP_BYTES,
    /** Gauge: the most bytes that all clients together held off-heap. */
    OFF_HEAP_BYTES_MOST,
    /** Closed because the peer closed, all replies sent. */
    CLOSED_BY_PEER,
    /** Closed because the connection broke. */
    CLOSED_BY_RESET,
    /** Closed by the handler. */
    CLOSED_BY_HANDLER,
    /** Closed because the handler threw an exception. */
    CLOSED_HANDLER_FAILED,
    /** Closed because of a frame over the limit. */
    CLOSED_FRAME_TOO_LONG,
    /** Closed because the peer left too many bytes unsent. */
    CLOSED_UNSENT_LIMIT,
    /** Closed because all clients together held too many bytes. */
    CLOSED_MEMORY_LIMIT,
    /** Closed because no byte moved for too long. */
    CLOSED_IDLE_TIMEOUT,
    /** Closed because a frame took too long to arrive. */
    CLOSED_FRAME_TIMEOUT,
    /** Closed because the peer took nothing for too long. */
    CLOSED_WRITE_TIMEOUT,
    /** Closed because no complete frame came in the time for the first one. */
    CLOSED_FIRST_FRAME_TIMEOUT,
    /** Closed because the kernel or the process ran out of something. */
    CLOSED_NO_RESOURCES,
    /** Closed because the server drained. */
    CLOSED_BY_DRAIN,
    /** Closed because the server closed. */
    CLOSED_BY_SERVER
}
