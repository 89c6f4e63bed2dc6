package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything together, with real forks, much too short for figures. */
class LabTest {
    @TempDir
    private Path directory;

    @Test
    void benchmarksAreRunAndWrittenWithTheirEnvironment() throws Exception {
        assertThat(Lab.run(arguments("B=TinyBenchmark"))).isTrue();
        Run run = Run.read(directory.resolve("lab-tiny.json"));
        assertThat(run.environment()).containsKeys("commit", "jdk", "jvm flags", "cpu", "cores", "kernel",
                "cc", "jmh", "warm-up", "measurement");
        assertThat(run.figures()).hasSize(2).allSatisfy(figure -> {
            assertThat(figure.benchmark()).isEqualTo("TinyBenchmark");
            assertThat(figure.unit()).isEqualTo(Figure.NANOS);
            assertThat(figure.best()).isBetween(0.1, 1e6); // JMH said microseconds.
        });
        assertThat(run.java("TinyBenchmark", "allocates", "size", "3").orElseThrow().mostBytes())
                .isBetween(3000.0, 3100.0);
        assertThat(files()).containsExactlyInAnyOrder("lab-tiny.json", "lab-tiny.md");
    }

    @Test
    void failureIsNamedAndMakesTheRunIncomplete() throws Exception {
        assertThat(Lab.run(arguments("B=TinyFailing"))).isFalse();
        Run run = Run.read(directory.resolve("lab-tiny-incomplete.json"));
        assertThat(run.failed()).containsOnlyKeys("TinyFailingBenchmark.fails");
        assertThat(run.figures()).singleElement().matches(figure -> figure.name().equals("works"))
                .matches(Figure::isRate);
        assertThat(Files.readString(directory.resolve("lab-tiny.log"))).contains("it was to fail");
        assertThat(directory.resolve("lab-tiny.json")).doesNotExist();
    }

    @Test
    void nothingToRunIsAFailure() throws Exception {
        assertThat(Lab.run(arguments("B=there is none"))).isFalse();
        assertThat(files()).isEmpty();
    }

    @Test
    void whatIsNotTheWholeIsNamedSo() {
        assertThat(Arguments.parse().name()).matches("lab-\\d{4}-\\d\\d-\\d\\d");
        assertThat(Arguments.parse("SCOPE=quick", "B=").name()).endsWith("-quick");
        assertThat(Arguments.parse("SCOPE=smoke").name()).endsWith("-smoke");
        assertThat(Arguments.parse("SCOPE=whole").name()).endsWith("-whole");
        assertThat(Arguments.parse("B=Scan|Echo.*poll").name()).endsWith("-Scan_Echo_poll");
        assertThat(Arguments.parse("NAME=lab-mine").name()).isEqualTo("lab-mine");
        assertThatThrownBy(() -> Arguments.parse("C=1")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Arguments.parse("SCOPE=some")).hasMessageContaining("some");
        assertThatThrownBy(() -> Arguments.parse("B=(")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void unitsBecomeNanosecondsOrASecond() {
        assertThat(JmhForks.converted(2, "us/op")).isEqualTo(2000);
        assertThat(JmhForks.converted(2, "ops/ms")).isEqualTo(2000);
        assertThatThrownBy(() -> JmhForks.converted(1, "furlongs")).hasMessageContaining("furlongs");
    }

    private Arguments arguments(String filter) {
        return Arguments.parse("SCOPE=smoke", filter, "RESULTS=" + directory, "NAME=lab-tiny");
    }

    private List<String> files() throws Exception {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
