package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final Pattern REAL = Pattern.compile("^(?!Tiny)");

    @Test
    void secondsAreThoseOfAllRounds() {
        Plan plan = new Plan(3, 2, 100, 4, 50, 10);
        double fork = plan.seconds(groups(1, 1)) / 3;
        assertThat(fork).isBetween(0.4 + 0.3, 0.4 + 2); // Beside the iterations, what a JVM takes to start.
        assertThat(plan.seconds(groups(1, 5))).isCloseTo(15 * fork, within(1e-9));
        Group scan = new Group("x." + Runs.SCAN, Runs.at(16, "BACK"), List.of("or4ToTheEnd"));
        double c = 0.1 + 16 * 10 * (4 + 1.2) / 1e3;
        assertThat(plan.seconds(scan)).isCloseTo(3 * (fork + c), within(1e-9));
    }

    @Test
    void vectorsAreWarmedUpForASecond() {
        Group vector = new Group("x.PollSetVectorScanBenchmark", Map.of(), List.of("any"));
        Group other = new Group("x.Other", Map.of(), List.of("any"));
        assertThat(Plan.quick().warmUpMillis(vector) * Plan.quick().warmUps()).isEqualTo(1000);
        assertThat(Plan.quick().warmUpMillis(other)).isEqualTo(Plan.quick().warmUpMillis());
    }

    @Test
    void enginesAreWarmedUpForTwoSecondsWhereFiguresAreWanted() {
        Group echo = new Group("x.EchoBenchmark", Map.of(), List.of("any"));
        assertThat(Plan.quick().warmUpMillis(echo) * Plan.quick().warmUps()).isEqualTo(2000);
        assertThat(Plan.smoke().warmUpMillis(echo)).isEqualTo(Plan.smoke().warmUpMillis());
    }

    @Test
    void fewBenchmarksAreMeasuredLonger() {
        Plan few = Plan.full(groups(2, 5));
        Plan many = Plan.full(groups(70, 10));
        assertThat(few.rounds()).isGreaterThan(many.rounds());
        assertThat(few.iterationMillis()).isGreaterThan(many.iterationMillis());
    }

    @Test
    void nearlySixHundredFitIntoFiftyMinutesWithThreeRounds() {
        List<Group> groups = groups(58, 10);
        Plan plan = Plan.full(groups);
        assertThat(plan.seconds(groups)).isBetween(30 * 60.0, 50 * 60.0);
        assertThat(plan.rounds()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void wholeMatrixFitsIntoFiftyMinutes() {
        List<Group> groups = Suite.groups(Scope.FULL, REAL);
        assertThat(Plan.full(groups).seconds(groups)).isLessThanOrEqualTo(50 * 60);
    }

    @Test
    void firstLookFitsIntoFiveMinutesWithTheBuild() {
        List<Group> groups = Suite.groups(Scope.QUICK, REAL);
        assertThat(Plan.quick().seconds(groups)).isLessThanOrEqualTo(Plan.QUICK_SECONDS);
        assertThat(Plan.QUICK_SECONDS).isLessThanOrEqualTo(4 * 60); // A minute for building.
    }

    @Test
    void targetsFitIntoHalfAnHour() {
        List<Group> groups = Suite.groups(Scope.TARGETS, REAL);
        assertThat(Plan.targets().seconds(groups)).isBetween(10 * 60.0, 30 * 60.0);
    }

    @Test
    void smokeFitsIntoThreeMinutes() {
        List<Group> groups = Suite.groups(Scope.SMOKE, REAL);
        assertThat(Plan.smoke().seconds(groups)).isLessThanOrEqualTo(150);
    }

    @Test
    void squeezedPlanHasFewerRoundsAndAsLongWarmUps() {
        Plan plan = new Plan(3, 4, 100, 5, 60, 10);
        List<Group> groups = groups(10, 10);
        assertThat(plan.squeezed(1)).isEqualTo(plan);
        for (double factor : new double[] {0.9, 0.7, 0.5, 0.34}) {
            Plan squeezed = plan.squeezed(factor);
            assertThat(squeezed.seconds(groups)).as("factor %s", factor)
                    .isLessThanOrEqualTo(plan.seconds(groups) * factor);
            assertThat(squeezed).isEqualTo(new Plan(squeezed.rounds(), 4, 100, 5, 60, 10));
        }
        assertThat(plan.squeezed(0).rounds()).isEqualTo(1);
    }

    private static List<Group> groups(int count, int methods) {
        List<Group> groups = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            groups.add(new Group("x.Benchmark", Map.of("n", "" + i), Collections.nCopies(methods, "method")));
        }
        return groups;
    }
}
