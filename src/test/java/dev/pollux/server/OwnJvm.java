package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

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
        return new OwnJvm(command(System.getProperty("java.class.path"), arguments));
    }

    /** With a descriptor limit, which the server cannot raise; {@code folder} takes a jar of our classes. */
    static OwnJvm startWithDescriptors(int limit, Path folder, String... arguments) {
        String java = String.join(" ", command(jar(folder), arguments));
        return new OwnJvm(List.of("bash", "-c", "ulimit -n " + limit + "; exec " + java));
    }

    private static List<String> command(String classPath, String... arguments) {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java",
                "--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-XX:+UseSerialGC",
                "-cp", classPath, EchoProgram.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** Our own classes in one jar: a class that is loaded from a folder needs a descriptor. */
    private static String jar(Path folder) {
        ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
        String jar = folder.resolve("classes.jar").toString();
        List<String> arguments = new ArrayList<>(List.of("--create", "--file", jar));
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (Files.isDirectory(Path.of(path, "dev"))) {
                arguments.addAll(List.of("-C", path, "dev"));
            }
        }
        assertThat(tool.run(System.out, System.err, arguments.toArray(String[]::new))).isZero();
        return jar;
    }

    long pid() {
        return process.pid();
    }

    String line() throws IOException {
        return lines.readLine();
    }

    /** Gives the program an order, and returns its answer. */
    String order(char order) throws IOException {
        process.getOutputStream().write(order);
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
