package dev.pollux.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does a block of memory cost that a client holds for a while?
 * <p>Measured: getting a block, writing its first and last byte, giving it back. An arena also fills it with
 * zeros; malloc and the pool do not. Not measured: many blocks at a time, which is where fragments and misses
 * of the cache come from; other threads, for which closing a shared arena stops the world.
 * <p>Read as: ns for a block from get to give.
 * <p>Expect: the pool far ahead and the same at each size; a confined arena at malloc and free plus the
 * zeros; a shared arena a hundred times that, for the handshake with all threads when it is closed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class MemoryBenchmark {
    @Param({"256", "4096", "65536"}) public long bytes;

    private Blocks.Pool pool;

    @Setup
    public void open() {
        pool = new Blocks.Pool(bytes);
    }

    @TearDown
    public void close() {
        pool.close();
    }

    /** The server's way. */
    @Benchmark
    public int confinedArena() {
        try (Arena arena = Arena.ofConfined()) {
            return use(arena.allocate(bytes, Long.BYTES));
        }
    }

    @Benchmark
    public int sharedArena() {
        try (Arena arena = Arena.ofShared()) {
            return use(arena.allocate(bytes, Long.BYTES));
        }
    }

    @Benchmark
    public int mallocFree() {
        MemorySegment block = Blocks.Malloc.allocate(bytes);
        int used = use(block);
        Blocks.Malloc.free(block);
        return used;
    }

    @Benchmark
    public int pool() {
        MemorySegment block = pool.take();
        int used = use(block);
        pool.give(block);
        return used;
    }

    private int use(MemorySegment block) {
        block.set(JAVA_BYTE, 0, (byte) 1);
        block.set(JAVA_BYTE, bytes - 1, (byte) 2);
        return block.get(JAVA_BYTE, 0) + block.get(JAVA_BYTE, bytes - 1);
    }
}
