package dev.pollux.bench.soak;

import dev.pollux.bench.soak.Frames.CutOff;
import dev.pollux.bench.soak.Frames.WrongBytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * Survivors, and a crowd around them: on each of its seats sits one peer after the other, each with a
 * {@link Behaviour} that the seed decides.
 */
final class Storm {
    private static final int MOST_FAULTS = 20; // To be told; one is too many.
    private static final int MOST_PAUSE_MILLIS = 20;
    private static final long JOIN_MILLIS = 30_000;

    private final HitList hits;
    private final int port;
    private final long seed;
    private final Over over = new Over();
    private final List<Survivor> survivors = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Set<Connection> open = ConcurrentHashMap.newKeySet();
    private final Map<Behaviour, LongAdder> lives = new EnumMap<>(Behaviour.class);
    private final LongAdder unconnected = new LongAdder();
    private final LongAdder checked = new LongAdder();
    private final Queue<String> faults = new ConcurrentLinkedQueue<>();

    private Storm(int port, long seed, HitList hits) {
        this.hits = hits;
        this.port = port;
        this.seed = seed;
        for (Behaviour each : Behaviour.values()) {
            lives.put(each, new LongAdder());
        }
    }

    /** Begins: the survivors first, since there may be no place for them later. */
    static Storm begin(int port, long seed, HitList hits, int survivors, int seats)
            throws InterruptedException {
        Storm storm = new Storm(port, seed, hits);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < survivors; i++) {
            Survivor survivor = new Survivor("survivor " + i, port, seeds.nextLong(), storm.over, hits);
            storm.survivors.add(survivor);
            storm.threads.add(Thread.ofVirtual().start(survivor));
        }
        for (Survivor each : storm.survivors) {
            each.awaitService();
        }
        for (int i = 0; i < seats; i++) {
            SplittableRandom random = seeds.split();
            storm.threads.add(Thread.ofVirtual().start(() -> storm.sit(random)));
        }
        return storm;
    }

    /** One peer after the other. */
    private void sit(SplittableRandom random) {
        while (!over.isOver()) {
            Behaviour behaviour = Behaviour.any(random);
            live(behaviour, random.split());
            over.pause(random.nextInt(MOST_PAUSE_MILLIS));
        }
    }

    private void live(Behaviour behaviour, SplittableRandom random) {
        Connection peer;
        long mark = hits.mark();
        try {
            peer = new Connection(port, random.nextLong(), behaviour.receiveBufferBytes());
        } catch (IOException e) {
            unconnected.increment(); // This machine may have run out of ports for a moment.
            return;
        }
        try (peer) {
            open.add(peer);
            if (!over.isOver()) { // Else the last look at those that are open may be over, too.
                behaviour.live(peer, random, over);
            }
        } catch (IOException e) {
            if (behaviour.isInnocent && !over.isOver() && !hits.isHit(peer.localPort(), mark)) {
                fault(behaviour + ": " + e);
            }
        } catch (CutOff e) {
            if (!hits.isHit(peer.localPort(), mark)) {
                fault(behaviour + ": " + e.getMessage());
            }
        } catch (WrongBytes e) {
            fault(behaviour + ": " + e.getMessage());
        } finally {
            open.remove(peer);
            lives.get(behaviour).increment();
            checked.add(peer.checked());
        }
    }

    private void fault(String what) {
        if (faults.size() < MOST_FAULTS) {
            faults.add(what);
        }
    }

    /** Whether the run need not go on: something went wrong already. */
    boolean hasFaults() {
        return !faults.isEmpty() || survivors.stream().anyMatch(each -> each.fault() != null);
    }

    /** All but the survivors leave at once, whatever they were at; then those do in good order. */
    void end() throws InterruptedException {
        over.end();
        open.forEach(Connection::close);
        long deadline = System.nanoTime() + JOIN_MILLIS * 1_000_000;
        for (Thread each : threads) {
            long millis = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
            each.join(millis);
            if (each.isAlive()) {
                fault("a peer has not left within " + JOIN_MILLIS / 1000 + " s");
            }
        }
        survivors.stream().map(Survivor::fault).filter(each -> each != null).forEach(faults::add);
    }

    /** What went wrong; nothing, if it is to be believed. */
    List<String> faults() {
        return List.copyOf(faults);
    }

    /** How many lived like that. */
    Map<Behaviour, Long> lives() {
        Map<Behaviour, Long> counts = new EnumMap<>(Behaviour.class);
        lives.forEach((behaviour, count) -> counts.put(behaviour, count.sum()));
        return counts;
    }

    long unconnected() {
        return unconnected.sum();
    }

    /** Bytes that came back to somebody, and were the right ones. */
    long checked() {
        return checked.sum() + survivors.stream().mapToLong(Survivor::checked).sum();
    }

    @Override
    public String toString() {
        return "storm " + seed;
    }
}
