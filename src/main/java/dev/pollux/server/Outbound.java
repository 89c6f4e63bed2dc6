package dev.pollux.server;

import dev.pollux.frame.Framing;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * A client's bytes that the kernel has not taken yet, in order.
 *
 * <p>A byte is copied at most eight times on its way through: once when it is added, three times as the
 * memory grows, and moved to the front four times. The memory is a quarter larger than the limit of what is
 * unsent, so that a move always has that much room to gain, and is paid for by the bytes that the peer took
 * since the last one.
 */
final class Outbound {
    private final long limit; // Of unsent bytes.
    private final Block block;
    private long head; // First unsent byte.
    private long tail; // Behind the last one.
    private long copied; // Bytes copied so far: what the bound is tested with.

    Outbound(long unsentLimit, MemoryBudget budget, Supplier<Arena> arenas) {
        this.limit = unsentLimit;
        this.block = new Block(mostBytes(unsentLimit), budget, arenas);
    }

    /** The most memory that is held for that many unsent bytes. */
    static long mostBytes(long unsentLimit) {
        return unsentLimit + unsentLimit / 4;
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
        return bytes <= limit - unsent();
    }

    /**
     * Adds bytes.
     *
     * @return null, or why there is no room for them: {@link Block#grow}
     */
    CloseReason append(MemorySegment from, long offset, long length) {
        CloseReason refusal = makeRoom(length);
        if (refusal == null) {
            MemorySegment.copy(from, offset, block.segment(), tail, length);
            tail += length;
            copied += length;
        }
        return refusal;
    }

    /**
     * Adds a frame around a payload.
     *
     * @return null, or why there is no room for it: {@link Block#grow}
     */
    CloseReason append(Framing framing, MemorySegment from, long offset, long length) {
        long frame = framing.prefixBytes() + length + framing.suffixBytes();
        CloseReason refusal = makeRoom(frame);
        if (refusal == null) {
            framing.wrap(block.segment(), tail, length);
            MemorySegment.copy(from, offset, block.segment(), tail + framing.prefixBytes(), length);
            tail += frame;
            copied += frame;
        }
        return refusal;
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

    private CloseReason makeRoom(long bytes) {
        if (bytes <= block.capacity() - tail) {
            return null;
        }
        long wanted = unsent() + bytes;
        // Moving to the front pays when enough has gone beside what must move.
        if (wanted > block.capacity() || head < unsent() / 4 && block.capacity() < block.largest()) {
            CloseReason refusal = block.grow(Math.max(roomFor(wanted), block.capacity() + 1), head, unsent());
            if (refusal != null) {
                return refusal;
            }
        } else {
            MemorySegment.copy(block.segment(), head, block.segment(), 0, unsent());
        }
        copied += unsent();
        tail = unsent();
        head = 0;
        return null;
    }

    /** Bytes copied so far. */
    long copied() {
        return copied;
    }

    /**
     * In one step from little to what bulk traffic needs: steps in between would hold an old block beside
     * each new one, and more than the unsent limit in sum.
     */
    private long roomFor(long wanted) {
        return wanted > limit / 8 ? Math.max(wanted, limit / 8 * 5) : wanted;
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
