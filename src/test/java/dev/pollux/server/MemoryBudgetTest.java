package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.LoopCounters;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private final LoopCounters counters = new LoopCounters();
    private final MemoryBudget budget = new MemoryBudget(1000, counters);

    @Test
    void theLimitItselfCanBeTakenAndNoByteMore() {
        assertThat(budget.take(600)).isTrue();
        assertThat(budget.take(401)).isFalse();
        assertThat(counters.get(Counter.OFF_HEAP_BYTES)).isEqualTo(600);
        assertThat(budget.take(400)).isTrue();
        assertThat(budget.take(1)).isFalse();
    }

    @Test
    void whatIsGivenBackCanBeTakenAgainAndTheMostIsRemembered() {
        budget.take(900);
        budget.give(800);
        assertThat(counters.get(Counter.OFF_HEAP_BYTES)).isEqualTo(100);
        assertThat(budget.take(500)).isTrue();
        assertThat(counters.get(Counter.OFF_HEAP_BYTES_MOST)).isEqualTo(900);
        budget.give(600);
        assertThat(counters.get(Counter.OFF_HEAP_BYTES)).isZero();
    }
}
