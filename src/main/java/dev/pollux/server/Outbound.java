package dev.pollux.server;

import dev.pollux.frame.Framing;
import java.lang.foreign.MemorySegment;

/** A client's bytes that the kernel has not taken yet, in order. */
final class Outbound {
    private final Block block;
    private long head; // First unsent byte.
    private long tail; // Behind the last one.

    Outbound(long unsentLimit, MemoryBudget budget) {
        this.block = new Block(unsentLimit, budget);
    }

    long unsent() {
        return tail - head;
    }

    boolean isEmpty() {
        return tail == head;
    }

    MemorySegment segment() {
        return block.segment();
    }

    long head() {
        return head;
    }

    /** Whether {@code bytes} more stay within the limit. */
    boolean fits(long bytes) {
        return bytes <= block.largest() - unsent();
    }

    /** Adds bytes. False if the budget does not allow it. */
    boolean append(MemorySegment from, long offset, long length) {
        if (!makeRoom(length)) {
            return false;
        }
        MemorySegment.copy(from, offset, block.segment(), tail, length);
        tail += length;
        return true;
    }

    /** Adds a frame around a payload. False if the budget does not allow it. */
    boolean append(Framing framing, MemorySegment from, long offset, long length) {
        long frame = framing.prefixBytes() + length + framing.suffixBytes();
        if (!makeRoom(frame)) {
            return false;
        }
        framing.wrap(block.segment(), tail, length);
        MemorySegment.copy(from, offset, block.segment(), tail + framing.prefixBytes(), length);
        tail += frame;
        return true;
    }

    /** Forgets the first {@code bytes}: the kernel has taken them. */
    void sent(long bytes) {
        head += bytes;
        assert head <= tail;
        if (head == tail) {
            clear();
        }
    }

    void clear() {
        head = 0;
        tail = 0;
    }

    private boolean makeRoom(long bytes) {
        if (bytes <= block.capacity() - tail) {
            return true;
        }
        long wanted = unsent() + bytes;
        // Moving to the front pays when enough has gone beside what must move; at the limit it is the only
        // way.
        if (wanted > block.capacity() || head < unsent() / 4 && block.capacity() < block.largest()) {
            if (!block.grow(Math.max(roomFor(wanted), block.capacity() + 1), head, unsent())) {
                return false;
            }
        } else {
            MemorySegment.copy(block.segment(), head, block.segment(), 0, unsent());
        }
        tail = unsent();
        head = 0;
        return true;
    }

    /**
     * In one step from little to what bulk traffic needs: steps in between would hold an old block beside
     * each new one, and more than the unsent limit in sum.
     */
    private long roomFor(long wanted) {
        return wanted > block.largest() / 8 ? Math.max(wanted, block.largest() / 8 * 5) : wanted;
    }

    /** Whether memory is held though there is nothing in it. */
    boolean isWarm() {
        return isEmpty() && block.capacity() > 0;
    }

    void release() {
        clear();
        block.release();
    }
}
