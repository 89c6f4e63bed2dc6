package dev.pollux.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.LoopCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UnfinishedTest {
    private static final int LIMIT = 100_000;

    private final LoopCounters counters = new LoopCounters();
    private final Unfinished unfinished = new Unfinished(LIMIT, new MemoryBudget(1_000_000, counters),
            Arena::ofConfined);
    private final MemorySegment buffer = Arena.ofAuto().allocate(LIMIT);

    private void number(MemorySegment segment) {
        for (long i = 0; i < segment.byteSize(); i++) {
            segment.set(JAVA_BYTE, i, (byte) (i % 251));
        }
    }

    private void assertKept(int from, int length) {
        assertThat(unfinished.bytes()).isEqualTo(length);
        for (int i = 0; i < length; i++) {
            assertThat(unfinished.segment().get(JAVA_BYTE, i)).isEqualTo((byte) ((from + i) % 251));
        }
    }

    @AfterEach
    void nothingIsLeftAfterARelease() {
        unfinished.release();
        assertThat(counters.get(Counter.OFF_HEAP_BYTES)).isZero();
        assertThat(unfinished.bytes()).isZero();
        assertThat(unfinished.searched()).isZero();
    }

    @Test
    void whatIsKeptIsPutInFrontOfTheBufferAgain() {
        number(buffer);
        assertThat(unfinished.keep(buffer, 77, 50, 20)).isNull();
        assertKept(77, 50);
        assertThat(unfinished.searched()).isEqualTo(20);
        buffer.fill((byte) 0);
        unfinished.copyTo(buffer, 0);
        for (int i = 0; i < 50; i++) {
            assertThat(buffer.get(JAVA_BYTE, i)).isEqualTo((byte) (77 + i));
        }
        assertThat(buffer.get(JAVA_BYTE, 50)).isZero();
    }

    @Test
    void keepingAgainReplacesWhatWasKept() {
        number(buffer);
        unfinished.keep(buffer, 0, 500, 0);
        unfinished.keep(buffer, 1000, 20, 3);
        assertKept(1000, 20);
        unfinished.keep(buffer, 2000, 900, 0);
        assertKept(2000, 900);
    }

    @Test
    void keepingNothingLeavesWarmMemoryThatIsLetGoLater() {
        unfinished.keep(buffer, 0, 10, 0);
        assertThat(unfinished.isWarm()).isFalse();
        unfinished.keep(buffer, 10, 0, 0);
        assertThat(unfinished.isWarm()).isTrue();
        assertThat(counters.get(Counter.OFF_HEAP_BYTES)).isPositive();
        unfinished.release();
        assertThat(unfinished.isWarm()).isFalse();
    }

    @Test
    void nothingKeptFromTheStartHoldsNothing() {
        assertThat(unfinished.keep(buffer, 0, 0, 0)).isNull();
        assertThat(counters.get(Counter.OFF_HEAP_BYTES_MOST)).isZero();
    }

    @Test
    void aLargeFrameIsContinuedInPlaceWithRoomBehindIt() {
        number(buffer);
        assertThat(unfinished.keep(buffer, 5, 4096, 0)).isNull();
        assertThat(unfinished.isLarge()).isFalse();
        assertThat(unfinished.keep(buffer, 5, 4097, 0)).isNull();
        assertThat(unfinished.isLarge()).isTrue();
        assertThat(unfinished.makeRoom()).isNull();
        assertThat(unfinished.segment().byteSize()).isGreaterThanOrEqualTo(2 * 4097);
        assertKept(5, 4097);
    }

    @Test
    void roomGrowsByWhatArrivedUpToTheLimit() {
        number(buffer);
        for (int bytes = 5000; bytes < LIMIT; bytes = Math.min(LIMIT - 1, 2 * bytes)) {
            unfinished.keep(buffer, 0, bytes, 0);
            assertThat(unfinished.makeRoom()).isNull();
            long room = unfinished.segment().byteSize();
            assertThat(room).isBetween(Math.min(LIMIT, 2L * bytes), (long) LIMIT);
            assertThat(room).isLessThanOrEqualTo(3L * bytes + 256);
            assertKept(0, bytes);
            if (bytes == LIMIT - 1) {
                return;
            }
        }
    }

    @Test
    void bytesThatOverlapTheirNewPlaceAreMovedWhole() {
        number(buffer);
        unfinished.keep(buffer, 0, 10_000, 0);
        assertThat(unfinished.keep(unfinished.segment(), 3, 9_000, 0)).isNull();
        assertKept(3, 9_000);
    }

    @Test
    void beyondTheBudgetNothingIsKept() {
        Unfinished poor = new Unfinished(LIMIT, new MemoryBudget(6000, counters), Arena::ofConfined);
        assertThat(poor.keep(buffer, 0, 5000, 0)).isNull();
        assertThat(poor.makeRoom()).isEqualTo(CloseReason.MEMORY_LIMIT);
        assertThat(poor.bytes()).isEqualTo(5000);
        assertThat(poor.keep(buffer, 0, 7000, 0)).isEqualTo(CloseReason.MEMORY_LIMIT);
        poor.release();
    }
}
