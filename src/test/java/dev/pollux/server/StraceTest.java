package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.poller.Backend;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The promise that a reader can check by hand: what the loop says to the kernel. */
@Timeout(60)
class StraceTest {
    private static final int ECHOES = 1000;

    @TempDir Path folder;

    @Test
    void aThousandEchoesAreAThousandPollsReadsAndSendsAndNothingElse() throws Exception {
        Path trace = folder.resolve("trace");
        try (OwnJvm jvm = OwnJvm.start("serve", Backend.POLL.name());
                TestClient client = new TestClient(Integer.parseInt(jvm.line()))) {
            for (int i = 0; i < 2 * ECHOES; i++) { // Until all classes are loaded: that reads jars.
                client.echo(new byte[] {1});
            }
            Process strace = attach(loopThread(jvm.pid()), trace);
            try {
                for (int i = 0; i < ECHOES; i++) {
                    client.echo(new byte[] {(byte) i});
                }
            } finally {
                strace.destroy(); // SIGTERM: it detaches.
                assertThat(strace.waitFor(10, TimeUnit.SECONDS)).isTrue();
            }
        }
        Map<String, Long> calls = Files.readAllLines(trace).stream()
                .filter(line -> line.matches("(?!mmap|restart_syscall)[a-z0-9_]+\\(.*"))
                .map(line -> line.substring(0, line.indexOf('(')))
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(calls.keySet()).containsOnly("poll", "read", "sendto");
        // The first poll was under way when strace came.
        assertThat(calls.get("poll")).isBetween(ECHOES - 1L, ECHOES + 5L);
        assertThat(calls.get("read")).isBetween((long) ECHOES, ECHOES + 5L);
        assertThat(calls.get("sendto")).isEqualTo(ECHOES);
    }

    /** Returns when strace has attached; without it, or where it may not, the test says so and is skipped. */
    private static Process attach(String thread, Path trace) throws IOException {
        Process strace;
        try {
            strace = new ProcessBuilder("strace", "-p", thread, "-e", "trace=%desc,%network",
                    "-o", trace.toString())
                    .redirectErrorStream(true).start();
        } catch (IOException e) {
            return skipped(e.getMessage());
        }
        BufferedReader said = strace.inputReader();
        String line = said.readLine();
        return line != null && line.contains("attached") ? strace : skipped(line);
    }

    private static Process skipped(String why) {
        System.out.println("StraceTest is skipped: " + why);
        assumeTrue(false, why);
        return null;
    }

    private static String loopThread(long process) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process + "/task"))) {
            List<String> found = threads.filter(thread -> name(thread).equals("pollux-loop"))
                    .map(thread -> thread.getFileName().toString()).toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // It has ended since.
        }
    }
}
