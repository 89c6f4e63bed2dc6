package dev.pollux.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.posix.PosixException;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stages 1 to 3: who blocks whom, and what the spin costs. */
@Timeout(60)
class BlockingStagesTest {
    private static final Pattern REPORT =
            Pattern.compile("(\\d+) attempts in vain in (\\d+) ms, (\\d+) ms of CPU time");

    static List<Supplier<Stage>> thatBlockInRead() {
        return List.of(Stage01Blocking::new, Stage02NonBlocking::new);
    }

    @ParameterizedTest
    @MethodSource("thatBlockInRead")
    void secondClientIsServedWhenTheFirstHasGone(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage); Peer first = run.connect(); Peer second = run.connect()) {
            second.write("me, too");
            for (int i = 0; i < 20; i++) {
                first.echo("first " + i);
            }
            assertThat(second.hasAnswer()).isFalse();
            first.leave();
            second.expect("me, too");
            second.leave();
        }
    }

    @ParameterizedTest
    @MethodSource("thatBlockInRead")
    void answerIsSentWhole(Supplier<Stage> stage) throws Exception {
        byte[] bytes = "0123456789abcdef".repeat(1 << 14).getBytes();
        try (StageRun run = new StageRun(stage); Peer peer = run.connect()) {
            Thread writer = Thread.ofPlatform().start(() -> Assertions.assertThatNoException()
                    .isThrownBy(() -> peer.write(bytes)));
            assertThat(peer.in.readNBytes(bytes.length)).isEqualTo(bytes);
            writer.join();
            peer.leave();
        }
    }

    @ParameterizedTest
    @MethodSource("thatBlockInRead")
    void clientThatResetsIsSurvived(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage); Peer first = run.connect(); Peer second = run.connect()) {
            first.echo("here");
            first.reset();
            second.echo("still there");
            second.leave();
        }
    }

    @Test
    void blockingStageWaitsWithoutCpuTime() throws Exception {
        try (StageRun run = new StageRun(Stage01Blocking::new)) {
            assertThat(run.idleCpuMillis()).isLessThan(100);
        }
    }

    @Test
    void spinOnAcceptIsCounted() throws Exception {
        long start = System.nanoTime();
        StageRun run = new StageRun(Stage02NonBlocking::new, 1, false, Stage.MAX_CLIENTS, 60_000).join();
        assertThat(System.nanoTime() - start).isGreaterThan(1_000_000_000L);
        assertSpun(run.rest());
    }

    @Test
    void spinOnReadIsCountedWhileEachClientIsServed() throws Exception {
        StageRun run = new StageRun(Stage03ReadEach::new, 1, false, Stage.MAX_CLIENTS, 60_000);
        try (Peer first = run.connect(); Peer second = run.connect(); Peer third = run.connect()) {
            first.write("one");
            second.write("two");
            third.write("three");
            assertThat(List.of(run.line(), run.line(), run.line()))
                    .extracting(line -> line.replaceAll(".*: ", ""))
                    .containsExactlyInAnyOrder("one", "two", "three");
            first.leave(); // The third moves into its place.
            third.write("again");
            assertThat(run.lineWith("again")).matches("\\[\\d+] got 5 bytes: again");
            assertSpun(run.join().rest());
        }
    }

    private static void assertSpun(List<String> lines) {
        long attempts = 0;
        long cpuMillis = 0;
        for (String line : lines) {
            Matcher report = REPORT.matcher(line);
            assertThat(report.matches()).as(line).isTrue();
            attempts += Long.parseLong(report.group(1));
            cpuMillis += Long.parseLong(report.group(3));
        }
        assertThat(attempts).isGreaterThan(10_000);
        assertThat(cpuMillis).isGreaterThan(50);
    }

    @Test
    void busyPortIsNamed() throws Exception {
        try (StageRun run = new StageRun(Stage01Blocking::new)) {
            Stage second = new Stage04Poll();
            Assertions.assertThatThrownBy(() -> second.start(
                            new Stage.Options(run.port, 0, false, 1, 1), line -> { }))
                    .isInstanceOf(PosixException.class)
                    .hasMessage("bind 127.0.0.1:" + run.port + ": EADDRINUSE (Address already in use)");
        }
    }
}
