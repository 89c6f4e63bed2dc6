package dev.pollux.bench;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bench.FramingBenchmark.Arrival;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both ways of receiving deliver the same frames, in the same order. */
class ReceivingTest {
    private static final int CLIENTS = 3;

    @Test
    void bothDeliverEveryFrameOfStreamsInPieces() {
        Random random = new Random(6);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stream = arena.allocate(400 << 10);
            for (int round = 0; round < 60; round++) {
                long[] expected = {0};
                long bytes = fill(stream, random, expected);
                assertThat(sum(new Receiving.Shared(CLIENTS), stream, bytes, new Random(round)))
                        .isEqualTo(expected[0]);
                assertThat(sum(new Receiving.OfEach(CLIENTS), stream, bytes, new Random(round)))
                        .isEqualTo(expected[0]);
            }
        }
    }

    /** Writes frames of any size and adds them to the sum. Returns how many bytes they have. */
    private static long fill(MemorySegment stream, Random random, long[] sum) {
        long at = 0;
        int largest = random.nextInt(4) == 0 ? 4_092 : 200;
        for (int frame = 0; frame < 50; frame++) {
            int payload = frame % 10 == 9 ? largest : 1 + random.nextInt(largest);
            byte first = (byte) random.nextInt();
            stream.set(JAVA_INT_UNALIGNED, at, payload);
            stream.set(JAVA_BYTE, at + 4, first);
            at += 4 + payload;
            sum[0] = 31 * sum[0] + payload + first;
        }
        return at;
    }

    /** One client reads in pieces of any size, and others leave something unfinished in between. */
    private static long sum(Receiving receiving, MemorySegment stream, long bytes, Random random) {
        try (receiving; Arena arena = Arena.ofConfined()) {
            MemorySegment never = arena.allocate(64);
            never.set(JAVA_INT_UNALIGNED, 0, 4_092); // Begins a frame that does not end.
            receiving.read(0, never, 0, 3);
            receiving.read(2, never, 0, 64);
            for (long from = 0; from < bytes;) {
                long to = Math.min(bytes, from + 1 + random.nextInt(random.nextInt(5) == 0 ? 200_000 : 300));
                receiving.read(1, stream, from, to);
                if (random.nextInt(10) == 0) {
                    receiving.read(2, never, 8, 9);
                }
                from = to;
            }
            return receiving.checksum;
        }
    }

    @ParameterizedTest
    @EnumSource(Arrival.class)
    void bothBenchmarksDeliverAllTheirFrames(Arrival arrival) {
        FramingBenchmark benchmark = new FramingBenchmark();
        benchmark.arrival = arrival;
        for (int payload : new int[] {16, 256, 4_092}) {
            benchmark.payload = payload;
            benchmark.fill();
            try {
                for (int i = 0; i < 2; i++) {
                    long shared = benchmark.sharedBuffer();
                    long ofEach = benchmark.bufferPerClient();
                    assertThat(benchmark.frames()).isEqualTo(2L * (i + 1) * FramingBenchmark.FRAMES);
                    // A read that brings more than one frame is delivered client by client in both.
                    assertThat(shared).isEqualTo(ofEach).isNotZero();
                }
            } finally {
                benchmark.close();
            }
        }
    }
}
