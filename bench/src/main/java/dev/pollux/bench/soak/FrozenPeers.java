package dev.pollux.bench.soak;

import dev.pollux.bench.harness.Lines;
import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Survivors in a process of their own, which is stopped and continued (SIGSTOP, SIGCONT): for the server
 * peers that are there, and neither send nor read. Not for as long as a time-out.
 */
final class FrozenPeers implements AutoCloseable {
    private static final int ANSWER_SECONDS = 40;
    private static final String SERVED = "served";
    private static final String INTACT = "intact ";

    /** What they saw was not what they had sent. */
    static final class NotIntact extends IOException {
        private static final long serialVersionUID = 1;

        NotIntact(String message) {
            super(message);
        }
    }

    private final Process process;
    private final Lines lines;

    private FrozenPeers(Process process) {
        this.process = process;
        this.lines = new Lines(process);
    }

    /** {@code PORT SEED COUNT HIT-LIST}: they are there until standard input ends; then says how it went. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int port = Integer.parseInt(args[0]);
        long seed = Long.parseLong(args[1]);
        HitList hits = new HitList(Path.of(args[3]));
        Over over = new Over();
        List<Survivor> survivors = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[2]); i++) {
            Survivor survivor = new Survivor("frozen survivor " + i, port, seed + i, over, hits);
            survivors.add(survivor);
            threads.add(Thread.ofVirtual().start(survivor));
        }
        for (Survivor each : survivors) {
            each.awaitService();
        }
        System.out.println(SERVED);
        while (System.in.read() >= 0) { } // Nobody says anything; only the end matters.
        over.end();
        for (Thread each : threads) {
            each.join();
        }
        String fault = survivors.stream().map(Survivor::fault).filter(each -> each != null).findFirst()
                .orElse(null);
        System.out.println(fault != null ? fault
                : INTACT + survivors.stream().mapToLong(Survivor::checked).sum());
    }

    /** Returns when all of them have been served. */
    static FrozenPeers start(Workshop workshop, int port, long seed, int count, Path hits)
            throws IOException, InterruptedException {
        List<String> command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"),
                FrozenPeers.class.getName(), Integer.toString(port), Long.toString(seed),
                Integer.toString(count), hits.toString());
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        FrozenPeers peers = new FrozenPeers(workshop.start(builder));
        String line = peers.lines.next(ANSWER_SECONDS);
        if (!SERVED.equals(line)) {
            peers.close();
            throw new IOException("the peers to be stopped did not start: " + line);
        }
        return peers;
    }

    void stop() throws IOException, InterruptedException {
        Signals.send(process, "STOP");
    }

    void go() throws IOException, InterruptedException {
        Signals.send(process, "CONT");
    }

    /** They finish. Returns bytes that came back as they were sent; what went wrong is an exception. */
    long end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        String line = lines.next(ANSWER_SECONDS);
        if (line == null || !line.startsWith(INTACT)) {
            throw new NotIntact(line == null ? "the peers that were stopped ended by themselves" : line);
        }
        return Long.parseLong(line.substring(INTACT.length()));
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
