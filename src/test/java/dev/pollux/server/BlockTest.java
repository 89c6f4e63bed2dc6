package dev.pollux.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.LoopCounters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class BlockTest {
    private final LoopCounters counters = new LoopCounters();
    private final MemoryBudget budget = new MemoryBudget(100_000, counters);
    private final Block block = new Block(10_000, budget, Arena::ofConfined);

    private long held() {
        return counters.get(Counter.OFF_HEAP_BYTES);
    }

    @Test
    void nothingIsHeldUntilSomethingIsToBeHeld() {
        assertThat(block.capacity()).isZero();
        assertThat(held()).isZero();
        block.release();
        assertThat(held()).isZero();
    }

    @Test
    void growingKeepsTheBytesThatItIsTold() {
        assertThat(block.grow(100, 0, 0)).isNull();
        for (int i = 0; i < 100; i++) {
            block.segment().set(JAVA_BYTE, i, (byte) i);
        }
        assertThat(block.grow(1000, 10, 80)).isNull();
        for (int i = 0; i < 80; i++) {
            assertThat(block.segment().get(JAVA_BYTE, i)).isEqualTo((byte) (i + 10));
        }
        block.release();
    }

    @Test
    void growingFreesTheOldMemoryAndReleasingTheLast() {
        block.grow(100, 0, 0);
        MemorySegment old = block.segment();
        block.grow(2000, 0, 100);
        MemorySegment last = block.segment();
        assertThat(held()).isEqualTo(block.capacity());
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> old.get(JAVA_BYTE, 0));
        block.release();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> last.get(JAVA_BYTE, 0));
        assertThat(held()).isZero();
        assertThat(block.capacity()).isZero();
    }

    @Test
    void growingByteByByteCopiesALinearAmount() {
        long grown = 0;
        for (long bytes = 1; bytes <= 10_000; bytes++) {
            if (bytes > block.capacity()) {
                grown++;
                assertThat(block.grow(bytes, 0, bytes - 1)).isNull();
            }
        }
        assertThat(grown).isLessThan(15);
        assertThat(block.capacity()).isEqualTo(10_000);
        block.release();
    }

    @Test
    void capacityNeverPassesTheLargest() {
        assertThat(block.grow(9_999, 0, 0)).isNull();
        assertThat(block.capacity()).isBetween(9_999L, 10_000L);
        block.release();
    }

    @Test
    void aRefusedGrowthChangesNothing() {
        block.grow(300, 0, 0);
        block.segment().fill((byte) 9);
        long capacity = block.capacity();
        assertThat(budget.take(99_000)).isTrue();
        long before = held();
        assertThat(block.grow(5_000, 0, 300)).isEqualTo(CloseReason.MEMORY_LIMIT);
        assertThat(held()).isEqualTo(before);
        assertThat(block.capacity()).isEqualTo(capacity);
        assertThat(block.segment().get(JAVA_BYTE, 299)).isEqualTo((byte) 9);
        budget.give(99_000);
        block.release();
        assertThat(held()).isZero();
    }
}
