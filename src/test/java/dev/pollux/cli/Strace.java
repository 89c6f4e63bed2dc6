package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** strace(1) on one thread of another process. It can also make calls fail: the kernel does not see those. */
final class Strace implements AutoCloseable {
    private final Process process;
    private final Path trace;

    private Strace(Process process, Path trace) {
        this.process = process;
        this.trace = trace;
    }

    /** Without strace, or where it may not trace, says so, and the test is skipped. */
    static void assumeItWorks(Class<?> test) throws InterruptedException {
        String why;
        try {
            Process strace = new ProcessBuilder("strace", "-f", "--seccomp-bpf", "-o", "/dev/null", "true")
                    .redirectErrorStream(true).start();
            String said = strace.inputReader().lines().collect(Collectors.joining(" "));
            why = strace.waitFor() == 0 ? "" : said;
        } catch (IOException e) {
            why = e.getMessage();
        }
        if (!why.isEmpty()) {
            skip(test, why);
        }
    }

    private static void skip(Class<?> test, String why) {
        System.out.println(test.getSimpleName() + " is skipped: " + why);
        assumeTrue(false, why);
    }

    /** Returns when it has attached; where it may not, the test says so and is skipped. */
    static Strace attach(Class<?> test, String thread, Path folder, List<String> options) throws IOException {
        Path trace = Files.createTempFile(folder, "strace", "");
        List<String> command = new ArrayList<>(List.of("strace", "-p", thread, "-o", trace.toString()));
        command.addAll(options);
        Process strace = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader said = strace.inputReader();
        String line = said.readLine();
        if (line == null || !line.contains("attached")) {
            strace.destroy();
            skip(test, line);
        }
        return new Strace(strace, trace);
    }

    /** Lets go of the thread. Returns the calls that it saw, a line each. */
    List<String> detach() throws IOException, InterruptedException {
        process.toHandle().destroy(); // SIGTERM; not if it ended with the thread.
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        return Files.readAllLines(trace).stream().filter(line -> line.matches("[a-z0-9_]+\\(.*")).toList();
    }

    @Override
    public void close() {
        process.destroyForcibly(); // The kernel detaches for it.
    }
}
