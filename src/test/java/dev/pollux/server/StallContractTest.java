package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.testkit.SimulatedKernel;
import dev.pollux.testkit.SimulatedPeer;
import dev.pollux.testkit.SimulatedServer;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The process was stopped, the machine was suspended, a callback took long: who was in time stays. */
@Timeout(60)
class StallContractTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final AtomicBoolean interrupted = new AtomicBoolean(); // The next wait.
    private final TestClock clock = new TestClock(posix -> {
        for (String call : List.of("poll", "ppoll", "select", "epollWait")) {
            posix = Intercepted.call(posix, call, (arguments, kernel) ->
                    interrupted.getAndSet(false) ? -Errno.EINTR.number : kernel.call());
        }
        return posix;
    });

    private TestServer server(ServerOptions options, Handler handler) {
        return new TestServer(options.posix(clock), handler);
    }

    /**
     * Leaves the loop as SIGSTOP and SIGCONT do: what is done meanwhile is in the kernel, the clock has
     * jumped, and the next wait is interrupted.
     */
    private void stall(TestServer server, Step meanwhile) {
        server.settle();
        server.onLoop(() -> {
            meanwhile.run();
            clock.advance(LONG);
            interrupted.set(true);
            return null;
        });
        server.settle();
    }

    private interface Step {
        void run() throws Exception;
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void busyClientsAreNotIdleAfterAStall(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).idleTimeout(Duration.ofSeconds(30));
        try (TestServer server = server(options, TestServer.ECHO)) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                clients.add(server.connect());
                clients.get(i).echo(new byte[] {1});
            }
            TestClient silent = server.connect();
            silent.echo(new byte[] {1});
            stall(server, () -> {
                for (TestClient client : clients) {
                    client.send(new byte[] {2});
                }
            });
            for (TestClient client : clients) {
                assertThat(client.receive()).containsExactly(2);
            }
            server.await(Counter.CLOSED_IDLE_TIMEOUT, 1);
            silent.awaitEnd();
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(50);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFrameWhoseRestHasArrivedIsInTime(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).bufferSize(1 << 20);
        try (TestServer server = server(options, TestServer.ECHO)) {
            byte[] payload = TestClient.payload(100_000, 1);
            byte[] frame = TestClient.frame(payload);
            TestClient client = server.connect().write(Arrays.copyOf(frame, 20_000));
            server.await(Counter.BYTES_RECEIVED, 20_000);
            stall(server, () -> client.write(Arrays.copyOfRange(frame, 20_000, frame.length)));
            assertThat(client.receive()).isEqualTo(payload);
            TestClient late = server.connect().write(Arrays.copyOf(frame, 20_000));
            server.await(Counter.BYTES_RECEIVED, frame.length + 20_000);
            stall(server, () -> late.write((byte) 1));
            server.await(Counter.CLOSED_FRAME_TIMEOUT, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatHasRoomAgainIsNotStuck(Backend backend) throws Exception {
        ServerOptions options = Flood.options(backend).writeTimeout(Duration.ofSeconds(30));
        try (TestServer server = server(options, Flood.HANDLER)) {
            TestClient client = server.connect(64 << 10);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            stall(server, () -> client.read(3 << 20)); // More than fits into its buffers.
            client.read((int) Flood.bytes(Flood.MANY) - (3 << 20));
            assertThat(server.count(Counter.CLOSED_WRITE_TIMEOUT)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatHungUpDuringTheStallEndsInGoodOrder(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).lingerTimeout(Duration.ofSeconds(3));
        Handler closing = (client, buffer, offset, length) -> {
            client.send(buffer, offset, length);
            client.close();
        };
        try (TestServer server = server(options, closing)) {
            TestClient client = server.connect().send(new byte[] {1});
            assertThat(client.receive()).containsExactly(1);
            assertThat(client.readToEnd()).isZero();
            stall(server, client::close);
            server.await(Counter.CLOSED_BY_HANDLER, 1);
        }
    }

    /** One wait of epoll has room for 1,024 events. */
    @Test
    void clientsBeyondWhatOneWaitReportsAreInTimeToo() throws Exception {
        int count = 2_000;
        ServerOptions options = TestServer.options(Backend.EPOLL).maxClients(count)
                .idleTimeout(Duration.ofSeconds(30));
        List<SocketChannel> channels = new ArrayList<>();
        try (TestServer server = server(options, TestServer.ECHO)) {
            try {
                for (int i = 0; i < count; i++) {
                    channels.add(SocketChannel.open(new InetSocketAddress("127.0.0.1", server.port())));
                }
                server.await(Counter.CLIENTS_OPEN, count);
                byte[] frame = TestClient.frame(new byte[] {1});
                stall(server, () -> {
                    for (SocketChannel channel : channels) {
                        channel.write(ByteBuffer.wrap(frame));
                    }
                });
                server.await(Counter.BYTES_SENT, (long) count * frame.length);
                server.settle();
                assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(count);
            } finally {
                for (SocketChannel channel : channels) {
                    channel.close();
                }
            }
        }
    }

    /** The clock goes forward inside the callback: no time is waited. */
    private Handler slow(Duration time) {
        return (client, buffer, offset, length) -> {
            clock.advance(time);
            client.send(buffer, offset, length);
        };
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void afterASlowCallbackDeadlinesCountFromItsEnd(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).idleTimeout(Duration.ofSeconds(1));
        try (TestServer server = server(options, slow(Duration.ofMillis(1300)))) {
            TestClient client = server.connect();
            for (int i = 0; i < 5; i++) {
                assertThat(client.echo(new byte[] {1})).containsExactly(1);
                server.settle();
            }
            server.advance(Duration.ofMillis(900));
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(1);
            server.advance(Duration.ofMillis(101));
            assertThat(server.count(Counter.CLOSED_IDLE_TIMEOUT)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aDrainHasItsTimeFromWhenItIsAskedFor(Backend backend) throws Exception {
        Server[] server = new Server[1];
        Handler draining = (client, buffer, offset, length) -> {
            clock.advance(Duration.ofSeconds(2));
            client.send(buffer, offset, length);
            server[0].drain(Duration.ofMillis(500));
        };
        try (TestServer started = server(TestServer.options(backend), draining)) {
            server[0] = started.server;
            TestClient client = started.connect();
            started.await(Counter.CLIENTS_OPEN, 1);
            client.send(new byte[] {1});
            assertThat(client.receive()).containsExactly(1);
            assertThat(client.readToEnd()).as("in good order").isZero();
        }
    }

    /** Each read takes a millisecond here, and each peer has seconds of them to offer. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void manyPeersThatFloodDoNotMakeADrainLonger(Backend backend) {
        SimulatedKernel kernel = new SimulatedKernel().costNanos(1_000_000, 50).receiveBufferBytes(1 << 20);
        ServerOptions options = new ServerOptions().backend(backend).maxClients(100);
        Handler quiet = (client, buffer, offset, length) -> { };
        try (SimulatedServer server = SimulatedServer.start(options, quiet, kernel)) {
            for (int i = 0; i < 40; i++) {
                SimulatedPeer peer = server.connect();
                byte[] frames = new byte[4 << 20]; // A million empty frames.
                peer.send(frames);
            }
            for (int i = 0; i < 60; i++) {
                server.runOnce();
            }
            long began = kernel.nanoTime();
            server.server().drain(Duration.ofMillis(500));
            while (server.runOnce()) { }
            assertThat(Duration.ofNanos(kernel.nanoTime() - began)).isLessThan(Duration.ofMillis(700));
        }
    }

    /** One read holds thousands of small frames, and each takes a callback of a millisecond. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void manySmallFramesWithSlowCallbacksDoNotMakeADrainLonger(Backend backend) {
        SimulatedKernel kernel = new SimulatedKernel();
        ServerOptions options = new ServerOptions().backend(backend).maxClients(100);
        Handler slow = (client, buffer, offset, length) -> kernel.pass(Duration.ofMillis(1));
        try (SimulatedServer server = SimulatedServer.start(options, slow, kernel)) {
            List<SimulatedPeer> peers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                peers.add(server.connect());
            }
            server.run();
            long began = kernel.nanoTime();
            server.server().drain(Duration.ofMillis(500));
            peers.forEach(peer -> peer.send(new byte[64 << 10])); // Empty frames.
            while (server.runOnce()) { }
            assertThat(Duration.ofNanos(kernel.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aDrainWithoutTimeLeavesNoReplyBehind(Backend backend) throws Exception {
        try (TestServer server = server(TestServer.options(backend), TestServer.ECHO)) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                clients.add(server.connect());
                clients.get(i).echo(new byte[] {1});
            }
            server.settle();
            server.onLoop(() -> {
                for (TestClient client : clients) {
                    client.send(new byte[1000]);
                }
                server.server.drain(Duration.ZERO);
                return null;
            });
            for (TestClient client : clients) {
                assertThat(client.receive()).hasSize(1000);
                assertThat(client.readToEnd()).as("no reset").isZero();
            }
        }
    }

    /** With a drain timeout of 0 each close used to be a reset. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void lingeringHasATimeOfItsOwn(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).drainTimeout(Duration.ZERO)
                .lingerTimeout(Duration.ofSeconds(10));
        Handler closing = (client, buffer, offset, length) -> {
            client.send(buffer, offset, length);
            client.close();
        };
        try (TestServer server = server(options, closing)) {
            TestClient client = server.connect().send(new byte[] {1});
            server.await(Counter.FRAMES_RECEIVED, 1);
            server.settle();
            client.send(new byte[100]); // Unread bytes at a close are a reset.
            assertThat(client.receive()).containsExactly(1);
            assertThat(client.readToEnd()).isZero();
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void thePeerThatSendsNoCompleteFrameInTimeIsClosedIfThatIsAskedFor(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).firstFrameTimeout(Duration.ofSeconds(5))
                .frameTimeout(Duration.ZERO);
        try (TestServer server = server(options, TestServer.ECHO)) {
            TestClient silent = server.connect();
            TestClient half = server.connect().write((byte) 9);
            TestClient greeted = server.connect();
            greeted.echo(new byte[] {1});
            server.await(Counter.CLIENTS_OPEN, 3);
            server.advance(Duration.ofSeconds(3));
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(3);
            server.advance(Duration.ofSeconds(3));
            server.await(Counter.CLOSED_FIRST_FRAME_TIMEOUT, 2);
            silent.awaitEnd();
            half.awaitEnd();
            server.advance(Duration.ofHours(1));
            assertThat(greeted.echo(new byte[] {2})).containsExactly(2);
        }
        try (TestServer server = server(TestServer.options(backend), TestServer.ECHO)) {
            TestClient silent = server.connect();
            server.await(Counter.CLIENTS_OPEN, 1);
            server.advance(Duration.ofHours(10));
            assertThat(silent.echo(new byte[] {1})).as("off by default").containsExactly(1);
        }
    }
}
