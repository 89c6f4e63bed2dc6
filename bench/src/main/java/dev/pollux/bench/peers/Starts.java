package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures that need fresh processes: resident size, and time from start to listening. Servers alternate. */
final class Starts {
    /** What both sides of the resident size are given. */
    private static final List<String> SMALL_HEAP = List.of("-Xmx64m");
    private static final Load IDLE = new Load("resident", "10,000 idle", 10_000, 0, 0, 64, 0);
    private static final long SETTLE_MILLIS = 200;
    private static final int CACHE_FROM = 25; // JDK 25 makes an AOT cache in one step.

    private final Workshop workshop;
    private final Cores cores;
    private final int repeats;
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    Starts(Workshop workshop, Cores cores, int repeats) {
        this.workshop = workshop;
        this.cores = cores;
        this.repeats = repeats;
    }

    /** Servers that could not be measured, and why. */
    Map<String, String> leftOut() {
        return leftOut;
    }

    /** Bytes in RAM with 10,000 idle clients, by server and repeat. */
    Map<String, double[]> resident(List<Peer> peers) throws InterruptedException {
        Map<String, Trial> trials = new LinkedHashMap<>();
        for (Peer peer : peers) {
            trials.put(peer.name(), () -> {
                try (Contender contender = Contender.start(workshop, peer, IDLE, SMALL_HEAP, cores)) {
                    Thread.sleep(SETTLE_MILLIS);
                    return contender.server().residentBytes();
                }
            });
        }
        return repeat(trials);
    }

    /** Nanoseconds from start to listening, by server and repeat. */
    Map<String, double[]> startUp(List<Peer> peers) throws InterruptedException {
        Map<String, Trial> trials = new LinkedHashMap<>();
        for (Peer peer : peers) {
            trials.put(peer.name(), () -> start(peer, List.of(Peer.USUAL_HEAP)));
        }
        try {
            Peer cached = ours(peers);
            List<String> flags = List.of(Peer.USUAL_HEAP, "-XX:AOTCache=" + cache(cached));
            trials.put(Targets.WITH_CACHE, () -> start(cached, flags));
        } catch (IOException e) {
            leftOut.put(Targets.WITH_CACHE, e.getMessage());
        }
        return repeat(trials);
    }

    private static Peer ours(List<Peer> peers) {
        return peers.stream().filter(p -> p.name().equals(Targets.EPOLL)).findFirst()
                .orElseGet(() -> Peer.named(Targets.POLL));
    }

    private double start(Peer peer, List<String> flags) throws IOException, InterruptedException {
        try (ServerProcess server = ServerProcess.start(workshop, peer, flags, cores.server())) {
            return server.startNanos();
        }
    }

    /** Trains a server with a few clients; its cache is written as it ends. */
    private Path cache(Peer peer) throws IOException, InterruptedException {
        if (Runtime.version().feature() < CACHE_FROM) {
            throw new IOException("an AOT cache in one step needs JDK " + CACHE_FROM);
        }
        Path cache = workshop.file("ours.aot");
        Load little = Load.busy("training", "", 8, 8, 1, 64);
        List<String> flags = List.of(Peer.USUAL_HEAP, "-XX:AOTCacheOutput=" + cache);
        try (Contender contender = Contender.start(workshop, peer, little, flags, cores)) {
            contender.warmUp(little, 50);
            contender.server().finish();
        }
        return cache;
    }

    private Map<String, double[]> repeat(Map<String, Trial> trials) throws InterruptedException {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        for (int i = -1; i < repeats; i++) { // The first time brings files into memory.
            for (var trial : trials.entrySet()) {
                if (leftOut.containsKey(trial.getKey())) {
                    continue;
                }
                try {
                    double value = trial.getValue().measure();
                    if (i >= 0) {
                        values.computeIfAbsent(trial.getKey(), k -> new ArrayList<>()).add(value);
                    }
                } catch (IOException e) {
                    leftOut.put(trial.getKey(), e.getMessage());
                    values.remove(trial.getKey());
                }
            }
        }
        Map<String, double[]> figures = new LinkedHashMap<>();
        values.forEach((name, of) -> figures.put(name, of.stream().mapToDouble(d -> d).toArray()));
        return figures;
    }

    private interface Trial {
        double measure() throws IOException, InterruptedException;
    }
}
