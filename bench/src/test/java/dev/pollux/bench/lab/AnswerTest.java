package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pollux.bench.harness.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswerTest {
    private static final Map<String, String> BACK = Runs.at(1024, "BACK");
    private static final Figure TUTORIAL = c("tutorialToTheEnd", 610, 600, 620);

    @Test
    void bestIterationsAreCompared() {
        Run run = Runs.run(server(300, 297, 306), TUTORIAL);
        Answer answer = answer("tutorial's loop in C", run);
        assertThat(answer.value().middle()).isCloseTo(297.0 / 600, within(1e-12));
        assertThat(answer.verdict()).isEqualTo(Verdict.MET);
        assertThat(answer.a().name()).isEqualTo("serverUntilFound");
    }

    @Test
    void fastestFormIsTheOneComparedWith() {
        Run run = Runs.run(server(300, 297, 306), TUTORIAL, c("or8UntilFound", 130, 131, 130),
                Runs.figure(Side.C_VECTORISED, Runs.SCAN, "or32ToTheEnd", BACK, 60, 60, 60));
        Answer answer = answer("best scalar form in C", run);
        assertThat(answer.b().name()).isEqualTo("or8UntilFound");
        assertThat(answer.verdict()).isEqualTo(Verdict.MISSED);
        assertThat(answer.moonshot()).isEqualTo(Verdict.MISSED);
    }

    @Test
    void roundsThatDisagreeDecideNothing() {
        assertThat(answer("tutorial's loop in C", Runs.run(server(300, 600, 420), TUTORIAL)).verdict())
                .isEqualTo(Verdict.UNDECIDED);
        assertThat(answer("tutorial's loop in C", Runs.run(server(300, 300), c("tutorialToTheEnd", 600, 600)))
                .verdict()).isEqualTo(Verdict.UNDECIDED); // Two are too few.
    }

    @Test
    void whatWasNotMeasuredIsSaidNotToBe() {
        Answer answer = answer("tutorial's loop in C", Runs.run(server(300, 300, 300)));
        assertThat(answer.verdict()).isEqualTo(Verdict.NOT_MEASURED);
        assertThat(answer.note()).contains("tutorial");
    }

    @Test
    void differencesAreInNanoseconds() {
        Run run = Runs.run(Runs.java("DowncallBenchmark", "errnoReusedSegment", Map.of(), 1010, 1011, 1012),
                Runs.figure(Side.C_CALL, "DowncallBenchmark", "getppid", Map.of(), 1000, 1001, 1002));
        Answer answer = answer("getppid", run);
        assertThat(answer.value().middle()).isCloseTo(10, within(1e-9));
        assertThat(answer.verdict()).isEqualTo(Verdict.MET);
    }

    @Test
    void allocationIsTheWorstForkOfTheWorstFigure() {
        Answer answer = downcalls(allocating("posixRead", 0.001, 0.001, 0.001),
                allocating("posixPoll", 0.001, 40, 0.001));
        assertThat(answer.a().name()).isEqualTo("posixPoll");
        assertThat(answer.value().middle()).isCloseTo(40, within(0.1));
        assertThat(answer.verdict()).isEqualTo(Verdict.UNDECIDED); // One JVM in three.
        assertThat(downcalls(allocating("posixRead", 40, 40, 40)).verdict()).isEqualTo(Verdict.MISSED);
    }

    @Test
    void whatJmhAllocatesItselfIsNobodysFault() {
        // 100 ms of 1,000 ns are 100,000 operations, and 4,096 bytes of JMH's are 0.04 of each.
        Answer jmh = downcalls(allocating("posixRead", 0.03, 0.04, 0.05));
        assertThat(jmh.value().middle()).isZero();
        assertThat(jmh.verdict()).isEqualTo(Verdict.MET);
        assertThat(downcalls(allocating("posixRead", 0.5, 0.5, 0.5)).verdict()).isEqualTo(Verdict.MISSED);
    }

    private static Answer downcalls(Figure... figures) {
        return answer("allocation of a downcall", Runs.run(figures));
    }

    @Test
    void eachRowOfTheTableIsThere() {
        assertThat(Targets.ROWS).hasSize(13).extracting(Target::limit)
                .containsExactly(0.75, 0.75, 0.75, 1.7, 1.25, 1.2, 25.0, 1.0, 0.0, 0.0, 0.0, 1.15, 0.5);
    }

    private static Answer answer(String title, Run run) {
        List<Target> rows = Targets.ROWS.stream().filter(target -> target.title().contains(title)).toList();
        return Answer.of(rows.getFirst(), run);
    }

    private static Figure server(double... forks) {
        return Runs.java(Runs.SCAN, "serverUntilFound", BACK, forks);
    }

    private static Figure c(String name, double... forks) {
        return Runs.figure(Side.C_SCALAR, Runs.SCAN, name, BACK, forks);
    }

    private static Figure allocating(String name, double... bytes) {
        Figure figure = Runs.java("ReadEagainBenchmark", name, Map.of(), 1000, 1000, 1000);
        return new Figure(figure.benchmark(), figure.params(), figure.side(), name, figure.unit(),
                figure.forks(), bytes);
    }
}
