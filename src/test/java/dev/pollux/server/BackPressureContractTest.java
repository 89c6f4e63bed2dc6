package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a peer leaves unsent: when reading stops and goes on, and when it is too much. */
@Timeout(60)
class BackPressureContractTest {
    private final Valve valve = new Valve();

    private static byte[] payloadOfFrame(int bytes) {
        return TestClient.payload(bytes - 4, 1);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void readingStopsAboveTheHighWatermarkAndGoesOnAtTheLowOne(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).posix(valve)
                .highWatermarkBytes(1000).lowWatermarkBytes(400);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            TestClient client = server.connect().send(payloadOfFrame(1000));
            server.await(Counter.FRAMES_SENT, 1);
            server.settle();
            assertThat(server.count(Counter.CLIENTS_PAUSED)).as("with 1000 bytes unsent").isZero();
            client.send(payloadOfFrame(4));
            server.await(Counter.CLIENTS_PAUSED, 1);
            client.send(payloadOfFrame(500));
            server.settle();
            assertThat(server.count(Counter.FRAMES_RECEIVED)).isEqualTo(2);
            valve.open(603);
            server.await(() -> valve.left() == 0, "603 bytes sent");
            server.settle();
            assertThat(server.count(Counter.FRAMES_RECEIVED)).as("with 401 bytes unsent").isEqualTo(2);
            valve.open(1);
            server.await(Counter.FRAMES_RECEIVED, 3);
            valve.open(1_000_000);
            assertThat(client.receive()).isEqualTo(payloadOfFrame(1000));
            assertThat(client.receive()).isEmpty();
            assertThat(client.receive()).isEqualTo(payloadOfFrame(500));
            assertThat(server.count(Counter.CLIENTS_PAUSED)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void repliesArriveWholeHoweverLittleTheKernelTakes(Backend backend) throws Exception {
        try (TestServer server = new TestServer(TestServer.options(backend).posix(valve), TestServer.ECHO)) {
            TestClient client = server.connect();
            for (int size : new int[] {1, 4000, 77}) {
                client.send(TestClient.payload(size, 2));
            }
            server.await(Counter.FRAMES_SENT, 3);
            int step = 1;
            for (int left = 1 + 4000 + 77 + 12; left > 0; left -= step, step = Math.min(left, step + 13)) {
                valve.open(step);
                server.await(() -> valve.left() == 0, "a few bytes");
            }
            for (int size : new int[] {1, 4000, 77}) {
                assertThat(client.receive()).isEqualTo(TestClient.payload(size, 2));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void everyCompleteFrameOfAReadIsDeliveredEvenIfTheFirstReplyPauses(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).posix(valve)
                .highWatermarkBytes(0).lowWatermarkBytes(0);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            byte[] frame = TestClient.frame(new byte[100]);
            byte[] stream = new byte[50 * frame.length];
            for (int i = 0; i < 50; i++) {
                System.arraycopy(frame, 0, stream, i * frame.length, frame.length);
            }
            TestClient client = server.connect().write(stream);
            server.await(Counter.CLIENTS_PAUSED, 1);
            server.settle();
            assertThat(server.count(Counter.FRAMES_RECEIVED)).isEqualTo(50);
            valve.open(stream.length);
            assertThat(client.read(stream.length)).isEqualTo(stream);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theUnsentLimitItselfIsAllowedAndOneFrameMoreCloses(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).posix(valve).unsentLimitBytes(200_000);
        List<Boolean> sent = new CopyOnWriteArrayList<>();
        List<CloseReason> closed = new CopyOnWriteArrayList<>();
        MemorySegment payload = MemorySegment.ofArray(new byte[50_000 - 4]);
        Handler handler = new Handler() {
            @Override
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                for (int i = 0; i < 4; i++) {
                    sent.add(client.send(payload, 0, payload.byteSize()));
                }
                sent.add(client.send(payload, 0, 0));
                sent.add(client.send(payload, 0, 0));
            }

            @Override
            public void onClose(Client client, CloseReason reason) {
                closed.add(reason);
            }
        };
        try (TestServer server = new TestServer(options, handler)) {
            TestClient client = server.connect().send(new byte[0]);
            server.await(Counter.CLOSED_UNSENT_LIMIT, 1);
            assertThat(sent).containsExactly(true, true, true, true, false, false);
            client.awaitEnd();
            assertThat(server.warnings()).singleElement().asString().contains("UNSENT_LIMIT")
                    .contains("200000 unsent");
        }
        assertThat(closed).containsExactly(CloseReason.UNSENT_LIMIT);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theClientWhoseUnsentBytesWouldPassTheMemoryLimitIsClosedAndNoOther(Backend backend)
            throws Exception {
        ServerOptions options = Flood.options(backend).memoryLimitBytes(Flood.bytes(Flood.MANY) * 3);
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient first = server.connect(4096);
            Flood.ask(first, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            TestClient[] more = new TestClient[6];
            Arrays.setAll(more, i -> server.connect(4096));
            for (TestClient each : more) {
                Flood.ask(each, Flood.MANY);
            }
            server.await(Counter.FRAMES_RECEIVED, 7);
            server.await(Counter.CLOSED_MEMORY_LIMIT, 1);
            assertThat(server.count(Counter.OFF_HEAP_BYTES_MOST))
                    .isLessThanOrEqualTo(Flood.bytes(Flood.MANY) * 3);
            assertThat(first.read((int) Flood.bytes(Flood.MANY))).hasSize((int) Flood.bytes(Flood.MANY));
            assertThat(server.warnings()).isNotEmpty().allMatch(line -> line.contains("MEMORY_LIMIT"));
            for (TestClient each : more) {
                each.reset();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theClientWhoseUnfinishedFrameWouldPassTheMemoryLimitIsClosedAndNoOther(Backend backend)
            throws Exception {
        ServerOptions options = TestServer.options(backend).memoryLimitBytes(5000);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            byte[] frame = TestClient.frame(TestClient.payload(3000, 1));
            TestClient first = server.connect().write(Arrays.copyOf(frame, 2900));
            server.await(Counter.BYTES_RECEIVED, 2900);
            TestClient second = server.connect().write(Arrays.copyOf(frame, 2900));
            second.awaitEnd();
            server.await(Counter.CLOSED_MEMORY_LIMIT, 1);
            first.write(Arrays.copyOfRange(frame, 2900, frame.length));
            assertThat(first.receive()).isEqualTo(TestClient.payload(3000, 1));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void anAnnouncedLengthAloneTakesNoMemory(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend).bufferSize(16 << 20);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            server.connect().write(TestClient.prefixed(15 << 20, new byte[10]));
            server.await(Counter.BYTES_RECEIVED, 14);
            server.settle();
            assertThat(server.count(Counter.OFF_HEAP_BYTES)).isBetween(14L, 1024L);
        }
    }
}
