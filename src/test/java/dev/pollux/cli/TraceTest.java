package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.cli.PolluxProcess.Server;
import dev.pollux.posix.Recorded;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve --trace}, in a process of its own; {@link TraceStraceTest} compares it with strace(1). */
@Timeout(60)
class TraceTest {
    @TempDir
    private Path folder;

    @Test
    void chosenCallsAreLinesOnStderr() throws Exception {
        try (Server server = PolluxProcess.serve("--trace=read,send", "--quiet")) {
            try (Socket socket = server.connect()) {
                assertThat(Frames.echo(socket, "hello")).isEqualTo("hello");
            }
            server.process().terminate();
            assertThat(server.process().exitCode()).isZero();
            List<String> lines = server.process().stderr().lines().toList();
            assertThat(lines).allMatch(line -> line.matches(
                    "(read\\(\\d+, …, \\d+|send\\(\\d+, …, \\d+, MSG_NOSIGNAL)\\) = \\d+ <\\d+\\.\\d{6}>"));
            assertThat(lines.get(0)).contains(", …, 65536) = 9 <");
            assertThat(lines.get(1)).contains(", …, 9, MSG_NOSIGNAL) = 9 <");
        }
    }

    @Test
    void withoutTheFlagNothingOfItIsEvenLoaded() throws Exception {
        Path loaded = folder.resolve("loaded");
        try (Server server = PolluxProcess.setup()
                .jvmOptions("--enable-native-access=ALL-UNNAMED", "-Xlog:class+load:file=" + loaded).serve();
                Socket socket = server.connect()) {
            assertThat(Frames.echo(socket, "hello")).isEqualTo("hello");
            String classes = Files.readString(loaded);
            assertThat(classes).contains("dev.pollux.posix.NativePosix ").contains("server.RecordedEvents ");
            assertThat(classes).doesNotContain("dev.pollux.posix.Trac").doesNotContain("posix.SystemCall");
            assertThat(classes).as("no event before a recording").doesNotContain("jdk.jfr.Event ");
        }
    }

    @Test
    void aTraceThatNobodyReadsStopsNeitherServingNorEnding() throws Exception {
        try (Server server = PolluxProcess.setup().stderrToPipe().serve("--trace")) {
            try (Socket socket = server.connect()) {
                for (int i = 0; i < 10_000; i++) { // Over 130 bytes each: more than pipe and queue hold.
                    assertThat(Frames.echo(socket, "")).isEmpty();
                }
            }
            server.process().terminate();
            assertThat(server.process().exitCode()).isZero();
        }
    }

    @Test
    void callsAndEventsAreInARecordingOfTheWholeRun() throws Exception {
        Path file = folder.resolve("run.jfr");
        try (Server server = PolluxProcess.setup().jvmOptions("--enable-native-access=ALL-UNNAMED",
                "-Xlog:jfr+startup=off", "-XX:StartFlightRecording=filename=" + file)
                .serve("--trace=jfr,read,send");
                Socket another = server.connect()) {
            try (Socket socket = server.connect()) {
                assertThat(Frames.echo(socket, "hello")).isEqualTo("hello");
                socket.shutdownOutput();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
            // After this the first is closed with all that belongs to it. The signal ends the recording, too.
            assertThat(Frames.echo(another, "bye")).isEqualTo("bye");
            server.process().terminate();
            assertThat(server.process().exitCode()).isZero();
            assertThat(server.process().stderr()).doesNotContain("read(");
        }
        Stream<RecordedEvent> ours = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().startsWith("dev.pollux."));
        assertThat(ours.map(event -> Recorded.name(event) + (event.hasField("name")
                ? " " + event.getString("name") + " " + event.getLong("result") : "")))
                .contains("ClientAccepted", "SystemCall read 9", "SystemCall send 9", "SystemCall read 0",
                        "ClientClosed")
                .noneMatch(each -> each.contains(" poll ") || each.contains(" accept4 "));
    }

    @Test
    void aJavaWithoutFlightRecorderServesAndSaysThatItHasNone() throws Exception {
        try (Server server = PolluxProcess.setup().jvmOptions("--enable-native-access=ALL-UNNAMED",
                "--limit-modules", "java.base").serve("--poller", "poll-generations");
                Socket socket = server.connect()) {
            assertThat(Frames.echo(socket, "hello")).isEqualTo("hello");
        }
        try (PolluxProcess process = PolluxProcess.setup().jvmOptions("--limit-modules", "java.base")
                .start("serve", "--port", "0", "--trace=jfr")) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.stderr().lines().filter(line -> line.startsWith("pollux:"))).containsExactly(
                    "pollux: --trace=jfr: this Java has no Flight Recorder (module jdk.jfr)");
        }
    }
}
