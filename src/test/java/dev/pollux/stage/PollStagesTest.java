package dev.pollux.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Stages 4 to 6: what poll tells, how much of it is looked at, and who waits at the listener. */
@Timeout(60)
class PollStagesTest {

    static List<Supplier<Stage>> all() {
        return List.of(Stage04Poll::new, Stage05EarlyExit::new, Stage06LevelTriggered::new);
    }

    /** Connects so many clients, one after the other, so that each one's entry is known. */
    private static List<Peer> connect(StageRun run, int count) throws Exception {
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(run.connect().write("hello " + i + "."));
            run.lineWith("hello " + i + ".");
        }
        return peers;
    }

    private static void closeAll(List<Peer> peers) throws Exception {
        for (Peer peer : peers) {
            peer.close();
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void whoMovesIntoAnotherPlaceIsServedThere(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage)) {
            List<Peer> peers = connect(run, 6);
            Map<Integer, String> descriptors = new HashMap<>();
            for (int i = 0; i < 6; i++) {
                descriptors.put(i, descriptorOf(run, peers.get(i)));
            }
            assertThat(descriptors.values()).doesNotHaveDuplicates();
            for (int leaving : new int[] {0, 5, 2}) { // The first, the last, one between.
                peers.get(leaving).leave();
                descriptors.remove(leaving);
                for (Map.Entry<Integer, String> each : descriptors.entrySet()) {
                    assertThat(descriptorOf(run, peers.get(each.getKey()))).isEqualTo(each.getValue());
                }
            }
            closeAll(peers);
        }
    }

    private static String descriptorOf(StageRun run, Peer peer) throws Exception {
        peer.write("who am I?");
        return run.lineWith("who am I?").replaceAll("].*", "");
    }

    /** In the same pass: a stage that looked at the next entry would find it only after another poll. */
    @ParameterizedTest
    @MethodSource("all")
    void whoMovesIntoAnotherPlaceIsServedBeforeTheNext(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage)) {
            List<Peer> peers = connect(run, 4);
            run.holdAt("hold it");
            peers.get(3).write("hold it");
            run.lineWith("hold it");
            peers.get(0).shutDown();
            peers.get(1).write("I am second");
            peers.get(3).write("I was last"); // All three are there for the next poll.
            run.release();
            assertThat(run.lineWith("I ")).contains("I was last");
            assertThat(run.lineWith("I ")).contains("I am second");
            closeAll(peers);
        }
    }

    /** The tutorial's last loop does nothing about POLLERR and POLLHUP, and spins. */
    @ParameterizedTest
    @MethodSource("all")
    void waitingCostsNoCpuTimeAlsoAfterAReset(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage)) {
            List<Peer> peers = connect(run, 3);
            peers.get(1).reset();
            peers.get(2).write("after that");
            run.lineWith("after that");
            assertThat(run.idleCpuMillis()).isLessThan(100);
            closeAll(peers);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "4, 6", "9, 11"})
    void scanStopsWhenAllThatIsPendingIsFound(int client, int looked) throws Exception {
        try (StageRun run = new StageRun(Stage05EarlyExit::new)) {
            List<Peer> peers = connect(run, 10);
            peers.get(client).write("me");
            run.lineWith("got 2 bytes: me");
            assertThat(run.line()).isEqualTo("looked at " + looked + " of 11 entries");
            closeAll(peers);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, 8", "false, 1"})
    void burstTakesAPollForEachOrOneForAll(boolean acceptsOnce, int polls) throws Exception {
        try (StageRun run = new StageRun(Stage06LevelTriggered::new, 0, acceptsOnce, 4095, 60_000);
                Peer first = run.connect()) {
            run.holdAt("hold it");
            first.write("hold it");
            run.lineWith("hold it");
            List<Peer> burst = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                burst.add(run.connect()); // The kernel takes them while the stage is held.
            }
            run.release();
            assertThat(run.lineWith("burst of 8")).isEqualTo("a burst of 8 took " + polls + " polls");
            for (int i = 0; i < 8; i++) {
                burst.get(i).write("I am in, too: " + i);
                run.lineWith("I am in, too: " + i);
            }
            closeAll(burst);
        }
    }

    @Test
    void whatIsNotTextIsPrintedAsDots() throws Exception {
        try (StageRun run = new StageRun(Stage04Poll::new); Peer peer = run.connect()) {
            peer.write((byte) 27, (byte) '[', (byte) 200, (byte) '\n');
            assertThat(run.line()).endsWith("got 4 bytes: .[..");
            peer.write("x".repeat(100));
            assertThat(run.line()).endsWith("got 100 bytes: " + "x".repeat(60));
        }
    }
}
