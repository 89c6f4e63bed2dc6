package dev.pollux.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.frame.Framing;
import dev.pollux.metrics.Counter;
import dev.pollux.metrics.LoopCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundTest {
    private static final int LIMIT = 10_000;

    private final LoopCounters counters = new LoopCounters();
    private final Outbound outbound = new Outbound(LIMIT, new MemoryBudget(10 * LIMIT, counters),
            Arena::ofConfined);
    private final Random random = new Random(1);

    @AfterEach
    void nothingIsLeftAfterARelease() {
        outbound.release();
        assertThat(outbound.isEmpty()).isTrue();
        assertThat(counters.get(Counter.OFF_HEAP_BYTES)).isZero();
    }

    private static MemorySegment bytes(int length) {
        return MemorySegment.ofArray(new byte[length]);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void whatIsTakenIsWhatWasAddedInOrder(int seed) {
        random.setSeed(seed);
        ArrayDeque<Byte> model = new ArrayDeque<>();
        for (int step = 0; step < 5_000; step++) {
            byte[] some = new byte[random.nextInt(step % 100 < 50 ? 900 : 200)];
            random.nextBytes(some);
            if (outbound.fits(some.length)) {
                assertThat(outbound.append(MemorySegment.ofArray(some), 0, some.length)).isNull();
                for (byte each : some) {
                    model.add(each);
                }
            } else {
                assertThat(model.size() + some.length).isGreaterThan(LIMIT);
            }
            assertThat(outbound.unsent()).isEqualTo(model.size());
            int taken = random.nextInt(3) == 0 ? model.size() : random.nextInt(model.size() / 2 + 1);
            for (int i = 0; i < taken; i++) {
                byte next = outbound.segment().get(JAVA_BYTE, outbound.head() + i);
                if (next != model.remove()) {
                    throw new AssertionError("byte " + i + " in step " + step);
                }
            }
            outbound.sent(taken);
            assertThat(outbound.isEmpty()).isEqualTo(model.isEmpty());
            assertThat(outbound.segment().byteSize()).isLessThanOrEqualTo(Outbound.mostBytes(LIMIT));
        }
    }

    @Test
    void framesAreWrappedAroundTheirPayload() {
        MemorySegment payload = MemorySegment.ofArray(new byte[] {9, 1, 2, 3, 9});
        outbound.append(Framing.u32le(), payload, 1, 3);
        outbound.append(Framing.line(), payload, 2, 1);
        assertThat(outbound.segment().asSlice(0, outbound.unsent()).toArray(JAVA_BYTE))
                .containsExactly(3, 0, 0, 0, 1, 2, 3, 2, '\n');
    }

    @Test
    void theLimitItselfFitsAndOneByteMoreDoesNot() {
        assertThat(outbound.fits(LIMIT)).isTrue();
        assertThat(outbound.fits(LIMIT + 1)).isFalse();
        outbound.append(bytes(LIMIT), 0, LIMIT);
        assertThat(outbound.fits(0)).isTrue();
        assertThat(outbound.fits(1)).isFalse();
        outbound.sent(10);
        assertThat(outbound.fits(10)).isTrue();
        assertThat(outbound.fits(11)).isFalse();
        assertThat(outbound.append(bytes(10), 0, 10)).as("why not").isNull();
    }

    @Test
    void addingAndTakingForEverNeedsNoMoreThanWhatIsUnsent() {
        for (int i = 0; i < 100_000; i++) {
            outbound.append(bytes(500), 0, 500);
            outbound.sent(i == 0 ? 0 : 500); // Never empty.
        }
        assertThat(counters.get(Counter.OFF_HEAP_BYTES_MOST)).isLessThan(4_000);
    }

    @Test
    void emptiedItIsWarmUntilItIsReleased() {
        assertThat(outbound.isWarm()).isFalse();
        outbound.append(bytes(5), 0, 5);
        assertThat(outbound.isWarm()).isFalse();
        outbound.sent(5);
        assertThat(outbound.isWarm()).isTrue();
        outbound.release();
        assertThat(outbound.isWarm()).isFalse();
    }

    @Test
    void beyondTheBudgetNothingIsAdded() {
        Outbound poor = new Outbound(LIMIT, new MemoryBudget(1000, counters), Arena::ofConfined);
        assertThat(poor.append(bytes(600), 0, 600)).isNull();
        assertThat(poor.append(bytes(600), 0, 600)).isEqualTo(CloseReason.MEMORY_LIMIT);
        assertThat(poor.append(Framing.u32le(), bytes(600), 0, 600)).isEqualTo(CloseReason.MEMORY_LIMIT);
        assertThat(poor.unsent()).isEqualTo(600);
        poor.release();
    }
}
