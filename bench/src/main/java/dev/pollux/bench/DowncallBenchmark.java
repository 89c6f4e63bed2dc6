package dev.pollux.bench;

import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does a system call from Java cost in each form?
 * <p>Measured: getppid(2) linked in each way, and close(2) of a descriptor that cannot be, which the kernel
 * refuses at once, through the server's own class. Not measured: arguments that are memory (see
 * ReadEagainBenchmark); what the kernel does in a call that has work to do.
 * <p>Read as: ns for a call; the difference of two rungs is the price of what was added. The kernel's part is
 * in all of them: getppid in C, from the same run, is what to subtract.
 * <p>Expect: plain some 10 ns above C; errno in a reused segment a little more; a shared arena more than ten
 * on top; an arena for each call the dearest; critical the cheapest, and of use only where nothing can
 * block.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class DowncallBenchmark {
    private Arena confined;
    private Arena shared;
    private MemorySegment confinedState;
    private MemorySegment sharedState;
    private Posix posix;

    @Setup(Level.Iteration) // JMH takes a new virtual thread for each, and confined means that thread's.
    public void open() {
        confined = Arena.ofConfined();
        shared = Arena.ofShared();
        confinedState = confined.allocate(Getppid.STATE);
        sharedState = shared.allocate(Getppid.STATE);
        posix = NativePosix.confined();
    }

    @TearDown(Level.Iteration)
    public void close() {
        confined.close();
        shared.close();
        posix.close();
    }

    @Benchmark
    public int plain() {
        return Getppid.plain();
    }

    @Benchmark
    public int errnoReusedSegment() {
        return Getppid.errnoCaptured(confinedState);
    }

    @Benchmark
    public int errnoNewConfinedArena() {
        try (Arena arena = Arena.ofConfined()) {
            return Getppid.errnoCaptured(arena.allocate(Getppid.STATE));
        }
    }

    @Benchmark
    public int errnoSharedArena() {
        return Getppid.errnoCaptured(sharedState);
    }

    @Benchmark
    public int critical() {
        return Getppid.critical();
    }

    /** The call pins the carrier for its duration, which for this one is no matter. */
    @Benchmark
    @Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED",
            jvmArgsAppend = "-Djmh.executor=VIRTUAL")
    public int errnoOnVirtualThread(VirtualThread checked) {
        return Getppid.errnoCaptured(confinedState);
    }

    /** Refuses to measure a platform thread under the other name. */
    @State(Scope.Thread)
    public static class VirtualThread {
        @Setup(Level.Iteration)
        public void check() {
            if (!Thread.currentThread().isVirtual()) {
                throw new IllegalStateException("start this fork with -Djmh.executor=VIRTUAL");
            }
        }
    }

    /** With the way through the interface, and errno read, for the call fails. */
    @Benchmark
    public int refusedThroughPosix() {
        return posix.close(-1);
    }
}
