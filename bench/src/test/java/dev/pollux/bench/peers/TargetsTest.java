package dev.pollux.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.bench.harness.Interval;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TargetsTest {
    private static final Set<String> NOT_PEERS = Set.of(Targets.BEST, Targets.WITH_CACHE);

    @Test
    void everyRowHasALoad() {
        assertThat(Targets.ROWS).allSatisfy(row -> assertThat(Targets.names()).contains(row.load()));
    }

    @Test
    void everyRowNamesServersThatThereAreOrWillBe() {
        Set<String> others = Peer.all().stream().map(Peer::name).filter(n -> !n.startsWith("pollux-"))
                .collect(Collectors.toSet());
        for (Row row : Targets.ROWS) {
            for (String name : List.of(row.numerator(), row.denominator())) {
                assertThat(name.startsWith("pollux-") || NOT_PEERS.contains(name) || others.contains(name))
                        .as(name).isTrue();
            }
        }
    }

    @Test
    void quickRunIsPlannedForLessThanFiveMinutes() {
        Plan plan = Plan.quick();
        double seconds = Targets.LOADS.stream().mapToDouble(l -> plan.seconds(l, l.isTrickle() ? 4 : 7)).sum()
                + Targets.PLOTTED.stream().mapToDouble(l -> plan.seconds(l, 5)).sum()
                + plan.startSeconds(4, 10_000) + plan.startSeconds(6, 0);
        assertThat(seconds).isLessThan(280);
    }

    @Test
    void squeezedPlanStillAllowsAnInterval() {
        Plan squeezed = Plan.quick().squeezed(0.01);
        assertThat(squeezed.rounds()).isGreaterThanOrEqualTo(Interval.LEAST_SAMPLES);
        assertThat(squeezed.repeats()).isGreaterThanOrEqualTo(Interval.LEAST_SAMPLES);
        assertThat(Plan.quick().squeezed(1)).isEqualTo(Plan.quick());
    }

    @Test
    void promiseIsTheDefaultUntilTheLogSaysOtherwise() {
        assertThat(Promise.in("")).isPositive();
        String said = "INFO: 9,993 silent clients may be noticed after up to %d ms: a shorter ...\n";
        assertThat(Promise.in(said.formatted(22) + said.formatted(51))).isEqualTo(51e6);
    }

    @Test
    void argumentsAreNamed() {
        Arguments arguments = Arguments.parse("QUICK=1", "ROWS=64x1,trickle*", "FACTOR=");
        assertThat(arguments.quick()).isTrue();
        assertThat(arguments.wants("64x1")).isTrue();
        assertThat(arguments.wants("64x16")).isFalse();
        assertThat(arguments.wants("trickle4000")).isTrue();
        assertThat(arguments.name()).startsWith("peers-").endsWith("-quick-part");
        assertThatThrownBy(() -> Arguments.parse("SLOW=1")).hasMessageContaining("SLOW=1");
    }
}
