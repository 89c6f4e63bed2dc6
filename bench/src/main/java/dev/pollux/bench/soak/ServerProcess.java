package dev.pollux.bench.soak;

import dev.pollux.bench.harness.Lines;
import dev.pollux.bench.harness.Workshop;
import dev.pollux.poller.Backend;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A {@link SoakServer}, seen from outside: what it says of itself, and what the kernel says of it. */
final class ServerProcess implements AutoCloseable {
    /** Without the checks of our tests, which overwrite memory: what is let run long is what people run. */
    static final List<String> JVM = List.of("-Xms64m", "-Xmx64m", "-XX:+UseSerialGC", "-ea",
            "-XX:NativeMemoryTracking=summary", "--enable-native-access=ALL-UNNAMED");
    private static final int ANSWER_SECONDS = 20;

    private final Process process;
    private final Lines lines;
    private final Path log;
    private final long beganNanos;
    private int port;

    private ServerProcess(Process process, Path log, long beganNanos) {
        this.process = process;
        this.lines = new Lines(process);
        this.log = log;
        this.beganNanos = beganNanos;
    }

    /** Starts it and waits until it listens; its samples count from {@code beganNanos}. */
    static ServerProcess start(Workshop workshop, Backend backend, Set<Trouble> troubles, long seed,
            Path hits, long beganNanos)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SoakServer.class.getName(),
                backend.name(), Trouble.format(troubles), Long.toString(seed), hits.toString()));
        Path log = workshop.file("soak-" + backend + ".log");
        Process process = workshop.start(new ProcessBuilder(command).redirectError(log.toFile()));
        ServerProcess server = new ServerProcess(process, log, beganNanos);
        String line = server.lines.next(ANSWER_SECONDS);
        if (line == null || !line.startsWith(SoakServer.LISTENING)) {
            server.close();
            throw new IOException("the server did not start: " + Files.readString(log));
        }
        server.port = Integer.parseInt(line.substring(SoakServer.LISTENING.length()));
        return server;
    }

    int port() {
        return port;
    }

    /** How it is; {@code collects} garbage before. */
    Sample sample(boolean collects) throws IOException, InterruptedException {
        process.outputWriter().write((collects ? SoakServer.COLLECT : SoakServer.LOOK) + '\n');
        process.outputWriter().flush();
        String line = lines.next(ANSWER_SECONDS);
        if (line == null) {
            throw new IOException("the server has ended: " + String.join("\n", log()));
        }
        double seconds = (System.nanoTime() - beganNanos) / 1e9;
        return new Sample(seconds, collects, residentBytes(), descriptors(), Sample.parse(line));
    }

    private long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("process " + process.pid() + " has no VmRSS");
    }

    private long descriptors() throws IOException {
        Path all = Path.of("/proc/" + process.pid() + "/fd");
        String[] names = new File(all.toString()).list();
        if (names == null) {
            throw new IOException(all + " cannot be listed");
        }
        long count = 0;
        for (String name : names) {
            try {
                String target = Files.readSymbolicLink(all.resolve(name)).toString();
                count += target.startsWith("socket:") || target.startsWith("anon_inode:") ? 1 : 0;
            } catch (IOException e) {
                // Closed since.
            }
        }
        return count;
    }

    /** Stops it for so long, as a debugger or an overloaded machine does. */
    void pause(int millis) throws IOException, InterruptedException {
        Signals.send(process, "STOP");
        try {
            Thread.sleep(millis);
        } finally {
            Signals.send(process, "CONT");
        }
    }

    /** What it has said on its standard error. */
    List<String> log() throws IOException {
        return Files.readAllLines(log);
    }

    /** Ends it in good order; returns its exit code. */
    int finish() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("the server does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
