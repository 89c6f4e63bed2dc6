package dev.pollux.server;

import dev.pollux.frame.Framing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The loop's send buffer: the replies of the client that is being served, so that one send(2) carries them
 * all.
 */
final class Replies {
    private final MemorySegment segment;
    private final long capacity;
    private long bytes;

    Replies(Arena loop, long capacity) {
        this.segment = loop.allocate(capacity, Long.BYTES);
        this.capacity = capacity;
    }

    MemorySegment segment() {
        return segment;
    }

    long bytes() {
        return bytes;
    }

    /** Adds a frame around a payload, or returns false if it does not fit any more. */
    boolean append(Framing framing, MemorySegment from, long offset, long length) {
        int prefix = framing.prefixBytes();
        long frame = prefix + length + framing.suffixBytes();
        if (frame > capacity - bytes) {
            return false;
        }
        framing.wrap(segment, bytes, length);
        MemorySegment.copy(from, offset, segment, bytes + prefix, length);
        bytes += frame;
        return true;
    }

    void clear() {
        bytes = 0;
    }
}
