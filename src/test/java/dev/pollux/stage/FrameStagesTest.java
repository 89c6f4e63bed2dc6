package dev.pollux.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Stages 7 to 12: messages in any pieces, each to its client; from 9 on with answers. */
@Timeout(60)
class FrameStagesTest {

    static List<Supplier<Stage>> all() {
        List<Supplier<Stage>> all = new ArrayList<>(List.of(Stage07Frames::new, Stage08Map::new));
        all.addAll(thatAnswer());
        return all;
    }

    static List<Supplier<Stage>> thatAnswer() {
        List<Supplier<Stage>> all = new ArrayList<>(List.of(Stage09Writes::new));
        all.addAll(thatLimit());
        return all;
    }

    static List<Supplier<Stage>> thatLimit() {
        return List.of(Stage10Limits::new, Stage11Epoll::new, Stage12Generations::new);
    }

    @ParameterizedTest
    @MethodSource("all")
    void frameInTwoPiecesIsOneMessage(Supplier<Stage> stage) throws Exception {
        byte[] frame = Peer.frame("in two".getBytes());
        try (StageRun run = new StageRun(stage); Peer peer = run.connect(); Peer other = run.connect()) {
            for (int cut = 1; cut < frame.length; cut++) {
                peer.out.write(frame, 0, cut);
                other.writeFrame("other"); // It came after the first piece, and is served before the second.
                run.lineWith("got 5 bytes: other");
                peer.out.write(frame, cut, frame.length - cut);
                assertThat(run.lineWith("got ")).endsWith("got 6 bytes: in two");
            }
        }
    }

