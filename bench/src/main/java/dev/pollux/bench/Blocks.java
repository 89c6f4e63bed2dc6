package dev.pollux.bench;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayDeque;

/** Where memory for a client could come from other than an arena of its own. */
final class Blocks {
    private Blocks() {
    }

    /** libc's own, by two downcalls; the JVM learns the size by being told. */
    static final class Malloc {
        private static final MethodHandle MALLOC = link("malloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG));
        private static final MethodHandle FREE = link("free", FunctionDescriptor.ofVoid(ADDRESS));

        private Malloc() {
        }

        static MemorySegment allocate(long bytes) {
            try {
                return ((MemorySegment) MALLOC.invokeExact(bytes)).reinterpret(bytes);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        }

        static void free(MemorySegment block) {
            try {
                FREE.invokeExact(block);
            } catch (Throwable t) {
                throw new AssertionError(t);
            }
        }

        private static MethodHandle link(String name, FunctionDescriptor descriptor) {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
        }
    }

    /**
     * Blocks of one size that are used again, last one first; they are the kernel's again only at the end.
     */
    static final class Pool implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final ArrayDeque<MemorySegment> free = new ArrayDeque<>();
        private final long bytes;

        Pool(long bytes) {
            this.bytes = bytes;
        }

        MemorySegment take() {
            MemorySegment block = free.pollLast();
            return block != null ? block : arena.allocate(bytes, Long.BYTES);
        }

        void give(MemorySegment block) {
            free.addLast(block);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
