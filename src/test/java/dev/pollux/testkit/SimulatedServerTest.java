package dev.pollux.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.frame.Framing;
import dev.pollux.metrics.Counter;
import dev.pollux.posix.Errno;
import dev.pollux.posix.PosixException;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.Handler;
import dev.pollux.server.ServerOptions;
import dev.pollux.simulation.Silence;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What an embedding program's tests look like, and what a peer of the simulation can do. */
@Timeout(60)
class SimulatedServerTest {
    /** As in the Javadoc of {@link SimulatedPosix}. */
    private static final class Greeter implements Handler {
        @Override
        public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
            String name = new String(buffer.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE), UTF_8);
            MemorySegment greeting = MemorySegment.ofArray(("Hello, " + name + "!").getBytes(UTF_8));
            client.send(greeting, 0, greeting.byteSize());
        }
    }

    @Test
    void aHandlerIsTestedInTenLines() {
        try (var server = SimulatedServer.start(new ServerOptions(), new Greeter())) {
            SimulatedPeer ada = server.connect().sendFrame("Ada");
            server.run();
            assertThat(ada.nextText()).isEqualTo("Hello, Ada!");
            assertThat(ada.nextText()).isNull();
            ada.sendFrame("Ada, who is slow").readNothing();
            server.advance(Duration.ofMinutes(1));
            assertThat(server.reason(ada)).as("64 KiB hold a greeting").isNull();
            ada.readAll().finish();
            server.run();
            assertThat(ada.nextText()).isEqualTo("Hello, Ada, who is slow!");
            assertThat(server.reason(ada)).isEqualTo(CloseReason.PEER_CLOSED);
        }
    }

    @Test
    void whoeverReadsNothingIsClosedInTime() {
        SimulatedKernel kernel = new SimulatedKernel().sendBufferBytes(8).receiveBufferBytes(8);
        try (var server = SimulatedServer.start(new ServerOptions(), new Greeter(), kernel)) {
            SimulatedPeer peer = server.connect().sendFrame("somebody").readNothing();
            server.advance(Duration.ofSeconds(29));
            assertThat(server.reason(peer)).isNull();
            server.advance(Duration.ofSeconds(2));
            assertThat(server.reason(peer)).isEqualTo(CloseReason.WRITE_TIMEOUT);
            assertThat(peer.received()).isEmpty();
        }
    }

    @Test
    void aPeerSpeaksInPiecesWithPausesAndReadsSlowly() {
        ServerOptions options = new ServerOptions().framing(Framing.line());
        try (var server = SimulatedServer.start(options, Client::send)) {
            SimulatedPeer peer = server.connect().readSlowly(1, Duration.ofSeconds(1));
            peer.send((byte) 'o').pause(Duration.ofMinutes(1)).send((byte) 'k').sendFrame("").finish();
            long before = server.kernel().nanoTime();
            server.run();
            assertThat(server.kernel().nanoTime() - before).isBetween(60_000_000_000L, 65_000_000_000L);
            assertThat(server.reason(peer)).as("a frame must not take ten seconds")
                    .isEqualTo(CloseReason.FRAME_TIMEOUT);
            SimulatedPeer faster = server.connect().sendFrame("fast").finish();
            server.run();
            assertThat(faster.nextText()).isEqualTo("fast");
            assertThat(faster.isEnded()).isTrue();
            assertThat(faster.isIdle()).isTrue();
        }
    }

    @Test
    void aResetAndACloseAndASilence() {
        ServerOptions options = new ServerOptions().idleTimeout(Duration.ofSeconds(9));
        try (var server = SimulatedServer.start(options, Client::send)) {
            SimulatedPeer resetting = server.connect().sendFrame("a");
            SimulatedPeer closing = server.connect().sendFrame("b");
            SimulatedPeer vanishing = server.connect().sendFrame("c");
            server.run();
            resetting.reset();
            closing.close();
            vanishing.vanish();
            server.run();
            assertThat(server.reason(resetting)).isEqualTo(CloseReason.PEER_RESET);
            assertThat(server.reason(closing)).isEqualTo(CloseReason.PEER_CLOSED);
            assertThat(server.reason(vanishing)).isNull();
            server.advance(Duration.ofSeconds(10));
            assertThat(server.reason(vanishing)).isEqualTo(CloseReason.IDLE_TIMEOUT);
        }
    }

    @Test
    void aDrainEndsTheServerAndLingeringPeersAreWaitedFor() {
        try (var server = SimulatedServer.start(new ServerOptions(), Client::send)) {
            SimulatedPeer peer = server.connect().sendFrame("a").linger();
            server.run();
            server.server().drain(Duration.ofSeconds(5));
            server.advance(Duration.ofSeconds(1));
            assertThat(peer.isEnded()).isTrue();
            assertThat(server.runOnce()).as("it waits for the peer to hang up").isTrue();
            peer.close();
            server.advance(Duration.ofSeconds(1));
            assertThat(server.runOnce()).isFalse();
            assertThat(server.reason(peer)).isEqualTo(CloseReason.SERVER_DRAINED);
        }
    }

    @Test
    void aPortOnWhichNobodyListensRefuses() {
        try (var server = SimulatedServer.start(new ServerOptions(), Client::send)) {
            SimulatedPeer peer = server.kernel().connect(1).sendFrame("anybody?");
            server.run();
            assertThat(peer.failure()).isEqualTo(Errno.ECONNREFUSED);
        }
    }

    @Test
    void aFullBacklogIsTriedAgain() {
        ServerOptions options = new ServerOptions().backlog(1).maxClients(1);
        try (var server = SimulatedServer.start(options, Client::send)) {
            SimulatedPeer[] peers = new SimulatedPeer[4];
            for (int i = 0; i < peers.length; i++) {
                peers[i] = server.connect().sendFrame(String.valueOf(i));
                peers[i].pause(Duration.ofSeconds(1)).finish();
            }
            server.run();
            for (int i = 0; i < peers.length; i++) {
                assertThat(peers[i].nextText()).isEqualTo(String.valueOf(i));
            }
        }
    }

    @Test
    void aFaultOfTheServersOwnEndsItWithNothingLeft() {
        SimulatedKernel kernel = new SimulatedKernel();
        kernel.faults(call -> call.name() == SystemCall.READ ? Fault.fail(Errno.EFAULT) : Fault.NONE);
        try (var server = SimulatedServer.start(new ServerOptions(), Client::send, kernel)) {
            server.connect().sendFrame("a");
            assertThatExceptionOfType(PosixException.class).isThrownBy(server::run)
                    .withMessageContaining("EFAULT");
            assertThat(server.runOnce()).isFalse();
            assertThat(kernel.openDescriptors()).isZero();
            assertThat(server.snapshot().get(Counter.OFF_HEAP_BYTES)).isZero();
        }
    }

    @Test
    void aComplaintThatAHandlerMakesFailsTheTest() {
        Handler complaining = (client, buffer, offset, length) -> {
            throw new AssertionError("not what was expected");
        };
        SimulatedServer server = SimulatedServer.start(new ServerOptions(), complaining);
        server.connect().sendFrame("a");
        try (Silence _ = new Silence()) {
            assertThatExceptionOfType(AssertionError.class).isThrownBy(server::run)
                    .withMessage("not what was expected");
            assertThatExceptionOfType(AssertionError.class).isThrownBy(server::close);
        }
    }

    @Test
    void timePassesInsideASlowHandler() {
        SimulatedKernel kernel = new SimulatedKernel();
        ServerOptions options = new ServerOptions().idleTimeout(Duration.ofSeconds(2));
        Handler slow = (client, buffer, offset, length) -> {
            kernel.pass(Duration.ofSeconds(5));
            client.send(buffer, offset, length);
        };
        try (var server = SimulatedServer.start(options, slow, kernel)) {
            long before = kernel.nanoTime();
            SimulatedPeer peer = server.connect().sendFrame("a").finish();
            server.run();
            assertThat(kernel.nanoTime() - before).isGreaterThan(5_000_000_000L);
            assertThat(peer.nextText()).isEqualTo("a");
            assertThat(server.reason(peer)).isEqualTo(CloseReason.PEER_CLOSED);
        }
    }

    @Test
    void memoryThatRunsOutCostsTheClientThatNeedsIt() {
        ScarceMemory memory = new ScarceMemory(number -> number == 1);
        try (var server = SimulatedServer.start(new ServerOptions().memory(memory), Client::send)) {
            SimulatedPeer unlucky = server.connect().send((byte) 9);
            SimulatedPeer lucky = server.connect().sendFrame("a");
            server.run();
            assertThat(server.reason(unlucky)).isEqualTo(CloseReason.NO_RESOURCES);
            assertThat(lucky.nextText()).isEqualTo("a");
            assertThat(memory.allocations()).isEqualTo(1);
        }
        assertThat(memory.openArenas()).isZero();
    }

    @Test
    void aCallInsideAnotherHasItsOwnFaultAndResult() {
        List<String> lines = new ArrayList<>();
        SimulatedKernel kernel = new SimulatedKernel().trace(lines::add).costNanos(1_000_000, 0);
        try (var server = SimulatedServer.start(new ServerOptions(), Client::send, kernel)) {
            kernel.faults(call -> call.name() == SystemCall.READ && call.peerPort() > 0
                    ? Fault.fail(4095) : Fault.NONE);
            SimulatedPeer peer = server.connect();
            server.run();
            peer.sendFrame("a").then(() -> kernel.after(Duration.ofNanos(500_000),
                    () -> server.server().execute(() -> lines.add("the task"))));
            server.run();
            assertThat(server.reason(peer)).isEqualTo(CloseReason.PEER_RESET);
        }
        assertThat(lines).filteredOn(line -> line.contains("errno 4095"))
                .hasSize(2).allMatch(line -> line.contains(" read("));
        assertThat(lines).contains("the task");
        assertThat(lines).filteredOn(line -> line.contains(" eventfd_write(")) // Made inside a wait.
                .hasSize(2).allMatch(line -> line.endsWith(" = 0"));
    }

    @Test
    void theSameSeedIsTheSameRun() {
        assertThat(traceOf(1)).isEqualTo(traceOf(1)).isNotEqualTo(traceOf(2));
    }

    private static String traceOf(long seed) {
        StringBuilder trace = new StringBuilder();
        SimulatedKernel kernel = new SimulatedKernel().trace(line -> trace.append(line).append('\n'));
        try (var server = SimulatedServer.start(new ServerOptions(), Client::send, kernel)) {
            kernel.faults(Faults.seeded(seed, 0.3));
            for (int i = 0; i < 20; i++) {
                server.connect().sendFrame("frame " + i).finish();
            }
            server.run();
        }
        return trace.toString();
    }
}