    /** Of the first seven, the tutorial takes a prefix across its buffer's end for a disconnect. */
    @ParameterizedTest
    @MethodSource("all")
    void framesOfAllSizesBackToBackAreAllDelivered(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage); Peer peer = run.connect()) {
            for (int size : new int[] {19, 42, 85, 174, 2043, 4089, 4090, 0, 1, 100, 3000, 4092}) {
                int count = 3 + 20_000 / (size + 4);
                ByteArrayOutputStream frames = new ByteArrayOutputStream();
                for (int i = 0; i < count; i++) {
                    frames.write(Peer.frame(payload(i, size).getBytes()));
                }
                peer.write(frames.toByteArray());
                for (int i = 0; i < count; i++) {
                    String start = payload(i, Math.min(size, 60)); // All that is printed.
                    assertThat(run.lineWith("got ")).endsWith("got " + size + " bytes: " + start);
                }
            }
        }
    }

    /** Each is another one, or old bytes in the place of new ones would pass. */
    private static String payload(int number, int size) {
        return (number + "-" + "x".repeat(size)).substring(0, size);
    }

    @ParameterizedTest
    @MethodSource("all")
    void lengthThatCannotFitEndsThatClientAlone(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage); Peer other = run.connect()) {
            other.writeFrame("first");
            for (int length : new int[] {4093, 1 << 30, Integer.MIN_VALUE, -4, -1}) { // -4 and 4 make 0.
                try (Peer bad = run.connect()) {
                    bad.writeFrame("good").write(Peer.prefixed(length));
                    run.lineWith("got 4 bytes: good");
                    bad.awaitClose();
                }
                other.writeFrame("still here");
                run.lineWith("got 10 bytes: still here");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("thatAnswer")
    void goodFramesBeforeABadOneAreAnswered(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage); Peer bad = run.connect()) {
            bad.write(joined(Peer.frame("good".getBytes()), Peer.prefixed(-1)));
            bad.expectFrame("good");
            bad.awaitClose();
        }
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    @ParameterizedTest
    @MethodSource("all")
    void clientsAndEntriesStayInStep(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage)) {
            List<Peer> peers = new ArrayList<>();
            List<String> descriptors = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                peers.add(run.connect());
                descriptors.add(descriptorOf(run, peers.get(i)));
            }
            assertThat(descriptors).doesNotHaveDuplicates();
            for (int leaving : new int[] {0, 5, 2, 0}) { // Also the first, the last and one between.
                halfAFrame(peers.get(leaving)).leave(); // What it left unfinished is nobody else's.
                peers.remove(leaving);
                descriptors.remove(leaving);
                for (int i = 0; i < peers.size(); i++) {
                    assertThat(descriptorOf(run, peers.get(i))).isEqualTo(descriptors.get(i));
                }
            }
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }

    private static Peer halfAFrame(Peer peer) throws Exception {
        return peer.write(Peer.prefixed(100, (byte) 1, (byte) 2));
    }

    private static String descriptorOf(StageRun run, Peer peer) throws Exception {
        peer.writeFrame("who am I?");
        return run.lineWith("got 9 bytes: who am I?").replaceAll("].*", "");
    }

    @ParameterizedTest
    @MethodSource("all")
    void waitingCostsNoCpuTimeAlsoAfterAReset(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage); Peer one = run.connect(); Peer other = run.connect()) {
            one.writeFrame("I go");
            run.lineWith("I go");
            one.reset();
            other.writeFrame("after that");
            run.lineWith("after that");
            assertThat(run.idleCpuMillis()).isLessThan(100);
        }
    }

    @ParameterizedTest
    @MethodSource("thatAnswer")
    void eachFrameIsAnswered(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage); Peer peer = run.connect(); Peer other = run.connect()) {
            peer.echoFrame("hello");
            other.echoFrame("");
            peer.write(Peer.frame("one".getBytes())).writeFrame("two");
            peer.expectFrame("one");
            peer.expectFrame("two");
            peer.leave();
            other.echoFrame("x".repeat(4092));
        }
    }

    /** The kernel holds some MiB of them; the rest waits in the stage and in its client. */
    @ParameterizedTest
    @MethodSource("thatAnswer")
    void answersThatNobodyTakesWaitForPolloutAndHoldUpNobodyElse(Supplier<Stage> stage) throws Exception {
        int frames = 8000;
        byte[] frame = Peer.frame("0123456789".repeat(400).getBytes());
        try (StageRun run = new StageRun(stage);
                Peer lazy = new Peer(run.port, 1 << 15); Peer other = run.connect()) {
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    for (int i = 0; i < frames; i++) {
                        lazy.write(frame);
                    }
                } catch (Exception e) {
                    throw new AssertionError(e); // Also seen below: answers are missing.
                }
            });
            while (writer.getState() != Thread.State.TERMINATED && !isStuck(run, other)) {
                Thread.onSpinWait();
            }
            assertThat(writer.isAlive()).as("somebody must wait").isTrue();
            assertThat(run.idleCpuMillis()).isLessThan(100);
            other.echoFrame("still served");
            for (int i = 0; i < frames; i++) {
                assertThat(lazy.in.readNBytes(frame.length)).isEqualTo(frame);
            }
            writer.join();
        }
    }

    /** Whether the lazy client's frames have stopped coming: among many of another client there is none. */
    private static boolean isStuck(StageRun run, Peer other) throws Exception {
        run.rest();
        for (int i = 0; i < 100; i++) {
            other.echoFrame("tick");
        }
        return run.rest().stream().allMatch(line -> line.endsWith("tick"));
    }

    @ParameterizedTest
    @MethodSource("thatAnswer")
    void clientThatResetsWhileItsAnswersWaitIsRemoved(Supplier<Stage> stage) throws Exception {
        byte[] frame = Peer.frame("0123456789".repeat(400).getBytes());
        try (StageRun run = new StageRun(stage);
                Peer lazy = new Peer(run.port, 1 << 15); Peer other = run.connect()) {
            Thread writer = Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        lazy.write(frame);
                    }
                } catch (Exception e) {
                    assertThat(e).isNotNull(); // The reset below ends it.
                }
            });
            while (!isStuck(run, other)) {
                Thread.onSpinWait();
            }
            lazy.reset();
            writer.join();
            other.echoFrame("still served");
            assertThat(run.idleCpuMillis()).isLessThan(100);
        }
    }

    @ParameterizedTest
    @MethodSource("thatLimit")
    void idleClientIsClosedAndBusyOneIsNot(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage, 0, false, 10, 800);
                Peer idle = run.connect(); Peer busy = run.connect()) {
            idle.echoFrame("last words");
            long start = System.nanoTime();
            while (!idle.isAtEnd()) {
                busy.echoFrame("busy");
            }
            assertThat(System.nanoTime() - start).isGreaterThan(790_000_000L).isLessThan(8_000_000_000L);
            run.lineWith("was idle for too long");
            busy.echoFrame("still here");
            busy.awaitClose(); // Its turn, since it is idle now, and nobody else wakes the stage.
        }
    }

    @ParameterizedTest
    @MethodSource("thatLimit")
    void idleTimeBeginsAnewWithEachMessage(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage, 0, false, 10, 1000); Peer peer = run.connect()) {
            peer.echoFrame("now");
            run.idleCpuMillis(); // Some time, in which the stage waits.
            peer.echoFrame("and now");
            long start = System.nanoTime();
            peer.awaitClose();
            assertThat(System.nanoTime() - start).isGreaterThan(990_000_000L);
        }
    }

    @ParameterizedTest
    @MethodSource("thatLimit")
    void whoComesAtTheLimitWaitsForAFreePlace(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage, 0, false, 2, 60_000);
                Peer one = run.connect(); Peer two = run.connect()) {
            one.echoFrame("one");
            two.echoFrame("two");
            try (Peer third = run.connect(); Peer fourth = run.connect()) {
                third.writeFrame("third");
                fourth.writeFrame("fourth");
                for (int i = 0; i < 20; i++) {
                    one.echoFrame("one");
                    two.echoFrame("two");
                }
                assertThat(third.hasAnswer()).isFalse();
                assertThat(run.idleCpuMillis()).isLessThan(100); // The listener is ready, and nobody asks.
                two.leave();
                third.expectFrame("third");
                third.leave();
                fourth.expectFrame("fourth");
            }
        }
    }

    static List<Supplier<Stage>> withAMap() {
        return List.of(Stage08Map::new, Stage11Epoll::new);
    }

    @ParameterizedTest
    @MethodSource("withAMap")
    void mapForgetsWhoHasGone(Supplier<Stage> stage) throws Exception {
        StageRun run = new StageRun(stage);
        try (Peer first = run.connect(); Peer second = run.connect()) {
            first.writeFrame("first");
            run.lineWith("first");
            second.writeFrame("second");
            run.lineWith("second");
            first.leave();
        }
        assertThat((Map<?, ?>) run.stop().held("clients")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("thatAnswer")
    void manyAreReadyAtOnce(Supplier<Stage> stage) throws Exception {
        try (StageRun run = new StageRun(stage)) {
            List<Peer> peers = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                peers.add(run.connect());
            }
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 200; i++) {
                    peers.get(i).writeFrame("I am " + i);
                }
                for (int i = 0; i < 200; i++) {
                    peers.get(i).expectFrame("I am " + i);
                }
            }
            for (Peer peer : peers) {
                peer.close();
            }
        }
    }
}
