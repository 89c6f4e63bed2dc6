package dev.pollux.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Stage 12: whom it asks, and that it forgets nobody. */
@Timeout(60)
class GenerationsStageTest {
    private static final Pattern ASKED = Pattern.compile("asked (\\d+) entries; with one generation (\\d+)");
    private static final long SOME_SWEEPS_NANOS = 500_000_000;

    private static List<Peer> connect(StageRun run, int count) throws Exception {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(run.connect());
        }
        return peers;
    }

    private static void closeAll(List<Peer> peers) throws Exception {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @Test
    void oldClientsAreAskedRarelyAndAnsweredNevertheless() throws Exception {
        StageRun run = new StageRun(Stage12Generations::new);
        List<Peer> old = connect(run, 100);
        try (Peer young = run.connect()) {
            keepBusy(young);
            echoToAll(old); // In one sweep.
            keepBusy(young);
        }
        closeAll(old);
        Matcher asked = ASKED.matcher(run.stop().rest().getLast());
        assertThat(asked.matches()).isTrue();
        assertThat(Long.parseLong(asked.group(2))).isGreaterThan(10_000);
        assertThat(Long.parseLong(asked.group(1))).isLessThan(Long.parseLong(asked.group(2)) / 2);
    }

    private static void echoToAll(List<Peer> peers) throws Exception {
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).writeFrame("I am " + i);
        }
        for (int i = 0; i < peers.size(); i++) {
            peers.get(i).expectFrame("I am " + i);
        }
    }

    private static void keepBusy(Peer peer) throws Exception {
        for (long end = System.nanoTime() + SOME_SWEEPS_NANOS; System.nanoTime() < end;) {
            peer.echoFrame("busy");
        }
    }

    @Test
    void nobodyIsLostWhileOldAndYoungComeAndGo() throws Exception {
        Random random = new Random(12);
        try (StageRun run = new StageRun(Stage12Generations::new)) {
            List<Peer> peers = connect(run, 40);
            for (long end = System.nanoTime() + 2 * SOME_SWEEPS_NANOS; System.nanoTime() < end;) {
                for (int i = 0; i < 5; i++) { // The first ten are young.
                    peers.get(random.nextInt(10)).echoFrame("young " + i);
                }
                int place = random.nextInt(peers.size());
                switch (random.nextInt(20)) {
                    case 0 -> peers.get(place).echoFrame("perhaps old");
                    case 1 -> peers.set(place, successorOf(peers.get(place), run));
                    case 2 -> peers.get(place).write(Peer.frame("a".getBytes())).expectFrame("a");
                    default -> { }
                }
            }
            echoToAll(peers);
            closeAll(peers);
        }
    }

    /** Who was old at first would wait for a sweep: 100 ms each, 50 on average for the first. */
    @Test
    void whoComesIsYoungAndNeedNotWaitForASweep() throws Exception {
        long best = Long.MAX_VALUE;
        try (StageRun run = new StageRun(Stage12Generations::new)) {
            for (int attempt = 0; attempt < 3; attempt++) { // A machine may be held up, but not each time.
                long start = System.nanoTime();
                for (int i = 0; i < 10; i++) {
                    try (Peer peer = run.connect()) {
                        peer.echoFrame("at once");
                    }
                }
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        assertThat(best).isLessThan(500_000_000);
    }

    private static Peer successorOf(Peer peer, StageRun run) throws Exception {
        peer.leave();
        return run.connect();
    }
}
