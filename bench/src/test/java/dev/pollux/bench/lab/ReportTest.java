package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    private Path directory;

    @Test
    void resultIsReadAsItWasWritten() throws Exception {
        Run run = Runs.run(figures());
        Run read = Run.read(written(run));
        assertThat(read.environment()).isEqualTo(run.environment());
        assertThat(read.machine()).isEqualTo("a machine, 2 cores, kernel 6.1 amd64");
        assertThat(read.figures()).usingRecursiveComparison().isEqualTo(run.figures());
        assertThat(Page.of(read, Map.of())).isEqualTo(Page.of(run, Map.of()));
    }

    @Test
    void failedForkStaysEmpty() throws Exception {
        Figure some = Runs.java("SomeBenchmark", "some", Map.of(), 1, 2);
        Figure holed = new Figure("SomeBenchmark", Map.of(), Side.JAVA, "holed", Figure.PER_SECOND,
                List.of(new double[] {5, 6}, new double[0]), new double[] {1, Double.NaN});
        Figure read = Run.read(written(Runs.run(some, holed))).figures().get(1);
        assertThat(read.forks()).extracting(fork -> fork.length).containsExactly(2, 0);
        assertThat(read.best()).isEqualTo(6); // More is better.
        assertThat(read.mostBytes()).isEqualTo(1);
    }

    @Test
    void pageHasTargetsWarningsTablesAndPlots() throws Exception {
        written(Runs.run(figures()));
        assertThat(new Report(directory).each()).isEqualTo(1);
        assertThat(Files.readString(directory.resolve("lab-test.md"))).contains("- cpu: a machine",
                "its forks lie 50 % apart", "early exit, one ready at FRONT: N = 65,536 ÷ N = 16 | ≤ 1.20",
                "| serverToTheEnd | 10.0 / 10.0 (1.43) | 40,960 / 40,960 (1.43) | 0 |",
                "| *C or8ToTheEnd* | 7.00 / 7.00 | 28,672 / 28,672 |  |", "![", "](lab-test-scan.svg)",
                "](lab-test-exit.svg)", "](lab-test-calls.svg)").contains("\\* / ");
        for (String plot : List.of("scan", "exit", "calls")) {
            Path file = directory.resolve("lab-test-" + plot + ".svg");
            assertThat(Files.readString(file)).contains("<path", "</svg");
        }
        assertThat(directory.resolve("lab-test-await.svg")).doesNotExist(); // Nothing to draw.
    }

    @Test
    void differentMachinesAreNotPutIntoOneTable() throws Exception {
        written(Runs.run("lab-a", "a machine", figures()));
        written(Runs.run("lab-b", "another machine", figures()));
        written(Runs.run("lab-c", "a machine", figures()));
        Report report = new Report(directory);
        assertThatThrownBy(() -> report.beside(List.of("lab-a", "lab-c", "lab-b")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("another machine");
        try (var files = Files.list(directory)) {
            assertThat(files).allMatch(file -> file.toString().endsWith(".json"));
        }
        report.beside(List.of("lab-a", "lab-c"));
        assertThat(Files.readString(directory.resolve("lab-a-beside-lab-c.md")))
                .contains("| PollSetScanBenchmark.serverToTheEnd (", " | 40,960 | 40,960 | 1.00 |");
    }

    @Test
    void kernelsAndCoresMakeMachinesDifferentToo() {
        for (String what : List.of("kernel", "cores")) {
            Run other = Runs.run("lab-b", "a machine", figures());
            other.environment().put(what, "8");
            assertThatThrownBy(() -> Beside.page(List.of(Runs.run(figures()), other)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("lab-b from");
        }
    }

    @Test
    void fileThatIsNoResultIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("lab-bad.json"), "{\"environment\": {}}");
        assertThatThrownBy(() -> Run.read(file)).isInstanceOf(IOException.class)
                .hasMessageContaining("lab-bad.json is no result");
    }

    private Path written(Run run) throws IOException {
        return Files.writeString(directory.resolve(run.name() + ".json"), run.json());
    }

    /** Scans of 16 and 65,536 entries, and some calls of which one is spread. */
    private static Figure[] figures() {
        List<Figure> figures = new ArrayList<>();
        for (int clients : new int[] {16, 65536}) {
            for (String placement : List.of("FRONT", "SPREAD", "BACK")) {
                Map<String, String> params = Runs.at(clients, placement);
                double found = placement.equals("FRONT") ? 3 : 11;
                figures.add(Runs.java(Runs.SCAN, "serverUntilFound", params, found));
                double nanos = clients * 0.625;
                figures.add(Runs.java(Runs.SCAN, "serverToTheEnd", params, nanos, nanos, nanos));
                figures.add(Runs.figure(Side.C_SCALAR, Runs.SCAN, "or8ToTheEnd", params, clients * 0.4375));
            }
        }
        figures.add(Runs.java("DowncallBenchmark", "plain", Map.of(), 100, 150, 120));
        figures.add(Runs.figure(Side.C_CALL, "DowncallBenchmark", "getppid", Map.of(), 90, 90, 90));
        return figures.toArray(Figure[]::new);
    }
}
