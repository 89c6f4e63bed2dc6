package dev.pollux.frame;

/**
 * A peer announced, or sent, a frame longer than the limit. Its stream cannot be cut into frames any further.
 */
public final class FrameTooLongException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Without a stack trace: the peer decides how often this is made. */
    FrameTooLongException(long bytes, long limit) {
        super("a frame of " + bytes + " bytes" + (bytes == limit ? " or more" : "") + ", the limit being "
                + limit, null, false, false);
    }
}
