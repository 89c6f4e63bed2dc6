package dev.pollux.frame;

import java.lang.foreign.MemorySegment;

/**
 * Walks through the complete frames of a stretch of bytes; what is left over is the beginning of a frame,
 * shorter than the limit.
 *
 * <p>A cursor and nothing else: one reader serves all clients of a loop, one after the other. The unfinished
 * bytes are whoever's the stretch is. One thread.
 */
public final class FrameReader {
    private final Framing framing;
    private final long limit; // Of a frame, prefix and suffix included, in bytes.
    private MemorySegment buffer = MemorySegment.NULL;
    private long start; // Of the first frame not yet walked over.
    private long end;
    private long searched; // Bytes from start on that are known not to tell the frame's length.
    private long payloadOffset;
    private long payloadBytes;

    /** A reader for frames of at most {@code limit} bytes, prefix and suffix included. */
    public FrameReader(Framing framing, long limit) {
        this.framing = framing;
        this.limit = limit;
    }

    /**
     * Begins a walk through {@code buffer[offset, offset + length)}.
     *
     * @param searched what {@link #searched} said when the beginning of this stretch was left over
     */
    public void over(MemorySegment buffer, long offset, long length, long searched) {
        this.buffer = buffer;
        this.start = offset;
        this.end = offset + length;
        this.searched = searched;
    }

    /**
     * Goes to the next complete frame.
     *
     * @return whether there is one
     * @throws FrameTooLongException as soon as the next frame is known not to fit the limit
     */
    public boolean next() {
        long available = end - start;
        long frame = framing.frameBytes(buffer, start, available, searched);
        if (frame > limit || frame == Framing.UNKNOWN && available >= limit) {
            throw new FrameTooLongException(Math.max(frame, limit), limit);
        }
        if (frame == Framing.UNKNOWN || frame > available) {
            searched = available;
            return false;
        }
        payloadOffset = start + framing.prefixBytes();
        payloadBytes = frame - framing.prefixBytes() - framing.suffixBytes();
        if (payloadBytes < 0) {
            throw new IllegalStateException(framing + " answers with a frame of " + frame
                    + " bytes, less than its prefix and suffix");
        }
        start += frame;
        searched = 0;
        return true;
    }

    /** Where the current frame's payload begins. */
    public long payloadOffset() {
        return payloadOffset;
    }

    /** How long the current frame's payload is; 0 or more. */
    public long payloadBytes() {
        return payloadBytes;
    }

    /** After the last frame: where the unfinished one begins. */
    public long unfinishedOffset() {
        return start;
    }

    /** After the last frame: how many bytes of the unfinished one are there. */
    public long unfinishedBytes() {
        return end - start;
    }

    /** After the last frame: how many of the unfinished bytes need not be looked at again. */
    public long searched() {
        return searched;
    }
}
