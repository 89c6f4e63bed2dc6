package dev.pollux.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@link EchoProgram} in a process of its own. */
final class OwnJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private OwnJvm(List<String> command) {
        try {
            process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        lines = process.inputReader();
    }

    static OwnJvm start(String... arguments) {
        return new OwnJvm(command(arguments));
    }

    /** With a descriptor limit, which the server cannot raise. */
    static OwnJvm startWithDescriptors(int limit, String... arguments) {
        return new OwnJvm(List.of("bash", "-c", "ulimit -n " + limit + "; exec " + String.join(" ", command(arguments))));
    }

    private static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC",
                "-cp", System.getProperty("java.class.path"), EchoProgram.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    long pid() {
        return process.pid();
    }

    String line() throws IOException {
        return lines.readLine();
    }

    /** Asks the program how it is. */
    String ask() throws IOException {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        return line();
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        } finally {
            process.destroyForcibly();
        }
    }
}
