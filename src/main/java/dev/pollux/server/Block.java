package dev.pollux.server;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * Off-heap bytes of one client, in an arena of their own that exists only while there is something to hold.
 * Growing opens a new arena, copies, and closes the old one: an arena cannot give back a part.
 */
final class Block {
    private static final long STEP = 256;

    private final long largest; // Bytes.
    private final MemoryBudget budget;
    private final Supplier<Arena> arenas;
    private Arena arena; // Null while nothing is held.
    private MemorySegment segment = MemorySegment.NULL;

    Block(long largest, MemoryBudget budget, Supplier<Arena> arenas) {
        this.largest = largest;
        this.budget = budget;
        this.arenas = arenas;
    }

    MemorySegment segment() {
        return segment;
    }

    long capacity() {
        return segment.byteSize();
    }

    long largest() {
        return largest;
    }

    /**
     * Makes room for {@code bytes}, and moves {@code [from, from + kept)} to the front if that needs a new
     * arena.
     *
     * @return null; or {@link CloseReason#MEMORY_LIMIT} if the budget does not allow it, {@link
     *         CloseReason#NO_RESOURCES} if the process has no more memory, and nothing has changed
     */
    CloseReason grow(long bytes, long from, long kept) {
        assert bytes > capacity();
        assert bytes <= largest;
        long enough = Math.max(bytes, capacity() + capacity() / 2); // By half, so that copying stays linear.
        long capacity = Math.min(largest, (enough + STEP - 1) / STEP * STEP);
        if (!budget.take(capacity)) {
            return CloseReason.MEMORY_LIMIT;
        }
        Arena larger = null;
        MemorySegment copy;
        try {
            larger = arenas.get();
            copy = larger.allocate(capacity, Long.BYTES);
        } catch (OutOfMemoryError | RuntimeException e) { // Or what makes arenas for the program refuses.
            budget.give(capacity);
            if (larger != null) {
                larger.close();
            }
            return CloseReason.NO_RESOURCES;
        }
        MemorySegment.copy(segment, from, copy, 0, kept);
        release();
        arena = larger;
        segment = copy;
        return null;
    }

    void release() {
        if (arena != null) {
            budget.give(capacity());
            arena.close();
            arena = null;
            segment = MemorySegment.NULL;
        }
    }
}
