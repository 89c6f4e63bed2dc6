package dev.pollux.bench;

import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does a read(2) that finds nothing cost, beside NIO's?
 * <p>Measured: one read of a non-blocking TCP socket on loopback that is connected and silent, into 4 KiB
 * off-heap. Not measured: the copy of bytes that are there; NIO into a heap buffer, which copies once more.
 * <p>Read as: ns for a read; C's, from the same run, is what the kernel takes.
 * <p>Expect: both near C; ours not above NIO's, which takes a lock and notes the thread for a close to find.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class ReadEagainBenchmark {
    private static final int BYTES = 4096;

    private Posix posix;
    private int[] fds;
    private Arena arena;
    private MemorySegment segment;
    private ChannelPair channels;
    private ByteBuffer buffer;

    @Setup
    public void connect() throws IOException {
        posix = NativePosix.confined();
        fds = Descriptors.tcpPair(posix);
        arena = Arena.ofConfined();
        segment = arena.allocate(BYTES);
        channels = ChannelPair.open();
        buffer = ByteBuffer.allocateDirect(BYTES);
    }

    @TearDown
    public void close() throws IOException {
        channels.close();
        arena.close();
        Descriptors.close(posix, fds);
        posix.close();
    }

    /** Returns {@code -EAGAIN}. */
    @Benchmark
    public long posixRead() {
        return posix.read(fds[1], segment, 0, BYTES);
    }

    /** Returns 0. */
    @Benchmark
    public int nioRead() throws IOException {
        return channels.accepted().read(buffer);
    }
}
