package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.cli.PolluxProcess.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Writer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The program as a user starts it: real processes, signals, pipes. */
@Timeout(60)
class ProgramTest {
    @Test
    void clientsCanConnectOnceListeningIsPrinted() throws IOException {
        try (Server server = PolluxProcess.serve(); Socket socket = server.connect()) {
            assertThat(Frames.echo(socket, "hello")).isEqualTo("hello");
        }
    }

    @Test
    void sigtermDeliversWhatIsOwedAndExitsWithZero() throws Exception {
        try (Server server = PolluxProcess.serve(); Socket socket = server.connect()) {
            assertThat(Frames.echo(socket, "first")).isEqualTo("first");
            byte[] frames = new byte[50 * 4096];
            for (int i = 0; i < 50; i++) {
                byte[] payload = new byte[4092];
                payload[0] = (byte) i;
                System.arraycopy(Frames.of(payload), 0, frames, i * 4096, 4096);
            }
            socket.getOutputStream().write(frames);
            server.process().terminate();
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(frames);
            socket.shutdownOutput();
            assertThat(server.process().exitCode()).isZero();
            List<String> lines = server.process().stderr().lines().toList();
            assertThat(lines).hasSize(2);
            assertThat(lines.get(0)).endsWith(" INFO serve: draining, 1 client");
            assertThat(lines.get(1))
                    .contains(" INFO serve: clients_accepted=1 frames_received=51 frames_sent=51 ");
        }
    }

    @Test
    void sigintExitsWith130() throws Exception {
        // In the background a shell may have made these tests ignore SIGINT, and children inherit that.
        try (Server server = PolluxProcess.setup().through("env", "--default-signal=INT").serve()) {
            server.process().signal("INT");
            assertThat(server.process().exitCode()).isEqualTo(130);
            assertThat(server.process().stderr()).contains(" INFO serve: draining, 0 clients\n")
                    .contains(" polls_made=");
        }
    }

    @Test
    void clientThatStaysIsGivenUp() throws Exception {
        try (Server server = PolluxProcess.serve("--drain-timeout", "200ms");
                Socket socket = server.connect()) {
            assertThat(Frames.echo(socket, "here")).isEqualTo("here");
            server.process().terminate();
            assertThat(server.process().exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"TERM,TERM,1", "INT,TERM,1", "TERM,INT,130", "INT,INT,130"})
    void secondSignalEndsAtOnce(String first, String second, int code) throws Exception {
        try (Server server = PolluxProcess.setup().through("env", "--default-signal=INT").stderrToPipe()
                .serve("--drain-timeout", "1h");
                Socket socket = server.connect();
                BufferedReader stderr =
                        new BufferedReader(new InputStreamReader(server.process().stderrPipe()))) {
            assertThat(Frames.echo(socket, "here")).isEqualTo("here");
            server.process().signal(first);
            assertThat(stderr.readLine()).endsWith(" INFO serve: draining, 1 client");
            server.process().signal(second);
            assertThat(server.process().exitCode()).isEqualTo(code);
        }
    }

    @Test
    void sighupAndSigusr1AreIgnored() throws Exception {
        try (Server server = PolluxProcess.serve(); Socket socket = server.connect()) {
            server.process().signal("HUP");
            server.process().signal("USR1");
            assertThat(Frames.echo(socket, "still there?")).isEqualTo("still there?");
            server.process().terminate();
            socket.shutdownOutput();
            assertThat(server.process().exitCode()).isZero();
        }
    }

    @Test
    void whereJavaKeepsNoSignalsAHookDrains() throws Exception {
        try (Server server = PolluxProcess.setup().jvmOptions("--enable-native-access=ALL-UNNAMED",
                "--limit-modules", "java.base").serve(); Socket socket = server.connect()) {
            assertThat(Frames.echo(socket, "here")).isEqualTo("here");
            server.process().terminate();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            socket.shutdownOutput();
            assertThat(server.process().exitCode()).isEqualTo(143);
            assertThat(server.process().stderr()).contains(" INFO serve: draining, 1 client")
                    .contains(" INFO serve: clients_accepted=1 ");
        }
    }

    @Test
    void withXrsTheServerStartsAndSigtermEndsIt() throws Exception {
        try (Server server = PolluxProcess.setup()
                .jvmOptions("--enable-native-access=ALL-UNNAMED", "-Xrs").serve()) {
            server.process().terminate();
            assertThat(server.process().exitCode()).isEqualTo(143);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cli.Program", "cli.ServeCommand", "cli.ServerRun", "server.Listener",
        "server.EventLoop"})
    void sigtermDuringStartExitsWithZero(String loaded) throws Exception {
        try (PolluxProcess process = PolluxProcess.setup()
                .jvmOptions("--enable-native-access=ALL-UNNAMED", "-Xlog:class+load:stderr")
                .stderrToPipe()
                .start("serve", "--port", "0");
                BufferedReader stderr = new BufferedReader(new InputStreamReader(process.stderrPipe()))) {
            String line = stderr.readLine();
            while (!line.contains(" dev.pollux." + loaded + " ")) {
                line = stderr.readLine();
            }
            process.terminate();
            stderr.transferTo(Writer.nullWriter());
            assertThat(process.exitCode()).isZero();
        }
    }

    @Test
    void busyPortIsOneLineAndExitsWithOne() throws Exception {
        try (Server server = PolluxProcess.serve();
                PolluxProcess second = PolluxProcess.setup()
                        .start("serve", "--port", Integer.toString(server.address().port()))) {
            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.stderr()).isEqualTo("pollux: bind " + server.address() + ": EADDRINUSE"
                    + " (Address already in use); is another server running? --port 0 takes a free one\n");
        }
    }

