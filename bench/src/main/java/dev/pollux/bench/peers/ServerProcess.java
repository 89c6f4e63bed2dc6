package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Lines;
import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A running server. */
final class ServerProcess implements AutoCloseable {
    private static final int START_SECONDS = 20;
    private static final String LISTENING = "listening on 127.0.0.1:";

    private final Process process;
    private final int port;
    private final Path log;
    private final long startNanos;

    private ServerProcess(Process process, int port, Path log, long startNanos) {
        this.process = process;
        this.port = port;
        this.log = log;
        this.startNanos = startNanos;
    }

    /**
     * Starts a server and waits until it listens.
     *
     * @throws IOException if it does not; the message has what it said
     */
    static ServerProcess start(Workshop workshop, Peer peer, List<String> flags, int core)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Cores.pin(core));
        command.addAll(peer.command(workshop, flags));
        Path log = workshop.file(peer.name() + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        long begin = System.nanoTime();
        Process process = workshop.start(builder);
        try {
            String line;
            Lines lines = new Lines(process);
            do {
                line = lines.next(START_SECONDS);
            } while (line != null && !line.startsWith(LISTENING));
            long nanos = System.nanoTime() - begin;
            if (line == null) {
                throw new IOException(peer.name() + " did not start: " + lastCause(log));
            }
            int port = Integer.parseInt(line.substring(LISTENING.length()));
            return new ServerProcess(process, port, log, nanos);
        } catch (IOException | RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
    }

    /** The exception's line rather than its stack. */
    private static String lastCause(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log).stream().filter(line -> !line.startsWith("\t")).toList();
        return lines.isEmpty() ? "it said nothing" : lines.getLast();
    }

    int port() {
        return port;
    }

    long pid() {
        return process.pid();
    }

    /** From before its process was made until it listened. */
    long startNanos() {
        return startNanos;
    }

    /** What it has said on its standard error; nothing if that cannot be read. */
    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return "";
        }
    }

    /** Bytes of its memory that are in RAM, as the kernel counts them. */
    long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("process " + pid() + " has no VmRSS");
    }

    /** Ends it in good order; a JVM then writes the AOT cache it was asked for. */
    void finish() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
            throw new IOException("process " + pid() + " does not end");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS); // The next is not to share its core with this end.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
