package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.cli.PolluxProcess.Server;
import dev.pollux.poller.Backend;
import dev.pollux.posix.TracingPosix;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole of {@code serve --trace} beside what strace(1) saw of the same run, call for call. */
@Timeout(60)
class TraceStraceTest {
    /** What glibc makes of a function, where the system call has another name. */
    private static final Map<String, String> CALLED = Map.of("send", "sendto", "select", "pselect6",
            "eventfd", "eventfd2", "eventfd_write", "write",
            "getrlimit", "prlimit64", "setrlimit", "prlimit64");
    private static final Pattern OURS =
            Pattern.compile("(\\w+)\\(.*\\) = (-?\\d+)( E\\w+)?.* <\\d+\\.\\d{6}>");
    // With -y: a descriptor is followed by what it is. The JVM's own are files.
    private static final Pattern THEIRS = Pattern.compile(
            "(\\w+)\\((\\d+<[^/].*|[^0-9].*|\\d+, .*)\\) += (-?\\d+)(?:<[^>]*>)?( E\\w+)?.*");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theLoopsCallsAreThoseThatStraceSees(Backend backend) throws Exception {
        Strace.assumeItWorks(TraceStraceTest.class);
        String names = TracingPosix.NAMES.stream().map(TraceStraceTest::called).distinct()
                .collect(Collectors.joining(","));
        try (Server server = PolluxProcess.setup().through("strace", "-ff", "--seccomp-bpf", "-y", "-e",
                "trace=" + names, "-e", "signal=none", "-o", folder.resolve("strace").toString())
                .serve("--trace", "--quiet", "--poller", backend.toString())) {
            for (int i = 0; i < 3; i++) {
                try (Socket socket = server.connect()) {
                    assertThat(Frames.echo(socket, "hello")).isEqualTo("hello");
                    Frames.echo(socket, "x".repeat(4000));
                }
            }
            server.process().process().children().forEach(ProcessHandle::destroy); // Not strace, but java.
            assertThat(server.process().exitCode()).isZero();
            List<String> ours = ours(server.process().stderr());
            // The loop begins with its eventfd; others wake it by writing into that.
            List<String> loop = ours.subList(indexOf(ours, "eventfd2 "), ours.size()).stream()
                    .filter(call -> !call.startsWith("write ")).toList();
            assertThat(loop).hasSizeGreaterThan(20).contains("sendto 9", "read 9", "sendto 4004", "close 0");
            assertThat(loop).isEqualTo(theirsOnTheLoop());
        }
    }

    private static String called(String name) {
        return CALLED.getOrDefault(name, name);
    }

    private static List<String> ours(String stderr) {
        List<String> calls = new ArrayList<>();
        for (String line : stderr.lines().toList()) {
            Matcher call = OURS.matcher(line);
            assertThat(call.matches()).as(line).isTrue();
            calls.add(text(called(call.group(1)), call.group(2), call.group(3)));
        }
        return calls;
    }

    /** One of the files, a thread each, has an accept4. */
    private List<String> theirsOnTheLoop() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                List<String> calls = Files.readAllLines(file).stream().map(THEIRS::matcher)
                        .filter(Matcher::matches).map(call ->
                                text(call.group(1), call.group(3), call.group(4)))
                        .filter(call -> !call.startsWith("write ")).toList();
                if (calls.stream().anyMatch(call -> call.startsWith("accept4 "))) {
                    return calls.subList(indexOf(calls, "eventfd2 "), calls.size());
                }
            }
        }
        throw new AssertionError("no thread of the traced process accepts");
    }

    private static String text(String name, String result, String errno) {
        return name + " " + result + (errno == null ? "" : errno);
    }

    private static int indexOf(List<String> calls, String start) {
        for (int i = 0; i < calls.size(); i++) {
            if (calls.get(i).startsWith(start)) {
                return i;
            }
        }
        throw new AssertionError("no " + start + "in " + calls);
    }
}
