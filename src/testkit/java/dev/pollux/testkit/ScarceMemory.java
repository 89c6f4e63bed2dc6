package dev.pollux.testkit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.IntPredicate;
import java.util.function.Supplier;

/**
 * Memory that runs out, for {@link dev.pollux.server.ServerOptions#memory}: allocations that the test chooses
 * throw {@link OutOfMemoryError}. It counts the arenas that are open. One thread.
 */
public final class ScarceMemory implements Supplier<Arena> {
    private final IntPredicate fails;
    private int allocations;
    private int open; // Arenas.

    /** Memory of which the n-th allocation fails if {@code fails} accepts n, with 1 for the first. */
    public ScarceMemory(IntPredicate fails) {
        this.fails = fails;
    }

    @Override
    public Arena get() {
        Arena real = Arena.ofConfined();
        open++;
        return new Counted(real);
    }

    /** Allocations so far, the failed ones included. */
    public int allocations() {
        return allocations;
    }

    /** Arenas that are not closed. */
    public int openArenas() {
        return open;
    }

    private final class Counted implements Arena {
        private final Arena real;

        Counted(Arena real) {
            this.real = real;
        }

        @Override
        public MemorySegment allocate(long bytes, long alignment) {
            allocations++;
            if (fails.test(allocations)) {
                throw new OutOfMemoryError("allocation " + allocations + ", of " + bytes + " bytes");
            }
            return real.allocate(bytes, alignment);
        }

        @Override
        public MemorySegment.Scope scope() {
            return real.scope();
        }

        @Override
        public void close() {
            real.close();
            open--;
        }
    }
}
