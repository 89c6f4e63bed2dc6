package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private static final Map<String, String> BACK = Runs.at(1024, "BACK");
    private static final Map<String, String> LAST = Map.of("clients", "10", "ready", "LAST");

    @Test
    void scanIsHeldAgainstTheFastestScalarFormWithTheSameEnding() {
        Run run = Runs.run(scan(Side.C_SCALAR, "tutorialToTheEnd", BACK, 600),
                scan(Side.C_SCALAR, "or8ToTheEnd", BACK, 150),
                scan(Side.C_SCALAR, "or8UntilFound", BACK, 100),
                scan(Side.C_SCALAR, "or4ToTheEnd", Runs.at(1024, "FRONT"), 1),
                scan(Side.C_VECTORISED, "or32ToTheEnd", BACK, 60));
        assertThat(run.limit(Runs.java(Runs.SCAN, "serverToTheEnd", BACK, 200)).orElseThrow().name())
                .isEqualTo("or8ToTheEnd");
        assertThat(run.limit(Runs.java(Runs.SCAN, "serverUntilFound", BACK, 200)).orElseThrow().name())
                .isEqualTo("or8UntilFound");
        assertThat(Limits.hard(Runs.java(Runs.SCAN, "serverToTheEnd", BACK, 200), run.figures()).orElseThrow()
                .name()).isEqualTo("or32ToTheEnd");
    }

    @Test
    void vectorsAreHeldAgainstVectors() {
        String vector = "PollSetVectorScanBenchmark";
        Run run = Runs.run(Runs.figure(Side.C_SCALAR, vector, "or8ToTheEnd", BACK, 150),
                Runs.figure(Side.C_VECTORISED, vector, "or32ToTheEnd", BACK, 60));
        assertThat(run.limit(Runs.java(vector, "vectorToTheEnd", BACK, 70)).orElseThrow().name())
                .isEqualTo("or32ToTheEnd");
    }

    @Test
    void callsAreHeldAgainstTheSameCall() {
        assertThat(callFor("DowncallBenchmark", "plain", Map.of())).isEqualTo("getppid");
        assertThat(callFor("DowncallBenchmark", "refusedThroughPosix", Map.of())).isEqualTo("closeNone");
        assertThat(callFor("ReadEagainBenchmark", "nioRead", Map.of())).isEqualTo("readEagain");
        assertThat(callFor("PollOfOneBenchmark", "posixPoll", Map.of("readable", "true")))
                .isEqualTo("pollOfOneReadable");
        assertThat(callFor("PollOfOneBenchmark", "posixPoll", Map.of("readable", "false")))
                .isEqualTo("pollOfOneIdle");
        assertThat(callFor("PollAwaitBenchmark", "pollBackendBlocking", LAST)).isEqualTo("pollBlocking");
        assertThat(callFor("PollAwaitBenchmark", "epollWaitAtOnce", LAST)).isEqualTo("epollWaitAtOnce");
        assertThat(callFor("PollAwaitBenchmark", "generationsAtOnce", LAST)).isEqualTo("none");
        assertThat(callFor("PollSelectorAwaitBenchmark", "selectNow", LAST)).isEqualTo("pollAtOnce");
        assertThat(callFor("EpollSelectorAwaitBenchmark", "select", LAST)).isEqualTo("epollWaitBlocking");
        assertThat(callFor("EchoBenchmark", "rawCalls", Map.of())).isEqualTo("fiveCalls");
        assertThat(callFor("EchoBenchmark", "roundTrip", Map.of())).isEqualTo("none");
        assertThat(callFor("MemoryBenchmark", "pool", Map.of())).isEqualTo("none");
    }

    /** The names are those of limits.c: LimitsProgramTest knows how many there are. */
    private static String callFor(String benchmark, String method, Map<String, String> params) {
        List<Figure> all = Stream.of("getppid", "closeNone", "readEagain", "pollOfOneIdle",
                        "pollOfOneReadable", "pollAtOnce", "pollBlocking", "epollWaitAtOnce",
                        "epollWaitBlocking", "fiveCalls")
                .map(name -> Runs.figure(Side.C_CALL, benchmark, name, params, 1)).toList();
        return Limits.of(Runs.java(benchmark, method, params, 2), all).map(Figure::name).orElse("none");
    }

    private static Figure scan(Side side, String name, Map<String, String> params, double nanos) {
        return Runs.figure(side, Runs.SCAN, name, params, nanos);
    }
}
