package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int execute(String args) {
        String[] words = args.isEmpty() ? new String[0] : args.split(" ");
        return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), words);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "serve --prot 1                | Unknown options: '--prot', '1'; did you mean --port?",
        "serve --prot=1                | Unknown option: '--prot=1'; did you mean --port?",
        "serve --por                   | '--por'; did you mean --port?",
        "serve --port 1 --hsot ::1     | Unknown options: '--hsot', '::1'; did you mean --host?",
        "serve --clients 5             | '--clients', '5'; did you mean --max-clients?",
        "send 127.0.0.1:5 --cuont 3    | '--cuont'; did you mean --count?",
        "--port 1                      | Unknown options: '--port', '1'; did you mean serve --port?",
        "--verson                      | Unknown option: '--verson'; did you mean --version?",
        "sevre --port 1                | 'sevre'",
        "sned localhost:5 hi           | did you mean send?",
        "help sevre                    | Unknown subcommand 'sevre'; did you mean serve?",
        "serve --handler ehco          | 'ehco' is none of: echo, print, discard, broadcast, tcp-info;"
                + " did you mean echo?",
        "serve --poller epol           | select, epoll, auto; did you mean epoll?",
        "serve --framing u32           | 'u32' is none of: u32le, u32be, line; did you mean u32le?",
        "serve --log-level wran        | did you mean warn?",
        "serve --accept oncee          | did you mean once?",
        "serve --trace=raed            | did you mean read?",
        "serve extra                   | Unmatched argument at index 1: 'extra'",
        "serve --port                  | Missing required parameter for option '--port' (PORT)",
        "serve --port 65536            | '--port': '65536' is not a port, 0 to 65535",
        "serve --port -1               | Invalid value for option '--port': '-1' is not a port, 0 to 65535",
        "serve --port x                | Invalid value for option '--port': 'x' is not a port, 0 to 65535",
        "serve --host nowhere          | Invalid value for option '--host': 'nowhere' is not an IPv4 or IPv6",
        "serve --handler x             | 'x' is none of: echo, print, discard, broadcast, tcp-info",
        "serve --framing x             | '--framing': 'x' is none of: u32le, u32be, line",
        "serve --poller x              | '--poller': 'x' is none of: poll, poll-generations, select, epoll",
        "serve --sweep-share 0         | '--sweep-share': '0' is not above 0 and at most 1",
        "serve --sweep-share x         | '--sweep-share': 'x' is not above 0 and at most 1",
        "serve --old-client-delay 0    | --old-client-delay",
        "serve --log-level x           | 'x' is none of: off, error, warning, info, debug, trace",
        "serve --trace=raed           | '--trace': 'raed' is none of: all, jfr, socket, socketpair, bind,",
        "serve --trace=read,           | '--trace': '' is none of: all, jfr, socket,",
        "serve --accept 0              | '--accept': '0' is not until-eagain, once, or 1 or more",
        "serve --max-clients 0         | '--max-clients': '0' is not a number from 1 to 2147483647",
        "serve --max-clients 2147483648 | '--max-clients': '2147483648' is not a number from 1 to 2147483647",
        "serve --backlog many          | '--backlog': 'many' is not a number from 1 to 2147483647",
        "serve --buffer-size 4         | buffer size 4 is not within 5..16777216 (--buffer-size)",
        "serve --buffer-size 17m       | buffer size 17825792 is not within 5..16777216 (--buffer-size)",
        "serve --low-watermark 65k     | is not within 0 and the high watermark, 65536 (--low-watermark)",
        "serve --unsent-limit 64k      | less than high watermark + receive buffer, 135168 (--unsent-limit)",
        "serve --memory-limit 0        | memory limit 0 is less than 1 (--memory-limit)",
        "serve --memory-limit 8x       | '--memory-limit': '8x' is not a size such as 4096, 64k, 1m or 1g",
        "serve --keepalive 32768       | keepalive PT9H6M8S is not within 0 and 32767 s (--keepalive)",
        "serve --socket-buffers 1g     | socket buffers 1073741824 is not within 0..536870912",
        "serve --high-watermark x      | '--high-watermark': 'x' is not a size",
        "serve --idle-timeout 5x       | '5x' is not a time such as 500ms, 30s, 2m, 1h, 1d or plain",
        "serve --frame-timeout -1      | '--frame-timeout': '-1' is not a time",
        "serve --write-timeout 1.5     | '--write-timeout': '1.5' is not a time",
        "serve --drain-timeout 9999h   | '--drain-timeout': '9999h' is not a time",
        "send                          | Missing required parameter: 'HOST:PORT'",
        "send localhost hi             | (HOST:PORT): 'localhost' is not HOST:PORT",
        "send ::1:5 hi                 | (HOST:PORT): '::1:5': an IPv6 host needs brackets",
        "send 127.0.0.1:5 --count 0 hi | '--count': '0' is not a number from 1",
        "send 127.0.0.1:5 --timeout x  | '--timeout': 'x' is not a time",
        "send 127.0.0.1:5 --file f hi  | either --file or TEXT, not both",
        "serv                          | Unmatched argument at index 0: 'serv'; did you mean serve?",
        "''                            | Missing required subcommand",
    })
    void mistakeIsNamedInOneLineAndExitsWithTwo(String args, String message) {
        assertThat(execute(args)).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(2);
        assertThat(err.toString().lines().findFirst().orElseThrow()).startsWith("pollux: ").contains(message);
        assertThat(err.toString().lines().skip(1).findFirst().orElseThrow())
                .matches("see pollux( serve| send)? --help");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void textWithLineFeedDoesNotFitLineFraming() {
        int code = Main.execute(new PrintWriter(out), new PrintWriter(err, true),
                "send", "127.0.0.1:5", "--framing", "line", "a\nb");
        assertThat(code).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("pollux: with --framing line a TEXT cannot contain a line feed");
    }

    @ParameterizedTest
    @CsvSource({"--version", "serve --version", "send --version", "-V"})
    void versionNamesItselfAndJava(String args) {
        assertThat(execute(args)).isZero();
        assertThat(out.toString()).startsWith("pollux development (Java " + Runtime.version().feature());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void helpOfServeShowsTheServersDefaults() {
        assertThat(execute("serve --help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains("--port=PORT Port to listen on; 0 takes a free one. Default: 5882")
                .contains("--host=ADDRESS IPv4 or IPv6 address to listen on. Default: 127.0.0.1")
                .contains("or a number. Default: until-eagain")
                .contains("up to 16m. Default: 4096")
                .contains("Default: 64k")
                .contains("echo, print, discard, broadcast")
                .contains("Time from SIGTERM or Ctrl-C to the end; 0 does not wait. Default: 3s");
    }

    @ParameterizedTest
    @CsvSource({"--help", "send --help", "generate-completion --help", "generate-completion", "help",
        "help serve"})
    void helpAndCompletionGoToStdout(String args) {
        assertThat(execute(args)).isZero();
        assertThat(out.toString()).contains("pollux");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void dryRunPrintsAllLimitsAndTheirSum() {
        assertThat(execute("serve --dry-run --max-clients 10 --memory-limit 2m --idle-timeout 1m")).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " "))).contains(
                "max-clients 10",
                "accept until-eagain",
                "idle-timeout 1m",
                "frame-timeout 10s",
                "buffer-size 4096 bytes: the largest frame",
                "unsent-limit 256k = 262144 bytes: unsent bytes of one client",
                "memory-limit 2m = 2097152 bytes: off-heap, all clients together",
                "receive buffer 68k = 69632 bytes: off-heap, a frame and one read behind it",
                "in all 2184k = 2236416 bytes: off-heap at most");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void dryRunPrintsEachTermOfTheMemoryPlan() {
        assertThat(execute("serve --dry-run --max-clients 10 --socket-buffers 64k --keepalive 5s")).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " "))).contains(
                "keepalive 5s",
                "JVM 96m = 100663296 bytes: beside its heap",
                "socket-buffers 64k = 65536 bytes: SO_SNDBUF and SO_RCVBUF of each client",
                "all sockets 2560k = 2621440 bytes: 4 x socket-buffers x max-clients")
                .anyMatch(line -> line.matches("memory \\w+( = \\d+)? bytes: /\\S+"))
                .anyMatch(line -> line.matches("maximum heap \\w+( = \\d+)? bytes: -Xmx"))
                .anyMatch(line -> line.matches("half of the rest .* bytes: the most for memory-limit; .*"))
                .anyMatch(line -> line.matches("sum .* bytes: heap, JVM, off-heap and sockets"));
        out.getBuffer().setLength(0);
        assertThat(execute("serve --dry-run --max-clients 10 --socket-buffers 0 --keepalive 0")).isZero();
        assertThat(out.toString().lines().map(line -> line.replaceAll(" +", " "))).contains(
                "keepalive 0, which is never", "socket-buffers 0: the kernel's own choice, not in the sum");
    }

    @Test
    void dryRunNamesWhatLowersTheClients() {
        assertThat(execute("serve --dry-run --poller select --max-clients 2000")).isZero();
        assertThat(out.toString()).containsPattern(
                "max-clients +\\d+ of 2000: select\\(2\\) watches descriptors below 1024\n");
    }

    @Test
    void clientsBeyondTheDescriptorLimitAreRefusedWhereLimitsAreStrict() {
        assertThat(execute("serve --dry-run --strict-limits --max-clients 2147483647")).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString()
                .startsWith("pollux: max clients 2147483647: EMFILE").contains("lower --max-clients");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "serve --host 192.0.2.1 --port 0 | pollux: bind 192.0.2.1:0: EADDRNOTAVAIL (Cannot assign",
        "send 127.0.0.1:5 --file /none   | pollux: /none (No such file or directory)",
    })
    void failureIsOneLineAndExitsWithOne(String args, String message) {
        assertThat(execute(args)).isEqualTo(1);
        assertThat(err.toString().lines()).singleElement().asString().startsWith(message);
    }
}
