package dev.pollux.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.PosixException;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.ServerOptions;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.Faults.Subject;
import dev.pollux.testkit.ScarceMemory;
import dev.pollux.testkit.SimulatedKernel;
import dev.pollux.testkit.SimulatedPeer;
import dev.pollux.testkit.SimulatedServer;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Some peers with an echo server, good ones and bad ones, from its start to the end of its drain: always the
 * same but for one fault. Whatever takes time has so much of it that a back-off does not matter.
 */
final class Story {
    /** What became of a peer. */
    record Outcome(int received, CloseReason reason) {
    }

    private static final int BUFFER = 256;
    private static final byte[] TOO_LONG = {-1, -1, -1, -1};

    final SimulatedKernel kernel = new SimulatedKernel().sendBufferBytes(300).receiveBufferBytes(200);
    final Map<String, SimulatedPeer> peers = new LinkedHashMap<>();
    final Map<String, ByteArrayOutputStream> echoes = new LinkedHashMap<>(); // All that a peer may receive.
    ScarceMemory memory = new ScarceMemory(number -> false);
    private Supplier<Arena> arenas = memory;
    private final Backend backend;
    private SimulatedServer server;
    /** What the server ended with, or null. */
    PosixException failure;
    /** The call that went wrong, or null while none has. */
    Call hit;
    /** Whom that call was about, or null. */
    String victim;

    Story(Backend backend) {
        this.backend = backend;
    }

    /** Nothing goes wrong but one call. */
    Story withFault(int number, Fault fault) {
        kernel.faults(call -> {
            if (call.number() != number) {
                return Fault.NONE;
            }
            hit = call;
            victim = call.subject() == Subject.CONNECTION ? whoIs(call.peerPort()) : null;
            return fault;
        });
        return this;
    }

    /** Nothing goes wrong but one allocation; or, if no arena is made, the making of its arena. */
    Story withFailedAllocation(int number, boolean arenaIsMade) {
        memory = new ScarceMemory(each -> arenaIsMade && each == number);
        arenas = memory;
        if (!arenaIsMade) {
            int[] arena = {0};
            arenas = () -> {
                if (++arena[0] == number) {
                    throw new OutOfMemoryError("arena " + number);
                }
                return memory.get();
            };
        }
        return this;
    }

    private String whoIs(int port) {
        return peers.entrySet().stream().filter(peer -> peer.getValue().address().port() == port)
                .findFirst().orElseThrow().getKey();
    }

    private ServerOptions options() {
        return new ServerOptions().backend(backend).bufferSize(BUFFER).maxClients(7).acceptBudget(2)
                .highWatermarkBytes(600).lowWatermarkBytes(200).idleTimeout(Duration.ofSeconds(40))
                .frameTimeout(Duration.ofSeconds(5)).writeTimeout(Duration.ofSeconds(20))
                .lingerTimeout(Duration.ofSeconds(2)).memory(arenas);
    }

    /** Tells it to the end; whatever goes wrong beyond the one fault is thrown. */
    Story tell() {
        try {
            server = SimulatedServer.start(options(), Client::send, kernel);
        } catch (PosixException e) {
            failure = e;
            kernel.assertClean();
            return this;
        }
        try (SimulatedServer _ = server) {
            meetEverybody();
            server.advance(Duration.ofSeconds(60));
            peer("late").frames(3, 50);
            peer("late and slow").frames(5, 200).is().readSlowly(100, Duration.ofMillis(10));
            server.advance(Duration.ofSeconds(1));
            server.server().drain(Duration.ofSeconds(5));
            server.advance(Duration.ofSeconds(6));
        } catch (PosixException e) {
            failure = e;
        }
        if (server.snapshot().get(Counter.OFF_HEAP_BYTES) != 0 || memory.openArenas() != 0
                || server.snapshot().get(Counter.CLIENTS_OPEN) != 0) {
            throw new AssertionError("not all was given back: " + server.snapshot() + " and "
                    + memory.openArenas() + " arenas");
        }
        return this;
    }

    private void meetEverybody() {
        peer("steady").inPieces(10).is().finish();
        peer("in a burst").frames(9, 190).is().readSlowly(150, Duration.ofMillis(3)).finish();
        peer("with half a frame").frames(2, 30).is().send((byte) 9, (byte) 0);
        peer("too long").frames(1, 60).is().send(TOO_LONG);
        SimulatedPeer unread = peer("never reading").frames(12, 240).is().readNothing();
        SimulatedPeer resetting = peer("resetting").frames(3, 80).is();
        resetting.pause(Duration.ofSeconds(2)).then(resetting::reset);
        SimulatedPeer vanishing = peer("vanishing").frames(2, 100).is();
        vanishing.pause(Duration.ofSeconds(3)).then(vanishing::vanish);
        // No place for these until others have left.
        peer("waiting").frames(4, 10).is().finish();
        SimulatedPeer hasty = peer("hasty").frames(2, 200).is();
        hasty.then(hasty::close);
        unread.pause(Duration.ofSeconds(1));
    }

    private Part peer(String name) {
        SimulatedPeer peer = server.connect();
        peers.put(name, peer);
        echoes.put(name, new ByteArrayOutputStream());
        return new Part(peer, echoes.get(name), name.hashCode());
    }

    /** What one of them says. */
    private record Part(SimulatedPeer is, ByteArrayOutputStream echo, int seed) {
        Part frames(int count, int bytes) {
            for (int i = 0; i < count; i++) {
                is.send(frame(bytes + i, i));
            }
            return this;
        }

        private byte[] frame(int bytes, int number) {
            ByteBuffer frame = ByteBuffer.allocate(4 + bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes);
            for (int i = 0; i < bytes; i++) {
                frame.put((byte) (seed + 31 * number + 7 * i));
            }
            echo.writeBytes(frame.array());
            return frame.array();
        }

        /** Cut at every place that matters: within the prefix, between prefix and payload, and so on. */
        Part inPieces(int count) {
            for (int i = 0; i < count; i++) {
                byte[] frame = frame(3 * i, i);
                int cut = i % frame.length;
                is.send(java.util.Arrays.copyOf(frame, cut)).pause(Duration.ofMillis(1));
                is.send(java.util.Arrays.copyOfRange(frame, cut, frame.length)).pause(Duration.ofMillis(5));
            }
            return this;
        }
    }

    Map<String, Outcome> outcomes() {
        Map<String, Outcome> outcomes = new LinkedHashMap<>();
        peers.forEach((name, peer) ->
                outcomes.put(name, new Outcome(peer.received().length, server.reason(peer))));
        return outcomes;
    }

    /** Nobody has received anything but the beginning of his own echo. */
    void assertNobodyReceivedAnythingWrong() {
        peers.forEach((name, peer) -> {
            byte[] received = peer.received();
            byte[] echo = echoes.get(name).toByteArray();
            int mismatch = java.util.Arrays.mismatch(received, echo);
            if (mismatch >= 0 && mismatch < received.length) {
                assertThat(received).as("what %s received", name).isEqualTo(echo);
            }
        });
    }
}
