package dev.pollux.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.bench.harness.Workshop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything together, much too short for figures. */
class WholeRunTest {
    private static final Plan SHORT = new Plan(50, 50, 4, 50, 4, 2, false);
    private static final Cores ANY = new Cores(-1, -1);

    @TempDir
    private Path directory;

    @BeforeEach
    void needsCompiler() {
        assumeTrue(Workshop.hasCompiler(), "there is no C compiler");
    }

    @Test
    void loadsAreMeasuredAnsweredAndWritten() throws Exception {
        Results results = new Results(Map.of("cpu", "a \"test\""));
        Answers answers = new Answers();
        try (Workshop workshop = new Workshop()) {
            List<Peer> peers = List.of(Peer.named(Targets.POLL), Peer.named(Targets.SELECTOR));
            for (String id : List.of("16of16", "16of100")) {
                Load load = Targets.PLOTTED.stream().filter(l -> l.id().equals(id)).findFirst().orElseThrow();
                Measured measured = new LoadRun(workshop, ANY, SHORT, load).run(peers);
                results.loads().put(id, measured);
                Row row = new Row(id, Figure.CPU, Targets.BEST, Targets.SELECTOR, 1);
                results.answers().add(answers.of(row, measured));
                assertThat(measured.leftOut()).isEmpty();
                assertThat(measured.slices().values()).allSatisfy(slices -> assertThat(slices).hasSize(4)
                        .allSatisfy(slice -> assertThat(slice.messages()).isPositive()));
            }
        }
        assertThat(results.json()).contains("\"a \\\"test\\\"\"", "\"verdict\": ").doesNotContain("NaN");
        assertThat(Tables.page(results, "test")).contains("| 16 active among 100 | CPU per message |");
        assertThat(Plot.write(results, directory.resolve("plot.svg"))).isTrue();
        assertThat(Files.readString(directory.resolve("plot.svg"))).contains("</svg");
    }

    @Test
    void processesAndFilesAreGoneAfterwards() throws Exception {
        ServerProcess server;
        Path file;
        try (Workshop workshop = new Workshop()) {
            Peer peer = Peer.named(Targets.C_EPOLL);
            server = ServerProcess.start(workshop, peer, List.of(), -1);
            file = workshop.file("epoll_shared");
            assertThat(file).exists();
            assertThat(server.residentBytes()).isPositive();
        }
        ProcessHandle.of(server.pid()).ifPresent(p -> p.onExit().join());
        assertThat(file.getParent()).doesNotExist();
    }

    @Test
    void serverEndsWithItsStandardInput() throws Exception {
        try (Workshop workshop = new Workshop()) {
            for (String name : List.of(Targets.TUTORIAL, Targets.SELECTOR)) {
                try (ServerProcess server = ServerProcess.start(workshop, Peer.named(name), List.of(), -1)) {
                    server.finish(); // Throws if it goes on.
                }
            }
        }
    }

    @Test
    void serverThatCannotStartIsLeftOut() throws Exception {
        try (Workshop workshop = new Workshop()) {
            Load load = Load.busy("test", "", 1, 1, 1, 64);
            Measured measured = new LoadRun(workshop, ANY, SHORT, load)
                    .run(List.of(new Peer("pollux-none", null), Peer.named(Targets.C_EPOLL)));
            assertThat(measured.leftOut().get("pollux-none")).contains("there is no back end none");
            assertThat(measured.has(Targets.C_EPOLL)).isTrue();
        }
    }
}
