package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that can take too long, on a clock that the test puts forward. */
@Timeout(60)
class TimeoutContractTest {
    private static final int TINY = 4096;
    private static final byte[] FRAME = TestClient.frame(TestClient.payload(100, 1));

    private static ServerOptions options(Backend backend) {
        return Flood.options(backend).posix(new TestClock());
    }

    private static TestServer echo(ServerOptions options) {
        return new TestServer(options, TestServer.ECHO);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private static void assertOpen(TestServer server, int clients) {
        assertThat(server.count(Counter.CLIENTS_OPEN)).as("clients open: %s", server.server.snapshot())
                .isEqualTo(clients);
    }

    /** At once: whoever waited could wait until the time is over on the real clock, too. */
    private static void assertCount(TestServer server, Counter counter, long count) {
        assertThat(server.count(counter)).as("%s: %s", counter, server.server.snapshot()).isEqualTo(count);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void byDefaultAnIdleClientStays(Backend backend) throws Exception {
        try (TestServer server = echo(options(backend))) {
            TestClient client = server.connect();
            client.echo(new byte[] {1});
            server.advance(Duration.ofDays(30));
            assertThat(client.echo(new byte[] {2})).containsExactly(2);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aClientThatMovesNoByteForTheIdleTimeoutIsClosed(Backend backend) throws Exception {
        try (TestServer server = echo(options(backend).idleTimeout(seconds(30)))) {
            TestClient silent = server.connect();
            TestClient lively = server.connect();
            server.await(Counter.CLIENTS_OPEN, 2);
            for (int i = 0; i < 3; i++) {
                server.advance(seconds(9));
                lively.echo(new byte[] {1});
            }
            assertOpen(server, 2);
            server.advance(seconds(4));
            assertCount(server, Counter.CLOSED_IDLE_TIMEOUT, 1);
            assertThat(silent.readToEnd()).isZero();
            lively.echo(new byte[] {1});
            server.advance(seconds(29));
            assertOpen(server, 1);
            server.advance(seconds(2));
            assertCount(server, Counter.CLOSED_IDLE_TIMEOUT, 2);
            assertThat(server.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void bytesThatOnlyGoOutKeepAClientFromBeingIdle(Backend backend) throws Exception {
        Client[] opened = new Client[1];
        Handler handler = new Handler() {
            @Override
            public void onOpen(Client client) {
                opened[0] = client;
            }

            @Override
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
            }
        };
        try (TestServer server = new TestServer(options(backend).idleTimeout(seconds(30)), handler)) {
            TestClient client = server.connect();
            server.await(Counter.CLIENTS_OPEN, 1);
            for (int i = 0; i < 4; i++) {
                server.advance(seconds(20));
                server.onLoop(() -> opened[0].send(MemorySegment.ofArray(FRAME), 0, 3));
                assertThat(client.receive()).hasSize(3);
            }
            server.advance(seconds(31));
            assertCount(server, Counter.CLOSED_IDLE_TIMEOUT, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFrameHasItsTimeFromItsFirstByteWhateverElseArrives(Backend backend) throws Exception {
        try (TestServer server = echo(options(backend))) {
            TestClient client = server.connect();
            for (int i = 0; i < 9; i++) {
                client.write(FRAME[i]);
                server.await(Counter.BYTES_RECEIVED, i + 1);
                server.advance(seconds(1));
            }
            assertOpen(server, 1);
            client.write(FRAME[9]);
            server.await(Counter.BYTES_RECEIVED, 10);
            server.advance(seconds(1).plusMillis(1));
            assertCount(server, Counter.CLOSED_FRAME_TIMEOUT, 1);
            client.awaitEnd();
            assertThat(server.warnings()).singleElement().asString().contains("FRAME_TIMEOUT")
                    .contains("10 bytes received").contains(":" + client.socket.getLocalPort());
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theNextFrameHasATimeOfItsOwn(Backend backend) throws Exception {
        try (TestServer server = echo(options(backend))) {
            TestClient client = server.connect();
            byte[] half = Arrays.copyOf(FRAME, 50);
            byte[] rest = Arrays.copyOfRange(FRAME, 50, FRAME.length);
            client.write(half);
            for (int i = 0; i < 4; i++) {
                server.await(Counter.BYTES_RECEIVED, 50 + (long) i * FRAME.length);
                server.advance(seconds(9));
                byte[] restAndHalf = Arrays.copyOf(rest, FRAME.length);
                System.arraycopy(half, 0, restAndHalf, rest.length, half.length);
                client.write(restAndHalf);
                assertThat(client.read(FRAME.length)).isEqualTo(FRAME);
            }
            client.write(rest);
            assertThat(client.read(FRAME.length)).isEqualTo(FRAME);
            server.advance(Duration.ofHours(1));
            assertOpen(server, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFramesTimeStandsStillWhileReadingIsPaused(Backend backend) throws Exception {
        ServerOptions options = options(backend).writeTimeout(Duration.ZERO);
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            byte[] askAndHalf = new byte[10]; // A frame of 8 bytes that asks for a flood, and 2 of the next.
            askAndHalf[0] = 4;
            askAndHalf[4] = (byte) Flood.MANY;
            askAndHalf[8] = 4;
            client.write(askAndHalf);
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.advance(Duration.ofHours(1));
            assertOpen(server, 1);
            client.read((int) Flood.bytes(Flood.MANY));
            server.settle();
            server.advance(seconds(9));
            assertOpen(server, 1);
            server.advance(seconds(1).plusMillis(1));
            assertCount(server, Counter.CLOSED_FRAME_TIMEOUT, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatTakesNothingForTheWriteTimeoutIsClosed(Backend backend) throws Exception {
        try (TestServer server = new TestServer(options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.settle();
            for (int i = 0; i < 3; i++) {
                server.advance(seconds(29));
                assertOpen(server, 1);
                long sent = server.count(Counter.BYTES_SENT);
                while (server.count(Counter.BYTES_SENT) == sent) {
                    client.read(64 << 10); // The kernel's own buffers must empty first.
                    server.settle();
                }
            }
            assertOpen(server, 1);
            server.advance(seconds(31)); // What was still under way may count as taken the first time.
            server.advance(seconds(31));
            assertCount(server, Counter.CLOSED_WRITE_TIMEOUT, 1);
            assertThat(server.warnings()).singleElement().asString().contains("WRITE_TIMEOUT")
                    .contains(" unsent");
            client.reset();
        }
    }

    /** Below the high watermark it is read from all the time: to send is not to take. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatGoesOnSendingAndTakesNothingIsClosedToo(Backend backend) throws Exception {
        ServerOptions options = options(backend).highWatermarkBytes(Flood.bytes(Flood.MANY));
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.FRAMES_RECEIVED, 1);
            for (int asked = 1; server.count(Counter.CLIENTS_OPEN) == 1; asked++) {
                assertThat(asked).as("times ten seconds").isLessThanOrEqualTo(7);
                Flood.ask(client, 0);
                server.await(Counter.FRAMES_RECEIVED, 1 + asked);
                server.settle();
                server.advance(seconds(10));
            }
            assertCount(server, Counter.CLOSED_WRITE_TIMEOUT, 1);
            client.reset();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerWhoFinishedAndTakesNothingIsClosedByTheWriteTimeoutToo(Backend backend) throws Exception {
        try (TestServer server = new TestServer(options(backend), Flood.HANDLER)) {
            TestClient client = server.connect(TINY);
            Flood.ask(client, Flood.MANY).finish();
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.settle();
            server.advance(seconds(31));
            server.advance(seconds(31));
            assertCount(server, Counter.CLOSED_WRITE_TIMEOUT, 1);
            client.reset();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatDoesNotHangUpAfterUsIsClosedWhenTheLingerTimeoutIsOver(Backend backend) throws Exception {
        try (TestServer server = echo(options(backend))) {
            TestClient client = server.connect().write(TestClient.prefixed(-1, new byte[0]));
            assertThat(client.readToEnd()).isZero();
            server.advance(seconds(59));
            assertOpen(server, 1);
            server.advance(seconds(1).plusMillis(1));
            assertCount(server, Counter.CLOSED_FRAME_TOO_LONG, 1);
            assertOpen(server, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void timeoutsOfZeroAreOff(Backend backend) throws Exception {
        ServerOptions options = options(backend).frameTimeout(Duration.ZERO).writeTimeout(Duration.ZERO);
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient half = server.connect().write(Arrays.copyOf(FRAME, 50));
            TestClient deaf = server.connect(TINY);
            Flood.ask(deaf, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.await(Counter.BYTES_RECEIVED, 58);
            server.advance(Duration.ofDays(300));
            assertOpen(server, 2);
            half.reset();
            deaf.reset();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aTimeoutEndsAWaitByItself(Backend backend) throws Exception {
        // The one test on the real clock: nobody wakes the loop.
        ServerOptions options = TestServer.options(backend).idleTimeout(Duration.ofMillis(50));
        try (TestServer server = echo(options)) {
            long start = System.nanoTime();
            assertThat(server.connect().readToEnd()).isZero();
            assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(45_000_000L);
            assertThat(server.count(Counter.ITERATIONS_MADE)).isLessThan(10);
        }
    }
}
