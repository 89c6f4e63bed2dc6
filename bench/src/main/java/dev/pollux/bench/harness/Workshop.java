package dev.pollux.bench.harness;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A directory for this run's programs and logs, and the list of its processes. All of it is gone afterwards,
 * whether the run ends well, fails or is interrupted.
 */
public final class Workshop implements AutoCloseable {
    /** Stated here and in the results, nowhere else. */
    public static final String FLAGS = "-O3 -march=native -std=gnu11";

    private final Path directory = Files.createTempDirectory("pollux-bench-");
    private final Set<Process> processes = ConcurrentHashMap.newKeySet();
    private final Thread hook = new Thread(this::end, "end-processes");

    public Workshop() throws IOException {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    public static boolean hasCompiler() {
        return Tools.onPath("cc");
    }

    /** Compiles one of our C programs, unless that has been done. */
    public Path program(String name) throws IOException, InterruptedException {
        Path program = directory.resolve(name);
        if (!Files.exists(program)) {
            extract("peer.h");
            Path source = extract(name + ".c");
            String command = "cc " + FLAGS + " -o " + program + ' ' + source;
            if (Tools.output(command.split(" ")) == null) {
                throw new IOException("the C compiler refused " + name + ".c: " + command);
            }
        }
        return program;
    }

    private Path extract(String name) throws IOException {
        Path to = directory.resolve(name);
        if (!Files.exists(to)) {
            try (InputStream in = Workshop.class.getResourceAsStream("/dev/pollux/bench/c/" + name)) {
                Files.copy(in, to);
            }
        }
        return to;
    }

    /** A file of this name in the directory. */
    public Path file(String name) {
        return directory.resolve(name);
    }

    /** Starts a process that ends with this run at the latest. */
    public Process start(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        processes.add(process);
        process.onExit().thenAccept(processes::remove);
        return process;
    }

    private void end() {
        processes.forEach(Process::destroyForcibly);
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            System.err.println("left behind: " + directory);
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        end();
    }
}
