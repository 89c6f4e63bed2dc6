package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The limits are what they say, wherever there is a C compiler. */
class LimitsProgramTest {
    private static final Plan SHORT = new Plan(1, 1, 1, 3, 1, 1);

    private static Workshop workshop;
    private static LimitsProgram limits;

    @BeforeAll
    static void compile() throws Exception {
        assumeTrue(Workshop.hasCompiler(), "there is no C compiler");
        workshop = new Workshop();
        limits = new LimitsProgram(workshop);
    }

    @AfterAll
    static void close() {
        if (workshop != null) {
            workshop.close();
        }
    }

    @Test
    void allFormsOfTheScanAgree() throws Exception {
        assertThat(limits.output(List.of("check"))).startsWith("all forms agree: 537600 scans");
    }

    @Test
    void eachPartHasTheFormsThatThePlanCounts() throws Exception {
        Map<String, String> await = Map.of("clients", "10", "ready", "LAST");
        for (Group group : List.of(
                group(Runs.SCAN, Runs.at(64, "SPREAD")),
                group("PollSetManyReadyBenchmark",
                        Map.of("clients", "64", "ready", "10%", "placement", "FRONT")),
                group("DowncallBenchmark", Map.of()), group("PollOfOneBenchmark", Map.of("readable", "true")),
                group("PollAwaitBenchmark", await), group("EpollSelectorAwaitBenchmark", await),
                group("EchoBenchmark", Map.of("backend", "POLL")))) {
            List<Sample> samples = limits.measure(group, SHORT);
            assertThat(samples).as(group.title()).hasSize(Limits.forms(group)).allSatisfy(sample -> {
                assertThat(sample.iterations()).hasSize(3);
                assertThat(sample.iterations()[0]).isBetween(0.01, 1e8);
                assertThat(sample.unit()).isEqualTo(Figure.NANOS);
            });
            assertThat(samples).extracting(Sample::name).doesNotHaveDuplicates();
        }
    }

    @Test
    void scanTakesLongerWithMoreEntriesUnlessItStops() throws Exception {
        List<Sample> few = limits.measure(group(Runs.SCAN, Runs.at(64, "FRONT")), SHORT);
        List<Sample> many = limits.measure(group(Runs.SCAN, Runs.at(16384, "FRONT")), SHORT);
        assertThat(best(many, "tutorialToTheEnd")).isGreaterThan(30 * best(few, "tutorialToTheEnd"));
        assertThat(best(many, "tutorialUntilFound")).isLessThan(10 * best(few, "tutorialUntilFound"));
    }

    @Test
    void pollOfNothingLeavesOutWhatWouldWaitForEver() throws Exception {
        Group nothing = group("PollAwaitBenchmark", Map.of("clients", "1", "ready", "NOTHING"));
        assertThat(limits.measure(nothing, SHORT))
                .extracting(Sample::name).containsExactly("pollAtOnce", "epollWaitAtOnce");
    }

    @Test
    void whatCDoesNotDoIsNotAskedFor() throws Exception {
        assertThat(limits.measure(group("MemoryBenchmark", Map.of("bytes", "256")), SHORT)).isEmpty();
    }

    @Test
    void badArgumentsAreAnError() {
        assertThatThrownBy(() -> limits.output(List.of("scan", "16"))).isInstanceOf(IOException.class)
                .hasMessageContaining("limits scan 16: limits: see the comment");
    }

    private static Group group(String benchmark, Map<String, String> params) {
        return new Group("x." + benchmark, params, List.of("any"));
    }

    private static double best(List<Sample> samples, String name) {
        Sample found = samples.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
        return Arrays.stream(found.iterations()).min().orElseThrow();
    }
}