    @Test
    void killedServerIsStartedAgainOnTheSamePort() throws Exception {
        try (Server server = PolluxProcess.serve(); Socket socket = server.connect()) {
            assertThat(Frames.echo(socket, "a")).isEqualTo("a");
            server.process().signal("KILL");
            assertThat(server.process().exitCode()).isEqualTo(137);
            try (Server again = PolluxProcess.setup().serveOn(server.address().port());
                    Socket other = again.connect()) {
                assertThat(again.address()).isEqualTo(server.address());
                assertThat(Frames.echo(other, "b")).isEqualTo("b");
            }
        }
    }

    @Test
    void stderrThatNobodyReadsStopsNeitherServingNorEnding() throws Exception {
        try (Server server = PolluxProcess.setup().stderrToPipe().serve("--log-level", "debug",
                "--drain-timeout", "500ms")) {
            for (int i = 0; i < 1000; i++) { // Two lines each, of which the pipe holds some 600.
                try (Socket socket = server.connect()) {
                    assertThat(Frames.echo(socket, "still there?")).isEqualTo("still there?");
                }
            }
            try (Socket _ = server.connect()) { // The drain takes all of its time.
                server.process().terminate();
                assertThat(server.process().exitCode()).isZero();
            }
        }
    }

    @Test
    void stderrWhoseReaderHasGoneStopsNothing() throws Exception {
        try (Server server = PolluxProcess.setup().stderrToPipe().serve("--log-level", "debug")) {
            server.process().stderrPipe().close();
            serveAndEnd(server);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2>&-", "<&- 2>&-", "2>/dev/full"})
    void stderrThatCannotBeWrittenStopsNothing(String redirection) throws Exception {
        try (Server server = PolluxProcess.setup().redirected(redirection).libraryFirst()
                .serve("--log-level", "debug")) {
            serveAndEnd(server);
        }
    }

    private static void serveAndEnd(Server server) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Socket socket = server.connect()) {
                assertThat(Frames.echo(socket, "still there?")).isEqualTo("still there?");
            }
        }
        server.process().terminate();
        assertThat(server.process().exitCode()).isZero();
    }

    @Test
    void printOnStdoutThatNobodyReadsStopsNeitherServingNorEnding() throws Exception {
        try (Server server = PolluxProcess.serve("--handler", "print");
                Socket socket = server.connect()) {
            String text = "x".repeat(4000);
            for (int i = 0; i < 1000; i++) {
                Frames.write(socket, text);
            }
            socket.shutdownOutput();
            assertThat(socket.getInputStream().read()).as("read after the server has read all").isEqualTo(-1);
            server.process().terminate();
            assertThat(server.process().exitCode()).isZero();
            assertThat(server.process().stderr()).contains(" frames_received=1000 ");
        }
    }

    @Test
    void quietServerSaysWhereItListensAndNoMore() throws Exception {
        try (Server server = PolluxProcess.serve("--quiet", "--log-level", "debug")) {
            serveAndEnd(server);
            assertThat(server.process().stderr()).isEmpty();
            assertThat(server.process().stdout().readLine()).isNull();
        }
    }

    @Test
    void lastLinesOfTheDrainAreWritten() throws Exception {
        try (Server server = PolluxProcess.serve("--log-level", "debug");
                Socket socket = server.connect()) {
            assertThat(Frames.echo(socket, "a")).isEqualTo("a");
            server.process().terminate();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            socket.shutdownOutput();
            assertThat(server.process().exitCode()).isZero();
            assertThat(server.process().stderr())
                    .contains("closed: SERVER_DRAINED").contains("closed_by_drain=1\n");
        }
    }

    @Test
    void dryRunOpensNothingAndExitsWithZero() throws Exception {
        try (Server server = PolluxProcess.serve();
                PolluxProcess dry = PolluxProcess.setup().start("serve", "--dry-run", "--port",
                        Integer.toString(server.address().port()))) {
            assertThat(dry.exitCode()).isZero();
            assertThat(dry.stdout().lines()).anyMatch(line -> line.startsWith("in all "));
        }
    }

    @Test
    void deniedNativeAccessIsOneLineWithTheFlagToPass() throws Exception {
        assumeTrue(Runtime.version().feature() >= 24, "earlier versions warn, and have no flag to deny");
        for (String command : new String[] {"serve", "send"}) {
            try (PolluxProcess process = PolluxProcess.setup().jvmOptions("--illegal-native-access=deny")
                    .start(command, command.equals("serve") ? "--port=0" : "127.0.0.1:1")) {
                assertThat(process.exitCode()).isEqualTo(1);
                assertThat(process.stderr()).isEqualTo("pollux: native access is denied: start java with"
                        + " --enable-native-access=ALL-UNNAMED\n");
            }
        }
    }

    @Test
    void sendPrintsTheReplyToEachLineOfStdin() throws Exception {
        try (Server server = PolluxProcess.serve();
                PolluxProcess send = PolluxProcess.setup().start("send", server.address().toString())) {
            OutputStream stdin = send.process().getOutputStream();
            stdin.write("one\ntwo\n".getBytes(StandardCharsets.US_ASCII));
            stdin.flush();
            assertThat(send.stdout().readLine()).isEqualTo("one");
            assertThat(send.stdout().readLine()).isEqualTo("two");
            assertThat(send.process().isAlive()).isTrue();
            stdin.close();
            assertThat(send.exitCode()).isZero();
        }
    }

    @Test
    void sendFailsInOneLine() throws Exception {
        try (Server server = PolluxProcess.serve("--handler", "discard");
                PolluxProcess send = PolluxProcess.setup()
                        .start("send", server.address().toString(), "a", "b")) {
            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.stderr()).isEqualTo("pollux: " + server.address()
                    + " closed the connection; missing replies: 2 of 2\n");
        }
    }

    @Test
    void sendWhoseStdoutIsFullReportsIt() throws Exception {
        try (Server server = PolluxProcess.serve();
                PolluxProcess send = PolluxProcess.setup().redirected(">/dev/full")
                        .start("send", server.address().toString(), "a")) {
            assertThat(send.process().waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(send.exitCode()).isEqualTo(1);
            assertThat(send.stderr()).isEqualTo("pollux: cannot write to stdout: No space left on device\n");
        }
    }
}
