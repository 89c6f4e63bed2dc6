package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ending in good order. The clock is the test's where a deadline matters; else they are out of reach. */
@Timeout(60)
class DrainContractTest {
    private static final Duration OUT_OF_REACH = Duration.ofHours(1);
    private static final byte[] FRAME = TestClient.frame(TestClient.payload(100, 1));

    private final TestClock clock = new TestClock();

    private TestServer echo(Backend backend) {
        ServerOptions options = TestServer.options(backend).posix(clock).lingerTimeout(OUT_OF_REACH);
        return new TestServer(options, TestServer.ECHO);
    }

    /** Runs something on the loop, and begins to drain before the loop can read what came of it. */
    private static void drainAfter(TestServer server, Duration timeout, Step step) {
        server.onLoop(() -> {
            step.run();
            server.server.drain(timeout); // On the loop it returns at once.
            return null;
        });
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void awaitEnd(TestServer server) throws Exception {
        CompletableFuture.runAsync(() -> server.server.drain(OUT_OF_REACH)).get(10, TimeUnit.SECONDS);
        server.server.join();
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void withoutClientsItEndsAtOnceAndThePortIsFree(Backend backend) throws Exception {
        try (TestServer server = echo(backend)) {
            server.server.drain(OUT_OF_REACH);
            server.server.join();
            assertThatExceptionOfType(ConnectException.class)
                    .isThrownBy(() -> new Socket("127.0.0.1", server.port()).close());
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whatOnlyTheKernelHadReceivedIsAnswered(Backend backend) throws Exception {
        try (TestServer server = echo(backend)) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(server.connect());
            }
            server.await(Counter.CLIENTS_OPEN, 20);
            drainAfter(server, OUT_OF_REACH, () -> {
                for (TestClient client : clients) {
                    for (int i = 0; i < 1000; i++) { // More than one read.
                        client.write(FRAME);
                    }
                }
            });
            for (TestClient client : clients) {
                assertThat(client.readToEnd()).isEqualTo(1000L * FRAME.length);
                client.close();
            }
            awaitEnd(server);
            assertThat(server.count(Counter.CLOSED_BY_DRAIN)).isEqualTo(20);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whoeverWaitedInTheBacklogIsServed(Backend backend) throws Exception {
        try (TestServer server = echo(backend)) {
            List<TestClient> clients = new ArrayList<>();
            drainAfter(server, OUT_OF_REACH, () -> {
                for (int i = 0; i < 20; i++) {
                    clients.add(server.connect().write(FRAME));
                }
            });
            for (TestClient client : clients) {
                assertThat(client.readToEnd()).isEqualTo(FRAME.length);
                client.close();
            }
            awaitEnd(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void idleClientsAndHalfFramesSeeTheEndOfTheStream(Backend backend) throws Exception {
        try (TestServer server = echo(backend)) {
            TestClient idle = server.connect();
            TestClient half = server.connect().write((byte) 9, (byte) 0);
            server.await(Counter.BYTES_RECEIVED, 2);
            server.await(Counter.CLIENTS_OPEN, 2);
            drainAfter(server, OUT_OF_REACH, () -> { });
            assertThat(idle.readToEnd()).isZero();
            assertThat(half.readToEnd()).isZero();
            idle.close();
            half.close();
            awaitEnd(server);
            assertThat(server.count(Counter.CLOSED_BY_DRAIN)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPausedClientGetsAllThatItIsOwedAndWhatItAskedMeanwhile(Backend backend) throws Exception {
        try (TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(4096);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            drainAfter(server, OUT_OF_REACH, () -> {
                Flood.ask(client, 3);
                Flood.ask(client, Flood.MANY);
            });
            assertThat(client.readToEnd()).isEqualTo(Flood.bytes(2 * Flood.MANY + 3));
            client.close();
            awaitEnd(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aStuckClientIsCutOffAtTheDeadline(Backend backend) throws Exception {
        ServerOptions options = Flood.options(backend).posix(clock).writeTimeout(OUT_OF_REACH)
                .lingerTimeout(OUT_OF_REACH);
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient stuck = server.connect(4096);
            Flood.ask(stuck, Flood.MANY);
            TestClient silent = server.connect();
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.await(Counter.CLIENTS_OPEN, 2);
            drainAfter(server, Duration.ofMinutes(2), () -> { });
            assertThat(silent.readToEnd()).as("and then it does not hang up").isZero();
            server.advance(Duration.ofSeconds(119));
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(2);
            clock.advance(Duration.ofMillis(1001));
            awaitEnd(server);
            assertThat(server.count(Counter.CLOSED_BY_DRAIN)).isEqualTo(2);
            stuck.reset();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theDeadlineEndsTheLoopsWaitByItself(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            server.connect();
            server.await(Counter.CLIENTS_OPEN, 1);
            long start = System.nanoTime();
            server.server.drain(Duration.ofMillis(60));
            assertThat(System.nanoTime() - start).isBetween(55_000_000L, 5_000_000_000L);
            assertThat(server.count(Counter.ITERATIONS_MADE)).isLessThan(15);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void atTheClientLimitThePresentClientsAreServedAndTheWaitingOnesTurnedAway(Backend backend)
            throws Exception {
        ServerOptions options = TestServer.options(backend).maxClients(2);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            TestClient[] present = {server.connect(), server.connect()};
            server.await(Counter.CLIENTS_OPEN, 2);
            List<TestClient> waiting = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                waiting.add(server.connect().write(FRAME));
            }
            drainAfter(server, OUT_OF_REACH, () -> {
                present[0].write(FRAME);
                present[1].write(FRAME);
            });
            for (TestClient client : present) {
                assertThat(client.readToEnd()).isEqualTo(FRAME.length);
                client.close();
            }
            for (TestClient client : waiting) {
                client.awaitEnd();
            }
            awaitEnd(server);
            assertThat(server.count(Counter.CLIENTS_ACCEPTED)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void ofTwoDeadlinesTheEarlierHolds(Backend backend) throws Exception {
        for (Duration[] both : new Duration[][] {{Duration.ofMinutes(2), OUT_OF_REACH},
            {OUT_OF_REACH, Duration.ofMinutes(2)}}) {
            try (TestServer server = echo(backend)) {
                server.connect();
                server.await(Counter.CLIENTS_OPEN, 1);
                drainAfter(server, both[0], () -> { });
                drainAfter(server, both[1], () -> { });
                server.settle(); // By now both have begun.
                server.advance(Duration.ofSeconds(119));
                assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(1);
                clock.advance(Duration.ofMillis(1001));
                awaitEnd(server);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void fromInsideACallbackItBeginsAfterIt(Backend backend) throws Exception {
        TestServer[] server = new TestServer[1];
        Handler handler = (client, buffer, offset, length) -> {
            server[0].server.drain(OUT_OF_REACH);
            client.send(buffer, offset, length);
        };
        try (TestServer draining = new TestServer(TestServer.options(backend), handler)) {
            server[0] = draining;
            TestClient client = draining.connect().write(FRAME).write(FRAME);
            assertThat(client.readToEnd()).isEqualTo(2L * FRAME.length);
            client.close();
            awaitEnd(draining);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatNeverStopsSendingDoesNotHoldItUp(Backend backend) throws Exception {
        Handler discard = (client, buffer, offset, length) -> { };
        try (TestServer server = new TestServer(TestServer.options(backend), discard)) {
            TestClient firehose = server.connect();
            firehose.writeAside(TestClient.frame(new byte[4000]), Integer.MAX_VALUE);
            server.await(Counter.BYTES_RECEIVED, 1 << 20);
            drainAfter(server, OUT_OF_REACH, () -> { });
            assertThat(firehose.readToEnd()).isZero();
            firehose.close();
            awaitEnd(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatFinishedBeforeIsStillCountedAsSuch(Backend backend) throws Exception {
        try (TestServer server = echo(backend)) {
            TestClient client = server.connect();
            server.await(Counter.CLIENTS_OPEN, 1);
            drainAfter(server, OUT_OF_REACH, () -> client.write(FRAME).finish());
            assertThat(client.readToEnd()).isEqualTo(FRAME.length);
            awaitEnd(server);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void noTimeAtAllAndAllTheTimeInTheWorldAreTaken(Backend backend) throws Exception {
        try (TestServer server = echo(backend)) {
            server.connect();
            server.await(Counter.CLIENTS_OPEN, 1);
            server.server.drain(Duration.ZERO);
            assertThat(server.count(Counter.CLOSED_BY_DRAIN)).isEqualTo(1);
        }
        try (TestServer server = echo(backend)) {
            CompletableFuture.runAsync(() -> server.server.drain(ChronoUnit.FOREVER.getDuration()))
                    .get(10, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void closeCutsADrainShort(Backend backend) throws Exception {
        try (TestServer server = echo(backend)) {
            TestClient client = server.connect();
            server.await(Counter.CLIENTS_OPEN, 1);
            drainAfter(server, OUT_OF_REACH, () -> { });
            assertThat(client.readToEnd()).isZero();
            server.server.close();
            assertThat(server.count(Counter.CLOSED_BY_DRAIN)).isEqualTo(1);
        }
    }
}
