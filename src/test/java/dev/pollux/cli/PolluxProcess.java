package dev.pollux.cli;

import dev.pollux.posix.SocketAddress;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;

/** The program in a process of its own, from the class path that target/pollux.jar would have. */
final class PolluxProcess implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 30;

    private final Process process;
    private final Path stderr;
    private final BufferedReader stdout;

    private PolluxProcess(Process process, Path stderr) {
        this.process = process;
        this.stderr = stderr;
        this.stdout = process.inputReader();
    }

    /** How to start a process. */
    static final class Setup {
        private final List<String> prefix = new ArrayList<>();
        private List<String> jvmOptions = List.of("--enable-native-access=ALL-UNNAMED");
        private boolean stderrToPipe;
        private Path jar;
        private boolean libraryFirst;

        /** Puts a command in front that runs another one. */
        Setup through(String... command) {
            prefix.addAll(Arrays.asList(command));
            return this;
        }

        /** Has a shell redirect standard streams, such as {@code 2>&-}. */
        Setup redirected(String redirections) {
            return through("sh", "-c", "exec \"$@\" " + redirections, "sh");
        }

        /** Sets JVM options, instead of the one that grants native access. */
        Setup jvmOptions(String... options) {
            jvmOptions = List.of(options);
            return this;
        }

        /** Starts a jar, as a user does, instead of the classes. */
        Setup jar(Path path) {
            jar = path;
            return this;
        }

        /** Leaves stderr to the test, which may read it or not; else it goes to a file. */
        Setup stderrToPipe() {
            stderrToPipe = true;
            return this;
        }

        /** Puts picocli's jar first, which the JVM keeps open as it does pollux.jar. */
        Setup libraryFirst() {
            libraryFirst = true;
            return this;
        }

        PolluxProcess start(String... args) throws IOException {
            List<String> command = new ArrayList<>(prefix);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(jvmOptions);
            command.addAll(jar != null ? List.of("-jar", jar.toString())
                    : List.of("-XX:TieredStopAtLevel=1", "-cp", classPath(), Main.class.getName()));
            command.addAll(Arrays.asList(args));
            Path file = stderrToPipe ? null : Files.createTempFile("pollux", ".stderr");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.redirectError(stderrToPipe ? Redirect.PIPE : Redirect.to(file.toFile()));
            return new PolluxProcess(builder.start(), file);
        }

        /** Starts a server on a free port, and waits until it listens. */
        Server serve(String... args) throws IOException {
            return serveOn(0, args);
        }

        Server serveOn(int port, String... args) throws IOException {
            List<String> all = new ArrayList<>(List.of("serve", "--port", Integer.toString(port)));
            all.addAll(Arrays.asList(args));
            return new Server(start(all.toArray(String[]::new)));
        }

        private String classPath() {
            String library = libraryFirst ? placeOf(CommandLine.class) + File.pathSeparator : "";
            String own = library + String.join(File.pathSeparator, placeOf(Main.class),
                    placeOf(CommandLine.class), Path.of("src/main/cli").toAbsolutePath().toString());
            String planted = System.getProperty("planted.classes"); // A fault that a test is to find.
            return planted == null ? own : planted + File.pathSeparator + own;
        }

        private static String placeOf(Class<?> type) {
            try {
                return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
            } catch (URISyntaxException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** A process that listens. */
    record Server(PolluxProcess process, SocketAddress address) implements AutoCloseable {
        Server(PolluxProcess process) throws IOException {
            this(process, process.listening());
        }

        Socket connect() throws IOException {
            return new Socket(InetAddress.getLoopbackAddress(), address.port());
        }

        @Override
        public void close() throws IOException {
            process.close();
        }
    }

    static Setup setup() {
        return new Setup();
    }

    static Server serve(String... args) throws IOException {
        return setup().serve(args);
    }

    private SocketAddress listening() throws IOException {
        String line = stdout.readLine();
        if (line == null || !line.startsWith("listening on ")) {
            process.destroyForcibly();
            throw new AssertionError("did not listen: " + line + (stderr == null ? "" : "; " + stderr()));
        }
        return SocketAddress.parse(line.substring("listening on ".length()));
    }

    Process process() {
        return process;
    }

    BufferedReader stdout() {
        return stdout;
    }

    /** Sends SIGTERM. Process.destroy would close the pipes, too, and so free who is stuck at them. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Sends any signal by its name. */
    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid()).start().waitFor();
    }

    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + PATIENCE_SECONDS + " s");
        }
        return process.exitValue();
    }

    /** What was written to stderr so far. */
    String stderr() throws IOException {
        return Files.readString(stderr);
    }

    InputStream stderrPipe() {
        return process.getErrorStream();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        if (stderr != null) {
            Files.delete(stderr);
        }
    }
}
