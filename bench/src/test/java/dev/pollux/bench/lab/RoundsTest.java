package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final Plan THREE = new Plan(3, 1, 1, 2, 1, 1);
    private static final Group GROUP = new Group("x.Some", Map.of("clients", "4"), List.of("one", "two"));

    private final List<String> order = new ArrayList<>();

    @Test
    void forkOfEachThenCThenTheNextFork() throws Exception {
        Rounds rounds = new Rounds(saying("java", java("one"), java("two")), saying("c", c("limit")));
        rounds.measure(GROUP, THREE);
        assertThat(order).containsExactly("java", "c", "java", "c", "java", "c");
        assertThat(rounds.failed()).isEmpty();
        assertThat(rounds.figures()).extracting(Figure::name).containsExactly("one", "two", "limit");
        assertThat(rounds.figures()).allSatisfy(figure -> {
            assertThat(figure.forks()).hasSize(3).allSatisfy(fork -> assertThat(fork).hasSize(2));
            assertThat(figure.benchmark()).isEqualTo("Some");
            assertThat(figure.params()).isEqualTo(GROUP.params());
        });
        assertThat(rounds.figures().getFirst().bests()).containsExactly(1, 2, 3);
        assertThat(rounds.figures().getFirst().best()).isEqualTo(1);
        assertThat(rounds.figures().getFirst().mean()).isEqualTo(7);
    }

    @Test
    void withoutCompilerJavaRunsAlone() throws Exception {
        Rounds rounds = new Rounds(saying("java", java("one"), java("two")), null);
        rounds.measure(GROUP, THREE);
        assertThat(order).containsExactly("java", "java", "java");
        assertThat(rounds.failed()).isEmpty();
    }

    @Test
    void benchmarkThatFailsOnceKeepsItsPlaceAmongTheRounds() throws Exception {
        Measurer sometimes = (group, plan) -> order.size() == 1
                ? saying("java", java("one")).measure(group, plan)
                : saying("java", java("one"), java("two")).measure(group, plan);
        Rounds rounds = new Rounds(sometimes, null);
        rounds.measure(GROUP, THREE);
        assertThat(rounds.failed()).containsOnlyKeys("Some.two (clients 4)")
                .containsValue("failed in round 2");
        Figure two = rounds.figures().get(1);
        assertThat(two.forks()).extracting(fork -> fork.length).containsExactly(2, 0, 2);
        assertThat(two.bests()).hasSize(2);
    }

    @Test
    void failureOfCIsNotedAndJavaGoesOn() throws Exception {
        Rounds rounds = new Rounds(saying("java", java("one"), java("two")), (group, plan) -> {
            throw new IOException("no descriptors");
        });
        rounds.measure(GROUP, THREE);
        assertThat(rounds.failed())
                .containsExactly(Map.entry("C beside Some (clients 4)", "no descriptors"));
        assertThat(rounds.figures()).hasSize(2);
    }

    private interface Maker {
        Sample make(double score);
    }

    private static Maker java(String name) {
        return score -> new Sample(Side.JAVA, name, Figure.NANOS, new double[] {score, score + 10}, 0);
    }

    private static Maker c(String name) {
        return score -> new Sample(Side.C_CALL, name, Figure.NANOS, new double[] {score, score + 10},
                Double.NaN);
    }

    /** Scores rise with each call: 1, 2, 3. */
    private Measurer saying(String who, Maker... samples) {
        return (group, plan) -> {
            order.add(who);
            int score = (int) order.stream().filter(who::equals).count();
            return Arrays.stream(samples).map(sample -> sample.make(score)).toList();
        };
    }
}
