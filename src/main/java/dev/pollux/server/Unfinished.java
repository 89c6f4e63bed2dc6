package dev.pollux.server;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * The beginning of a client's next frame, kept until the rest arrives. Never a complete frame.
 *
 * <p>A byte is copied at most five times while its frame arrives: into this memory, and as often as the
 * memory grows, which is by half at least. Up to {@link #IN_PLACE_BYTES} more are copied with each read(2),
 * as long as the frame is shorter than that.
 */
final class Unfinished {
    // Above this, copying to and fro costs more than a second read.
    static final long IN_PLACE_BYTES = 4096;

    private final Block block;
    private long bytes;
    private long copied; // Bytes copied so far, in this memory and into it: what the bound is tested with.
    private long searched; // Of these, bytes that are known not to tell the frame's length.

    Unfinished(long frameLimit, MemoryBudget budget, Supplier<Arena> arenas) {
        this.block = new Block(frameLimit, budget, arenas);
    }

    long bytes() {
        return bytes;
    }

    long searched() {
        return searched;
    }

    /**
     * Whether the rest is to be read straight behind these bytes, instead of copying them into the receive
     * buffer.
     */
    boolean isLarge() {
        return bytes > IN_PLACE_BYTES;
    }

    /** The bytes, with room behind them if {@link #makeRoom} was called. */
    MemorySegment segment() {
        return block.segment();
    }

    void copyTo(MemorySegment buffer, long offset) {
        MemorySegment.copy(block.segment(), 0, buffer, offset, bytes);
        copied += bytes;
    }

    /**
     * Doubles the room, by what has arrived and never by what was announced.
     *
     * @return null, or why there is no room: {@link Block#grow}
     */
    CloseReason makeRoom() {
        long wanted = Math.min(block.largest(), 2 * bytes);
        if (wanted <= block.capacity()) {
            return null;
        }
        copied += bytes;
        return block.grow(wanted, 0, bytes);
    }

    /**
     * Keeps {@code from[offset, offset + length)} instead of what was kept. What lies at the beginning of
     * this memory stays there: a large frame that grows in place is not copied again.
     *
     * @return null, or why it cannot be kept: {@link Block#grow}
     */
    CloseReason keep(MemorySegment from, long offset, long length, long searched) {
        boolean inPlace = offset == 0 && from == block.segment();
        if (length > block.capacity()) {
            CloseReason refusal = block.grow(length, 0, 0);
            if (refusal != null) {
                return refusal;
            }
        }
        if (length > 0 && !inPlace) {
            // It may overlap: the copy minds that.
            MemorySegment.copy(from, offset, block.segment(), 0, length);
            copied += length;
        }
        this.bytes = length;
        this.searched = searched;
        return null;
    }

    /** Bytes copied so far. */
    long copied() {
        return copied;
    }

    /** Whether memory is held though there is nothing in it. */
    boolean isWarm() {
        return bytes == 0 && block.capacity() > 0;
    }

    void release() {
        bytes = 0;
        searched = 0;
        block.release();
    }
}
