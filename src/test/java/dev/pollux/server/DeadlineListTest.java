package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineListTest {
    private record Entry(int slot, long deadline) {
    }

    private final DeadlineList list = new DeadlineList();

    @Test
    void anEmptyListExpiresNobody() {
        assertThat(list.isEmpty()).isTrue();
        assertThat(list.contains(0)).isFalse();
        assertThat(list.contains(1_000_000)).isFalse();
        assertThat(list.removeExpired(Long.MAX_VALUE)).isEqualTo(-1);
        list.remove(7);
        assertThat(list.isEmpty()).isTrue();
    }

    @Test
    void slotsExpireAtTheirDeadlineAndNotBefore() {
        list.put(5, 100);
        assertThat(list.removeExpired(99)).isEqualTo(-1);
        assertThat(list.removeExpired(100)).isEqualTo(5);
        assertThat(list.contains(5)).isFalse();
        assertThat(list.isEmpty()).isTrue();
    }

    @Test
    void puttingAgainMovesInsteadOfAdding() {
        list.put(2, 10);
        list.put(3, 20);
        list.put(2, 30);
        assertThat(list.earliest()).isEqualTo(20);
        assertThat(list.removeExpired(100)).isEqualTo(3);
        assertThat(list.removeExpired(100)).isEqualTo(2);
        assertThat(list.removeExpired(100)).isEqualTo(-1);
    }

    @Test
    void anEarlierDeadlineFindsItsPlaceAmongLaterOnes() {
        list.put(2, 10);
        list.put(3, 30);
        list.put(4, 50);
        list.put(5, 20);
        list.put(6, 5);
        list.put(7, 40);
        List<Integer> order = new ArrayList<>();
        for (int slot = list.removeExpired(100); slot >= 0; slot = list.removeExpired(100)) {
            order.add(slot);
        }
        assertThat(order).containsExactly(6, 2, 5, 3, 7, 4);
    }

    @Test
    void equalDeadlinesExpireInTheOrderTheyWerePut() {
        list.put(9, 10);
        list.put(2, 10);
        list.put(5, 10);
        assertThat(list.removeExpired(10)).isEqualTo(9);
        assertThat(list.removeExpired(10)).isEqualTo(2);
        assertThat(list.removeExpired(10)).isEqualTo(5);
    }

    @Test
    void deadlinesAroundTheClocksOverflowKeepTheirOrder() {
        list.put(2, Long.MAX_VALUE - 1);
        list.put(3, Long.MIN_VALUE + 5); // Seven nanoseconds later.
        assertThat(list.earliest()).isEqualTo(Long.MAX_VALUE - 1);
        assertThat(list.removeExpired(Long.MAX_VALUE)).isEqualTo(2);
        assertThat(list.removeExpired(Long.MIN_VALUE + 4)).isEqualTo(-1);
        assertThat(list.removeExpired(Long.MIN_VALUE + 5)).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void aModelAgreesAfterEachOfManyRandomSteps(int seed) {
        Random random = new Random(seed);
        List<Entry> model = new ArrayList<>(); // In the order they were put; sorting is stable.
        long now = Long.MAX_VALUE - 20_000; // Goes over the edge on the way.
        for (int step = 0; step < 20_000; step++) {
            int slot = random.nextInt(40);
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    long deadline = now + (random.nextInt(4) == 0 ? random.nextInt(100) : 100);
                    list.put(slot, deadline);
                    model.removeIf(entry -> entry.slot == slot);
                    model.add(new Entry(slot, deadline));
                }
                case 2 -> {
                    list.remove(slot);
                    model.removeIf(entry -> entry.slot == slot);
                }
                default -> now += random.nextInt(6);
            }
            long start = now;
            model.sort(Comparator.comparingLong(entry -> entry.deadline - start));
            if (random.nextInt(3) == 0) {
                int due = model.isEmpty() || model.get(0).deadline - now > 0 ? -1 : model.remove(0).slot;
                assertThat(list.removeExpired(now)).as("step %d", step).isEqualTo(due);
            }
            assertThat(list.isEmpty()).isEqualTo(model.isEmpty());
            assertThat(list.contains(slot)).isEqualTo(model.stream().anyMatch(entry -> entry.slot == slot));
            if (!model.isEmpty()) {
                assertThat(list.earliest()).isEqualTo(model.get(0).deadline);
                assertThat(list.deadline(model.get(0).slot)).isEqualTo(model.get(0).deadline);
            }
        }
    }

    @Test
    void movingOneAmongAHundredThousandDoesNotWalkThroughThem() {
        int count = 100_000;
        for (int slot = 0; slot < count; slot++) {
            list.put(slot, slot);
        }
        long start = System.nanoTime();
        for (int round = 0; round < 10; round++) {
            for (int slot = 0; slot < count; slot++) {
                list.put(slot, (round + 1L) * count + slot);
            }
        }
        // A walk over the half of them each time would be 5 * 10^10 steps: minutes.
        assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
        assertThat(list.earliest()).isEqualTo(10L * count);
    }
}
