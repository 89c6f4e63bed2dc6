package dev.pollux.server;

import java.lang.foreign.MemorySegment;

/** The beginning of a client's next frame, kept until the rest arrives. Never a complete frame. */
final class Unfinished {
    // Above this, copying to and fro costs more than a second read.
    static final long IN_PLACE_BYTES = 4096;

    private final Block block;
    private long bytes;
    private long searched; // Of these, bytes that are known not to tell the frame's length.

    Unfinished(long frameLimit, MemoryBudget budget) {
        this.block = new Block(frameLimit, budget);
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
    }

    /**
     * Doubles the room, by what has arrived and never by what was announced. False if the budget does not
     * allow it.
     */
    boolean makeRoom() {
        long wanted = Math.min(block.largest(), 2 * bytes);
        return wanted <= block.capacity() || block.grow(wanted, 0, bytes);
    }

    /**
     * Keeps {@code from[offset, offset + length)} instead of what was kept. False if the budget does not
     * allow it.
     */
    boolean keep(MemorySegment from, long offset, long length, long searched) {
        if (length > block.capacity() && !block.grow(length, 0, 0)) {
            return false;
        }
        if (length > 0) {
            // It may overlap: the copy minds that.
            MemorySegment.copy(from, offset, block.segment(), 0, length);
        }
        this.bytes = length;
        this.searched = searched;
        return true;
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
