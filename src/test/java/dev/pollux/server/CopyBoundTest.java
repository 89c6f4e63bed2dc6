package dev.pollux.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.frame.Framing;
import dev.pollux.metrics.LoopCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often a byte is copied on its way: counted, and held against the bounds that the classes state. */
class CopyBoundTest {
    private static final int LIMIT = 16 << 20;

    private final MemoryBudget budget = new MemoryBudget(1L << 32, new LoopCounters());

    /** As Client.receiveInPlace does it: read behind what is there, then keep all of it. */
    private static long receiveInPlace(Unfinished unfinished, long mostBytes) {
        assertThat(unfinished.makeRoom()).isNull();
        MemorySegment block = unfinished.segment();
        long held = unfinished.bytes();
        long n = Math.min(mostBytes, block.byteSize() - held);
        block.set(JAVA_BYTE, held + n - 1, (byte) 1);
        assertThat(unfinished.keep(block, 0, held + n, 0)).isNull();
        return n;
    }

    /** With 15 MB there, each single byte used to move them all. */
    @ParameterizedTest
    @ValueSource(ints = {1, 17, 1460, 64 << 10})
    void aByteOfALargeFrameIsCopiedAtMostFiveTimes(int step) {
        Unfinished unfinished = new Unfinished(LIMIT, budget, Arena::ofConfined);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(8192);
            assertThat(unfinished.keep(buffer, 0, Unfinished.IN_PLACE_BYTES + 1, 0)).isNull();
            long bytes = Unfinished.IN_PLACE_BYTES + 1;
            while (bytes < LIMIT - 100_000) {
                bytes += receiveInPlace(unfinished, 64 << 10);
            }
            for (int i = 0; i < 10_000 && bytes < LIMIT - step; i++) {
                bytes += receiveInPlace(unfinished, step);
            }
            assertThat(unfinished.bytes()).isEqualTo(bytes);
            assertThat(unfinished.copied()).isLessThanOrEqualTo(5 * bytes);
        }
        unfinished.release();
    }

    /** A peer that takes little keeps its memory near the limit; each frame used to move all of it. */
    @ParameterizedTest
    @ValueSource(ints = {100, 4096, 300_000})
    void aByteOfAReplyIsCopiedAtMostEightTimes(int frame) {
        Outbound outbound = new Outbound(LIMIT, budget, Arena::ofConfined);
        MemorySegment payload = MemorySegment.ofArray(new byte[frame]);
        long added = 0;
        while (outbound.fits(frame + 4)) {
            assertThat(outbound.append(Framing.u32le(), payload, 0, frame)).isNull();
            added += frame + 4;
        }
        for (int i = 0; i < 20_000 && added < 8L * LIMIT; i++) {
            outbound.sent(frame + 4);
            assertThat(outbound.append(Framing.u32le(), payload, 0, frame)).isNull();
            added += frame + 4;
        }
        assertThat(outbound.copied()).isLessThanOrEqualTo(8 * added);
        assertThat(outbound.segment().byteSize()).isLessThanOrEqualTo(Outbound.mostBytes(LIMIT));
        outbound.release();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void noOrderOfAddingAndTakingCostsMore(long seed) {
        Random random = new Random(seed);
        int limit = 100_000;
        Outbound outbound = new Outbound(limit, budget, Arena::ofConfined);
        MemorySegment bytes = MemorySegment.ofArray(new byte[limit]);
        long added = 0;
        for (int i = 0; i < 200_000; i++) {
            int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 30_000 : 300);
            if (outbound.fits(length)) {
                assertThat(outbound.append(bytes, 0, length)).isNull();
                added += length;
            }
            if (random.nextInt(3) > 0) {
                outbound.sent(Math.min(outbound.unsent(), random.nextInt(400)));
            }
        }
        assertThat(outbound.copied()).isLessThanOrEqualTo(8 * added);
        outbound.release();
    }

    @Test
    void aFrameThatEndsInPlaceLeavesTheNextOneToBeMovedOnce() {
        Unfinished unfinished = new Unfinished(LIMIT, budget, Arena::ofConfined);
        MemorySegment from = MemorySegment.ofArray(new byte[10_000]);
        assertThat(unfinished.keep(from, 0, 10_000, 0)).isNull();
        long before = unfinished.copied();
        assertThat(unfinished.keep(unfinished.segment(), 9_000, 1_000, 0)).isNull();
        assertThat(unfinished.copied() - before).isEqualTo(1_000);
        unfinished.release();
    }
}
