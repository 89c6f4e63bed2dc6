package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures all servers under one load. They are alive together, with their connections open, and take turns
 * in short slices: whatever drifts in the machine drifts for all of them. While one works the others wait in
 * the kernel.
 */
final class LoadRun {
    private final Workshop workshop;
    private final Cores cores;
    private final Plan plan;
    private final Load load;
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    LoadRun(Workshop workshop, Cores cores, Plan plan, Load load) {
        this.workshop = workshop;
        this.cores = cores;
        this.plan = plan;
        this.load = load;
    }

    Measured run(List<Peer> peers) throws InterruptedException {
        List<Contender> contenders = new ArrayList<>();
        double promisedNanos = Promise.in("");
        try {
            for (Peer peer : peers) {
                start(peer, contenders);
            }
            takeTurns(contenders);
            for (Contender contender : contenders) {
                if (contender.name().equals(Targets.GENERATIONS)) {
                    promisedNanos = Promise.in(contender.server().log());
                }
            }
        } finally {
            contenders.forEach(Contender::close);
        }
        Map<String, List<Slice>> slices = new LinkedHashMap<>();
        for (Contender contender : contenders) {
            if (contender.failure() == null) {
                slices.put(contender.name(), contender.slices());
            } else {
                leftOut.put(contender.name(), contender.failure());
            }
        }
        return Measured.of(load, slices, leftOut, promisedNanos);
    }

    private void start(Peer peer, List<Contender> to) throws InterruptedException {
        if (!peer.takes(load.clients())) {
            leftOut.put(peer.name(), "it cannot have " + load.clients() + " clients");
            return;
        }
        try {
            to.add(Contender.start(workshop, peer, load, List.of(Peer.USUAL_HEAP), cores));
        } catch (IOException e) {
            leftOut.put(peer.name(), e.getMessage());
        }
    }

    private void takeTurns(List<Contender> contenders) throws InterruptedException {
        int millis = plan.millis(load);
        for (int i = 0; i < plan.warmUps(load); i++) {
            for (Contender contender : contenders) {
                contender.warmUp(load, millis);
            }
        }
        for (int round = 0; round < plan.rounds(load); round++) {
            // Each round begins with another, so that the neighbours of a freeze are not always the same.
            for (int i = 0; i < contenders.size(); i++) {
                contenders.get((round + i) % contenders.size()).slice(load, millis);
            }
        }
    }
}
