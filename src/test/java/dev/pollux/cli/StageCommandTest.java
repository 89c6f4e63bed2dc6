package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.posix.SocketAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StageCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String args) {
        return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args.split(" "));
    }

    @Test
    void listNamesAllTwelve() {
        assertThat(execute("stage --list")).isZero();
        String[] words = {"blocking", "non-blocking", "read from every", "pollfd", "scan stops",
            "level-triggered", "framing", "map", "POLLOUT", "timeouts", "epoll", "generations"};
        assertThat(out.toString().lines()).hasSize(12);
        for (int i = 0; i < 12; i++) {
            assertThat(out.toString().lines().toList().get(i)).startsWith(String.format("%2d  ", i + 1))
                    .contains(words[i]);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "stage                        | stages are 1 to 12, see --list",
        "stage 13                     | stages are 1 to 12, see --list",
        "stage 0                      | '0' is not a number from 1",
        "stage four                   | 'four' is not a number from 1",
        "stage 4 5                    | Unmatched argument at index 2: '5'",
        "stage 4 --seconds 1          | stage 4 does not take --seconds",
        "stage 2 --accept once        | stage 2 does not take --accept",
        "stage 6 --accept x           | '--accept': 'x' is none of: until-eagain, once",
        "stage 9 --max-clients 1      | stage 9 does not take --max-clients",
        "stage 10 --max-clients 4096  | --max-clients is at most 4095",
        "stage 10 --idle-timeout 0    | --idle-timeout is not within 1ms and 24 days",
        "stage 10 --idle-timeout 700h | --idle-timeout is not within 1ms and 24 days",
        "stage 1 --port 65536         | '--port': '65536' is not a port, 0 to 65535",
    })
    void mistakeIsNamedInOneLineAndExitsWithTwo(String args, String message) {
        assertThat(execute(args)).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString()).startsWith("pollux: ").contains(message)
                .endsWith("see pollux stage --help\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void stageEndsAfterItsSeconds() {
        assertThat(execute("stage 2 --port 0 --seconds 1")).isZero();
        assertThat(out.toString()).startsWith("listening on 127.0.0.1:").contains(" attempts in vain in ");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void busyPortIsOneLineAndExitsWithOne() throws IOException {
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(execute("stage 4 --port " + busy.getLocalPort())).isEqualTo(1);
            assertThat(err.toString()).isEqualTo("pollux: bind 127.0.0.1:" + busy.getLocalPort()
                    + ": EADDRINUSE (Address already in use)\n");
        }
    }

    @Test
    void sigtermEndsAStageWithZero() throws Exception {
        try (PolluxProcess process = PolluxProcess.setup().start("stage", "4", "--port", "0")) {
            assertThat(process.stdout().readLine()).startsWith("listening on ");
            process.terminate();
            assertThat(process.exitCode()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 12})
    void ctrlCEndsAStageThatWaits(int number) throws Exception {
        // Who started this build may have made these tests ignore SIGINT, and children inherit that.
        try (PolluxProcess process = PolluxProcess.setup().through("env", "--default-signal=INT")
                .start("stage", Integer.toString(number), "--port", "0")) {
            BufferedReader stdout = process.stdout();
            int port = SocketAddress.parse(stdout.readLine().replace("listening on ", "")).port();
            try (Socket socket = new Socket()) {
                if (number != 1) { // For a client, stage 1 would wait in read(2), where nothing ends it.
                    socket.connect(new InetSocketAddress("127.0.0.1", port));
                }
                process.signal("INT");
                assertThat(process.exitCode()).isEqualTo(130);
            }
            String last = stdout.readLine();
            if (number == 12) {
                assertThat(last).matches("asked \\d+ entries; with one generation \\d+");
            } else {
                assertThat(last).isNull();
            }
            assertThat(process.stderr()).isEmpty();
        }
    }
}
