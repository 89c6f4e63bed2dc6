package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In each state in which nothing can be done, nothing is done: counted in iterations over some time. */
@Timeout(60)
class SpinContractTest {
    private static long iterationsWithin(TestServer server, int millis) throws InterruptedException {
        server.settle();
        long before = server.count(Counter.ITERATIONS_MADE);
        assertThat(new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS)).isFalse();
        return server.count(Counter.ITERATIONS_MADE) - before;
    }

    private static void assertQuiet(TestServer server) throws InterruptedException {
        // Woken once to settle; a window update of the peer's kernel may still be under way.
        assertThat(iterationsWithin(server, 200)).as("%s", server.server.snapshot()).isLessThanOrEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void threeHundredIdleClientsWakeTheLoopLessThanTenTimesASecond(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            for (int i = 0; i < 300; i++) {
                server.connect().echo(TestClient.payload(i, i));
            }
            assertThat(iterationsWithin(server, 1000)).isLessThan(10);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFullServer(Backend backend) throws Exception {
        try (TestServer server = new TestServer(TestServer.options(backend).maxClients(1), TestServer.ECHO)) {
            server.connect().echo(new byte[] {1});
            server.connect();
            assertQuiet(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPausedClient(Backend backend) throws Exception {
        try (TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(4096);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            Flood.ask(client, 1); // Readable all the time.
            assertQuiet(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPausedClientWhosePeerFinished(Backend backend) throws Exception {
        try (TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(4096);
            Flood.ask(client, Flood.MANY).finish();
            server.await(Counter.CLIENTS_PAUSED, 1);
            assertQuiet(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPausedClientWhosePeerVanishedIsGoneInAFewIterations(Backend backend) throws Exception {
        try (TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(4096);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.settle();
            long before = server.count(Counter.ITERATIONS_MADE);
            client.reset();
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(server.count(Counter.ITERATIONS_MADE) - before).isLessThanOrEqualTo(5);
            assertQuiet(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theEndOfTheStreamWithOutputOwed(Backend backend) throws Exception {
        long neverPaused = Flood.bytes(Flood.MANY);
        ServerOptions options = Flood.options(backend).highWatermarkBytes(neverPaused);
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient client = server.connect(4096);
            Flood.ask(client, Flood.MANY).finish();
            server.await(Counter.READS_MADE, 2);
            assertQuiet(server);
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(1);
            assertThat(client.readToEnd()).isEqualTo(Flood.bytes(Flood.MANY));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aLingeringClient(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect().write(TestClient.prefixed(-1, new byte[100]));
            assertThat(client.readToEnd()).isZero();
            assertQuiet(server);
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aDrainThatWaitsForAClient(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect();
            client.echo(new byte[] {1});
            server.onLoop(() -> {
                server.server.drain(Duration.ofHours(1));
                return null;
            });
            assertThat(client.readToEnd()).isZero();
            assertQuiet(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aHalfFrame(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            server.connect().write((byte) 9, (byte) 0);
            server.await(Counter.BYTES_RECEIVED, 2);
            assertQuiet(server);
        }
    }
}
