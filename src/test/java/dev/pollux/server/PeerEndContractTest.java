package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.NativePosix;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a peer can leave: in good order, half, or with a bang. */
@Timeout(60)
class PeerEndContractTest {
    private static final int TINY = 4096;
    private static final byte[] FRAME = TestClient.frame(TestClient.payload(100, 1));

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatFinishesAtOnceIsClosed(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect().finish();
            assertThat(client.readToEnd()).isZero();
            server.await(Counter.CLOSED_BY_PEER, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatFinishedStillGetsAllItsReplies(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect();
            for (int i = 0; i < 100; i++) {
                client.write(FRAME);
            }
            client.finish();
            assertThat(client.readToEnd()).isEqualTo(100L * FRAME.length);
            server.await(Counter.CLOSED_BY_PEER, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatFinishedGetsRepliesThatTheKernelHadNoRoomFor(Backend backend) throws Exception {
        try (TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            Flood.ask(client, Flood.MANY);
            client.finish();
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.settle();
            assertThat(server.count(Counter.CLIENTS_OPEN)).as("end of stream with output owed").isEqualTo(1);
            assertThat(client.readToEnd()).isEqualTo(Flood.bytes(Flood.MANY));
            server.await(Counter.CLOSED_BY_PEER, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFrameThatEndsWithTheStreamIsDropped(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect().write(FRAME).write(Arrays.copyOf(FRAME, 50)).finish();
            assertThat(client.readToEnd()).isEqualTo(FRAME.length);
            server.await(Counter.CLOSED_BY_PEER, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aResetBeforeTheFirstByteClosesThatClientOnly(Backend backend) throws Exception {
        resetsAfter(backend, 0);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aResetInsideThePrefixClosesThatClientOnly(Backend backend) throws Exception {
        resetsAfter(backend, 2);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aResetInsideThePayloadClosesThatClientOnly(Backend backend) throws Exception {
        resetsAfter(backend, 50);
    }

    private static void resetsAfter(Backend backend, int bytes) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient other = server.connect();
            TestClient client = server.connect().write(Arrays.copyOf(FRAME, bytes));
            server.await(Counter.CLIENTS_OPEN, 2);
            server.await(Counter.BYTES_RECEIVED, bytes);
            client.reset();
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(other.echo(new byte[] {7})).containsExactly(7);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aResetBeforeTheClientWasAcceptedClosesItOnly(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            server.onLoop(() -> {
                server.connect().reset();
                server.connect().write(FRAME).reset();
                return null;
            });
            server.await(Counter.CLOSED_BY_RESET, 2);
            assertThat(server.connect().echo(new byte[] {7})).containsExactly(7);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aResetWithRepliesUnreadClosesThatClientOnly(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect().write(FRAME);
            server.await(Counter.BYTES_SENT, FRAME.length);
            client.reset();
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(server.connect().echo(new byte[] {7})).containsExactly(7);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aResetWhilePausedClosesThatClientOnly(Backend backend) throws Exception {
        try (TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            client.reset();
            server.await(Counter.CLOSED_BY_RESET, 1);
            Flood.ask(server.connect(), 1).receive();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aResetAfterTheEndOfTheStreamWithRepliesOwedClosesThatClientOnly(Backend backend) throws Exception {
        try (TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            Flood.ask(client, Flood.MANY).finish();
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.settle();
            client.reset();
            server.await(Counter.CLOSED_BY_RESET, 1);
            Flood.ask(server.connect(), 1).receive();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void framesThatArrivedBeforeAResetWhilePausedAreDelivered(Backend backend) throws Exception {
        assumeTrue(backend != Backend.SELECT, "select(2) does not tell a hang-up from room to write");
        try (TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            Flood.ask(client, 0);
            Flood.ask(client, 0);
            assertThat(server.count(Counter.FRAMES_RECEIVED)).isEqualTo(1);
            client.reset();
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(server.count(Counter.FRAMES_RECEIVED)).isEqualTo(3);
        }
    }

    /** The same when the poller has said that there is room to write, and the reset comes before the send. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void framesThatArrivedBeforeAResetAreDeliveredWhenASendFailsFirst(Backend backend) throws Exception {
        AtomicReference<TestClient> resetting = new AtomicReference<>();
        ServerOptions options = Flood.options(backend).posix(() ->
                Intercepted.call(NativePosix.confined(), "send", (arguments, send) -> {
                    TestClient client = resetting.getAndSet(null);
                    if (client != null) {
                        client.reset();
                    }
                    return send.call();
                }));
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            Flood.ask(client, 0);
            Flood.ask(client, 0);
            resetting.set(client);
            client.awaitEnd(); // Reads until there is room to write, and the loop sends.
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(server.count(Counter.FRAMES_RECEIVED)).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aClientThatNeverReadsDoesNotKeepAnotherFromBeingServed(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient deaf = server.connect(TINY);
            deaf.writeAside(TestClient.frame(TestClient.payload(4000, 3)), 10_000);
            server.await(Counter.CLIENTS_PAUSED, 1);
            TestClient client = server.connect();
            for (int i = 0; i < 1000; i++) {
                assertThat(client.echo(new byte[] {(byte) i})).containsExactly(i);
            }
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(2);
            deaf.reset();
            server.await(Counter.CLOSED_BY_RESET, 1);
        }
    }
}
