package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WarningsTest {
    private static final Map<String, String> BACK = Runs.at(1024, "BACK");

    @Test
    void calmRunWarnsOfNothing() {
        Warnings warnings = Warnings.of(Runs.run(Runs.java(Runs.SCAN, "serverToTheEnd", BACK, 200, 205, 210),
                Runs.java(Runs.SCAN, "serverUntilFound", BACK, 199, 203, 205),
                Runs.figure(Side.C_SCALAR, Runs.SCAN, "or8ToTheEnd", BACK, 150, 151, 152)));
        assertThat(warnings.isEmpty()).isTrue();
        assertThat(Page.of(Runs.run(Runs.java("X", "x", Map.of(), 1, 1, 1)), Map.of()))
                .contains("Nothing gives reason for doubt");
        assertThat(Page.of(Runs.run(Runs.java("X", "x", Map.of(), 1)), Map.of()))
                .contains("All of it: there were 1 forks");
    }

    @Test
    void forksThatDisagreeAreNamedInJavaAndInC() {
        String read = "ReadEagainBenchmark";
        Warnings warnings = Warnings.of(Runs.run(Runs.java(read, "posixRead", Map.of(), 100, 112),
                Runs.java(read, "nioRead", Map.of(), 100, 109),
                Runs.figure(Side.C_CALL, read, "readEagain", Map.of(), 90, 120)));
        assertThat(warnings.spreads()).containsExactly(
                "ReadEagainBenchmark.posixRead: its forks lie 12 % apart",
                "C: readEagain: its forks lie 33 % apart");
        assertThat(warnings.isEmpty()).isFalse();
    }

    @Test
    void gainAtBackIsSuspicious() {
        Figure end = Runs.java(Runs.SCAN, "serverToTheEnd", BACK, 200, 202);
        assertThat(gains(end, 180, 182)).singleElement().asString()
                .contains("serverUntilFound", "BACK", "10 % less");
        assertThat(gains(end, 195, 196)).isEmpty();
        assertThat(gains(end, 180, 200)).isEmpty(); // Its own spread explains it.
    }

    private static List<String> gains(Figure end, double... untilFound) {
        return Warnings.of(Runs.run(end, Runs.java(Runs.SCAN, "serverUntilFound", BACK, untilFound))).gains();
    }

    @Test
    void gainAtFrontIsWhatTheExitIsFor() {
        Map<String, String> front = Runs.at(1024, "FRONT");
        assertThat(Warnings.of(Runs.run(Runs.java(Runs.SCAN, "serverToTheEnd", front, 200),
                Runs.java(Runs.SCAN, "serverUntilFound", front, 2))).gains()).isEmpty();
    }

    @Test
    void fasterThanCByMoreThanTheSpreadIsSuspicious() {
        Figure c = Runs.figure(Side.C_VECTORISED, Runs.SCAN, "or32ToTheEnd", BACK, 100, 104);
        Figure slowC = Runs.figure(Side.C_SCALAR, Runs.SCAN, "or8ToTheEnd", BACK, 150, 150);
        Figure dead = Runs.java(Runs.SCAN, "deadToTheEnd", BACK, 95, 95);
        assertThat(Warnings.of(Runs.run(dead, c, slowC)).limits()).singleElement().asString()
                .contains("deadToTheEnd", "or32ToTheEnd");
        Figure alive = Runs.java(Runs.SCAN, "aliveToTheEnd", BACK, 97, 97);
        assertThat(Warnings.of(Runs.run(alive, c, slowC)).limits()).isEmpty();
    }
}
