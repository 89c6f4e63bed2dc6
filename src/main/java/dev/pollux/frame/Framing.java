package dev.pollux.frame;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/**
 * How a stream of bytes is cut into frames: a prefix of fixed size, the payload, a suffix of fixed size.
 *
 * <p>An implementation keeps no state of its own: one instance serves all clients of a loop.
 */
public interface Framing {
    /** The answer of {@link #frameBytes} when the bytes so far do not tell. */
    long UNKNOWN = -1;

    /** A {@code u32} little-endian length of the payload, then the payload. */
    static Framing u32le() {
        return new LengthPrefix(ByteOrder.LITTLE_ENDIAN);
    }

    /** A {@code u32} big-endian (network order) length of the payload, then the payload. */
    static Framing u32be() {
        return new LengthPrefix(ByteOrder.BIG_ENDIAN);
    }

    /** Lines that end with a line feed. A carriage return before it belongs to the payload. */
    static Framing line() {
        return new Line();
    }

    /** Bytes of each frame before its payload. */
    int prefixBytes();

    /** Bytes of each frame after its payload. */
    int suffixBytes();

    /**
     * The length of the frame that begins at {@code offset}, prefix and suffix included, as soon as that can
     * be told; it may be larger than {@code length}.
     *
     * @param buffer what has arrived
     * @param offset where the frame begins
     * @param length how many of its bytes, and perhaps of later frames, are there
     * @param searched of these, how many were there already when the last answer was {@link #UNKNOWN}
     * @return the frame's bytes, at least prefix and suffix; or {@link #UNKNOWN}
     */
    long frameBytes(MemorySegment buffer, long offset, long length, long searched);

    /** The largest payload that this format can say, in bytes. */
    long maxPayloadBytes();

    /**
     * Writes prefix and suffix of a frame that begins at {@code offset}, around the place of its payload.
     *
     * @param payloadBytes at most {@link #maxPayloadBytes}
     */
    void wrap(MemorySegment buffer, long offset, long payloadBytes);
}
