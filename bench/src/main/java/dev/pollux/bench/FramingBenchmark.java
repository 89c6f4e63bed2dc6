package dev.pollux.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: how many frames per second can be found in what is received, and is one receive buffer for all
 * cheaper than a buffer for each client?
 * <p>Measured: {@value #CLIENTS} clients in turn, {@value #FRAMES_EACH} frames of each: the copy that read(2)
 * would make, the walk through the frames with the server's FrameReader, and the keeping of what is not
 * complete. Not measured: the system call; handlers and replies; the growth and release of a client's memory.
 * <p>Read as: frames per second. WHOLE: a read brings one frame; COALESCED: all of a client's; SPLIT: three
 * quarters of a frame.
 * <p>Expect: the shared buffer ahead where reads are large or whole, for it stays in the cache and a buffer
 * for one frame takes several reads; behind with SPLIT, where it copies what is left over to and fro.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class FramingBenchmark {
    /** How the bytes of a client arrive. */
    public enum Arrival { WHOLE, COALESCED, SPLIT }

    static final int CLIENTS = 64;
    static final int FRAMES_EACH = 16;
    static final int FRAMES = CLIENTS * FRAMES_EACH;

    @Param({"16", "256", "4092"}) public int payload;
    @Param public Arrival arrival;

    private Arena arena;
    private MemorySegment[] streams; // By client: what it sends.
    private long streamBytes;
    private long readBytes;
    private Receiving.Shared shared;
    private Receiving.OfEach ofEach;

    @Setup
    public void fill() {
        arena = Arena.ofConfined();
        int frame = Integer.BYTES + payload;
        streamBytes = (long) FRAMES_EACH * frame;
        readBytes = switch (arrival) {
            case WHOLE -> frame;
            case COALESCED -> streamBytes;
            case SPLIT -> frame * 3L / 4;
        };
        streams = new MemorySegment[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            streams[i] = arena.allocate(streamBytes, Long.BYTES);
            for (int k = 0; k < FRAMES_EACH; k++) {
                streams[i].set(JAVA_INT_UNALIGNED, (long) k * frame, payload);
                streams[i].set(JAVA_BYTE, (long) k * frame + Integer.BYTES, (byte) (i + k));
            }
        }
        shared = new Receiving.Shared(CLIENTS);
        ofEach = new Receiving.OfEach(CLIENTS);
    }

    @TearDown
    public void close() {
        shared.close();
        ofEach.close();
        arena.close();
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long sharedBuffer() {
        return receiveAll(shared);
    }

    @Benchmark
    @OperationsPerInvocation(FRAMES)
    public long bufferPerClient() {
        return receiveAll(ofEach);
    }

    /** In each fork with one kind only, so that the calls are direct ones. */
    private long receiveAll(Receiving receiving) {
        for (long from = 0; from < streamBytes; from += readBytes) {
            long to = Math.min(streamBytes, from + readBytes);
            for (int i = 0; i < CLIENTS; i++) {
                receiving.read(i, streams[i], from, to);
            }
        }
        return receiving.checksum;
    }

    /** Delivered so far, both ways together. */
    long frames() {
        return shared.frames + ofEach.frames;
    }
}
