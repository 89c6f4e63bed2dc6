package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How the server ends a connection: no reply is lost, and no reset runs over one in flight. */
@Timeout(60)
class ClosingContractTest {
    private static final byte[] FRAME = TestClient.frame(TestClient.payload(100, 1));

    private static byte[] framesAnd(int count, byte[] last) {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            stream.writeBytes(FRAME);
        }
        stream.writeBytes(last);
        return stream.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void repliesBeforeAFrameThatIsTooLongArriveThoughThePeerGoesOnSending(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect();
            client.write(framesAnd(300, TestClient.prefixed(-1, new byte[10_000])));
            CompletableFuture<Void> written = client.writeAside(new byte[10_000], 1_000);
            written.get(10, TimeUnit.SECONDS); // All 10 MB were taken, and thrown away.
            assertThat(client.readToEnd()).isEqualTo(300L * FRAME.length);
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(1);
            client.close();
            server.await(Counter.CLOSED_FRAME_TOO_LONG, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aClientClosedByItsHandlerGetsTheRepliesSoFarAndNoFrameAfterwards(Backend backend) throws Exception {
        List<Boolean> sent = new CopyOnWriteArrayList<>();
        Handler handler = (client, buffer, offset, length) -> {
            sent.add(client.send(buffer, offset, length));
            if (sent.size() == 3) {
                client.close();
                client.close();
                sent.add(client.send(buffer, offset, length));
            }
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            TestClient client = server.connect().write(framesAnd(10, new byte[50]));
            CompletableFuture<Void> written = client.writeAside(new byte[10_000], 100);
            written.get(10, TimeUnit.SECONDS);
            assertThat(client.readToEnd()).isEqualTo(3L * FRAME.length);
            assertThat(sent).containsExactly(true, true, true, false);
            client.close();
            server.await(Counter.CLOSED_BY_HANDLER, 1);
            assertThat(server.count(Counter.FRAMES_RECEIVED)).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aClientClosedWithMuchUnsentGetsItAll(Backend backend) throws Exception {
        Handler handler = (client, buffer, offset, length) -> {
            Flood.HANDLER.onFrame(client, buffer, offset, length);
            client.close();
        };
        try (TestServer server = new TestServer(Flood.options(backend), handler)) {
            TestClient client = server.connect(4096);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.FRAMES_SENT, Flood.MANY);
            server.settle();
            assertThat(client.readToEnd()).isEqualTo(Flood.bytes(Flood.MANY));
            client.close();
            server.await(Counter.CLOSED_BY_HANDLER, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPeerThatVanishesWhileItIsOwedAfterACloseCountsForTheCloseItself(Backend backend) throws Exception {
        Handler handler = (client, buffer, offset, length) -> {
            Flood.HANDLER.onFrame(client, buffer, offset, length);
            client.close();
        };
        try (TestServer server = new TestServer(Flood.options(backend), handler)) {
            TestClient client = server.connect(4096);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.FRAMES_SENT, Flood.MANY);
            server.settle();
            client.reset();
            server.await(Counter.CLOSED_BY_HANDLER, 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void closingTheServerEndsEveryClientNow(Backend backend) throws Exception {
        TestServer server = new TestServer(Flood.options(backend), Flood.HANDLER);
        TestClient idle = server.connect();
        TestClient half = server.connect().write((byte) 4, (byte) 0);
        TestClient deaf = server.connect(4096);
        Flood.ask(deaf, Flood.MANY);
        TestClient bad = server.connect().write(TestClient.prefixed(-1, new byte[0]));
        server.await(Counter.CLIENTS_PAUSED, 1);
        server.await(Counter.CLIENTS_OPEN, 4);
        assertThat(bad.readToEnd()).isZero();
        server.close();
        idle.awaitEnd();
        half.awaitEnd();
        assertThat(server.count(Counter.CLOSED_BY_SERVER)).isEqualTo(3);
        assertThat(server.count(Counter.CLOSED_FRAME_TOO_LONG)).as("the lingering one").isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void closeFromInsideACallbackTakesEffectAfterIt(Backend backend) throws Exception {
        TestServer[] server = new TestServer[1];
        List<String> calls = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                server[0].server.close();
                server[0].server.close();
                calls.add("sent: " + client.send(buffer, offset, length));
            }

            @Override
            public void onClose(Client client, CloseReason reason) {
                calls.add(reason + ", sent: " + client.send(MemorySegment.NULL, 0, 0));
                server[0].server.close();
            }
        };
        server[0] = new TestServer(TestServer.options(backend), handler);
        try (TestServer closing = server[0]) {
            TestClient client = closing.connect().write(FRAME);
            assertThat(client.read(FRAME.length)).isEqualTo(FRAME);
            closing.server.join();
        }
        assertThat(calls).containsExactly("sent: true", "SERVER_CLOSED, sent: false");
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void closeAndDrainMayBeCalledByManyThreadsAtOnce(Backend backend) throws Exception {
        for (int round = 0; round < 20; round++) {
            try (TestServer server = TestServer.echo(backend)) {
                server.connect().echo(new byte[] {1});
                List<Thread> threads = new CopyOnWriteArrayList<>();
                for (int i = 0; i < 6; i++) {
                    boolean closes = i % 2 == 0;
                    threads.add(Thread.ofPlatform().daemon().start(() -> {
                        if (closes) {
                            server.server.close();
                        } else {
                            server.server.drain(Duration.ofSeconds(5));
                        }
                    }));
                }
                for (Thread thread : threads) {
                    assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
                }
                server.server.join();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aServerThatEndedTakesNoTaskAndEndsAgainWithoutComplaint(Backend backend) {
        TestServer server = TestServer.echo(backend);
        server.close();
        assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(
                () -> server.server.execute(() -> { })).withMessage("the server has ended");
        server.server.close();
        server.server.drain(Duration.ofSeconds(1));
        assertThat(server.server.address()).isNotNull();
        assertThat(server.server.snapshot().get(Counter.CLIENTS_OPEN)).isZero();
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void anInterruptedCallerStillWaitsAndStaysInterrupted(Backend backend) {
        try (TestServer server = TestServer.echo(backend)) {
            Thread.currentThread().interrupt();
            server.server.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(server.count(Counter.CLIENTS_OPEN)).isZero();
        }
    }
}
