package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.cli.PolluxProcess.Server;
import dev.pollux.cli.PolluxProcess.Setup;
import dev.pollux.posix.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Real processes whose descriptors 0, 1 and 2 are closed, in each combination. */
@Timeout(60)
class StandardStreamsTest {
    static final List<String> CLOSED = List.of("", "<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-",
            "<&- >&- 2>&-");

    private static final String SIGNS = "\u20ac\ud83d\ude00";

    /** The JVM keeps the first jar of the class path open, as it does pollux.jar. */
    private static Setup with(String redirections) {
        return PolluxProcess.setup().redirected(redirections).libraryFirst();
    }

    private static void assertSays(PolluxProcess process, String redirections, String line)
            throws IOException {
        boolean silent = redirections.contains("2>&-") || line.isEmpty();
        assertThat(process.stderr()).isEqualTo(silent ? "" : line + "\n");
    }

    @ParameterizedTest
    @FieldSource("CLOSED")
    void sendOfTextsNeedsStdoutAlone(String redirections) throws Exception {
        try (Server server = PolluxProcess.serve();
                PolluxProcess send = with(redirections).start("send", server.address().toString(), "hello")) {
            boolean closed = redirections.contains(" >") || redirections.startsWith(">");
            assertThat(send.exitCode()).isEqualTo(closed ? 1 : 0);
            assertThat(send.stdout().readLine()).isEqualTo(closed ? null : "hello");
            assertSays(send, redirections, closed ? "pollux: cannot write to stdout: it is closed" : "");
        }
    }

    @ParameterizedTest
    @FieldSource("CLOSED")
    void sendOfStdinNeedsItToo(String redirections) throws Exception {
        try (Server server = PolluxProcess.serve();
                PolluxProcess send = with(redirections).start("send", server.address().toString())) {
            send.process().getOutputStream().write("hello".getBytes());
            send.process().getOutputStream().close();
            boolean noInput = redirections.startsWith("<");
            boolean noOutput = redirections.startsWith(">");
            assertThat(send.exitCode()).isEqualTo(noInput || noOutput ? 1 : 0);
            assertSays(send, redirections, noInput ? "pollux: stdin is closed"
                    : noOutput ? "pollux: cannot write to stdout: it is closed" : "");
        } catch (IOException e) { // A process that has ended reads nothing.
            assertThat(redirections).isNotEmpty();
        }
    }

    @ParameterizedTest
    @FieldSource("CLOSED")
    void helpIsAnErrorOnlyWhereItCannotBeRead(String redirections) throws Exception {
        for (String option : List.of("--help", "--version")) {
            try (PolluxProcess help = with(redirections).start(option)) {
                boolean closed = redirections.contains(" >") || redirections.startsWith(">");
                assertThat(help.exitCode()).isEqualTo(closed ? 1 : 0);
                assertSays(help, redirections, "");
            }
        }
    }

    @Test
    void outputThatFailsIsOneLine() throws Exception {
        for (String command : List.of("--help", "serve --dry-run", "stage --list", "generate-completion")) {
            try (PolluxProcess process = with(">/dev/full").start(command.split(" "))) {
                assertThat(process.exitCode()).as(command).isEqualTo(1);
                assertThat(process.stderr())
                        .isEqualTo("pollux: cannot write to stdout: No space left on device\n");
            }
        }
    }

    @ParameterizedTest
    @FieldSource("CLOSED")
    void serversNeedNone(String redirections) throws Exception {
        for (String command : List.of("serve", "stage 4")) {
            int port = freePort();
            List<String> args = new ArrayList<>(List.of(command.split(" ")));
            args.addAll(List.of("--port", Integer.toString(port)));
            try (PolluxProcess process = with(redirections).start(args.toArray(String[]::new))) {
                try (Socket socket = connect(process, port)) {
                    socket.getOutputStream().write(Frames.of("hello".getBytes()));
                    if (command.equals("serve")) {
                        assertThat(socket.getInputStream().readNBytes(9)).endsWith("hello".getBytes());
                    }
                    assertThat(targets(process)).noneMatch(target -> target.startsWith("socket:"));
                }
                process.terminate();
                assertThat(process.exitCode()).as(command).isZero();
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static Socket connect(PolluxProcess process, int port) throws IOException {
        while (true) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), port);
            } catch (IOException e) { // It does not listen yet, and may be unable to report it.
                assertThat(process.process().isAlive()).as("process is alive").isTrue();
                Thread.onSpinWait();
            }
        }
    }

    private static Set<String> targets(PolluxProcess process) throws IOException {
        Set<String> targets = new TreeSet<>();
        for (int fd = 0; fd < 3; fd++) {
            Path link = Path.of("/proc/" + process.process().pid() + "/fd/" + fd);
            assertThat(Files.exists(link)).as("descriptor %d is in use", fd).isTrue();
            targets.add(Files.readSymbolicLink(link).toString());
        }
        return targets;
    }

    @Test
    void textWithoutUtf8LocaleIsSentAsTyped() throws Exception {
        try (Server server = PolluxProcess.serve()) {
            for (String locale : List.of("LC_ALL=C", "LC_ALL=POSIX", "LC_ALL=C.UTF-8", "LC_ALL=")) {
                try (PolluxProcess send = PolluxProcess.setup().through("env", "-u", "LANG", locale)
                        .start("send", server.address().toString(), "", "grüße", "why?", SIGNS)) {
                    assertThat(send.stdout().lines()).containsExactly("", "grüße", "why?", SIGNS);
                    assertThat(send.exitCode()).isZero();
                }
            }
        }
    }

    @Test
    void optionsOfTheJvmInTheEnvironmentChangeNoArgument() throws Exception {
        try (Server server = PolluxProcess.serve();
                PolluxProcess send = PolluxProcess.setup()
                        .through("env", "LC_ALL=C", "JDK_JAVA_OPTIONS=-Dx=y -Dz=1")
                        .start("send", server.address().toString(), "grüße", "")) {
            assertThat(send.stdout().lines()).containsExactly("grüße", "");
            assertThat(send.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @FieldSource
    void lastLineOfAFileNeedsNoLineFeed(String framing) throws Exception {
        Path file = Files.createTempFile("pollux", ".txt");
        try (Server server = PolluxProcess.serve("--framing", framing)) {
            for (String text : List.of("one\ntwo", "one\ntwo\n")) {
                Files.writeString(file, text);
                try (PolluxProcess send = PolluxProcess.setup().start("send", "--framing", framing, "--file",
                        file.toString(), SocketAddress.of("127.0.0.1", server.address().port()).toString())) {
                    assertThat(send.stdout().lines()).containsExactly("one", "two");
                    assertThat(send.exitCode()).isZero();
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    static final List<String> lastLineOfAFileNeedsNoLineFeed = List.of("u32le", "u32be", "line");
}
