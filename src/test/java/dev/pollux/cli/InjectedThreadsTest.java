package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.cli.PolluxProcess.Server;
import dev.pollux.cli.PolluxProcess.Setup;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real process at the limit of processes: strace(1) makes the calls fail that start a thread. */
@Timeout(60)
class InjectedThreadsTest {
    private static final String STARTS_A_THREAD = "clone,clone3";
    private static final int OF_POLLUX = 3; // stderr, stdout, loop: the last ones of the main thread.

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsStrace() throws Exception {
        Strace.assumeItWorks(InjectedThreadsTest.class);
    }

    @Test
    void loopStartsNoThreadForItsFirstLogLine() throws Exception {
        try (Server server = PolluxProcess.serve(); Socket bystander = server.connect()) {
            assertThat(Frames.echo(bystander, "before")).isEqualTo("before");
            Path loop = StraceScene.loopThread(Path.of("/proc/" + server.process().process().pid()));
            try (Strace strace = Strace.attach(InjectedThreadsTest.class, loop.getFileName().toString(),
                    folder, List.of("-e", "trace=" + STARTS_A_THREAD,
                            "-e", "inject=" + STARTS_A_THREAD + ":error=EAGAIN"));
                    Socket evil = server.connect()) {
                evil.getOutputStream().write(new byte[] {-1, -1, -1, -1});
                StraceScene.seesTheEnd(evil);
                assertThat(Frames.echo(bystander, "after")).isEqualTo("after");
                assertThat(strace.detach()).isEmpty();
            }
            bystander.shutdownOutput();
            server.process().terminate();
            assertThat(server.process().exitCode()).isZero();
            assertThat(server.process().stderr()).contains(" WARNING server: ").contains(" sent a frame of ");
        }
    }

    @Test
    void threadThatCannotBeStartedIsOneLineAndExitsWithOne() throws Exception {
        Path trace = folder.resolve("trace");
        int threads;
        try (Server server = under(trace).serve()) {
            server.process().process().children().forEach(ProcessHandle::destroyForcibly); // The JVM.
            assertThat(server.process().exitCode()).isNotZero();
            threads = startedByMain(trace);
        }
        for (int i = threads - OF_POLLUX + 1; i <= threads; i++) {
            try (PolluxProcess process = under(trace, "-e",
                    "inject=" + STARTS_A_THREAD + ":error=EAGAIN:when=" + i + "+")
                    .start("serve", "--port", "0")) {
                assertThat(process.exitCode()).isEqualTo(1);
                assertThat(process.stderr().lines()).singleElement().asString()
                        .startsWith("pollux: cannot start ").contains("is the limit of processes reached");
            }
        }
    }

    /** With as many threads in each run. */
    private static Setup under(Path trace, String... options) {
        return PolluxProcess.setup().through("strace", "-f", "--seccomp-bpf", "-o", trace.toString(), "-e",
                "signal=none", "-e", "trace=" + STARTS_A_THREAD).through(options)
                .jvmOptions("--enable-native-access=ALL-UNNAMED", "-Xint", "-XX:+UseSerialGC");
    }

    private static int startedByMain(Path trace) throws IOException {
        Map<String, Long> byThread = Files.readAllLines(trace).stream()
                .filter(line -> line.contains(" clone"))
                .map(line -> line.split(" ")[0])
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        return Collections.max(byThread.values()).intValue();
    }
}
