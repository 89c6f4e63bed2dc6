package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients cost while there is something to hold for them, and afterwards. */
@Timeout(60)
class MemoryContractTest {

    @ParameterizedTest
    @EnumSource(Backend.class)
    void sixtyFourMebibytesToASlowReaderHoldLessThanOneUnsentLimit(Backend backend) throws Exception {
        ServerOptions options = TestServer.options(backend);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            TestClient client = server.connect(4096);
            byte[] frame = TestClient.frame(TestClient.payload(4092, 1));
            int frames = (64 << 20) / frame.length;
            CompletableFuture<Void> written = client.writeAside(frame, frames);
            server.await(Counter.CLIENTS_PAUSED, 1);
            for (int i = 0; i < frames; i++) {
                if (!Arrays.equals(client.read(frame.length), frame)) {
                    throw new AssertionError("frame " + i);
                }
            }
            written.get();
            assertThat(server.count(Counter.OFF_HEAP_BYTES_MOST)).isLessThan(options.unsentLimitBytes());
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void afterTwoSilentSecondsClientsThatWereActiveHoldNothing(Backend backend) throws Exception {
        int count = DescriptorLimits.clients(backend, backend == Backend.POLL ? 10_000 : 1_000);
        List<SocketChannel> channels = new ArrayList<>();
        ServerOptions options = TestServer.options(backend).maxClients(count).posix(new TestClock());
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            try {
                byte[] frame = TestClient.frame(TestClient.payload(300, 1));
                for (int i = 0; i < count; i++) {
                    channels.add(SocketChannel.open(new InetSocketAddress("127.0.0.1", server.port())));
                    channels.get(i).write(ByteBuffer.wrap(frame, 0, 200));
                }
                server.await(Counter.BYTES_RECEIVED, 200L * count);
                server.settle();
                assertThat(server.count(Counter.OFF_HEAP_BYTES)).isGreaterThanOrEqualTo(200L * count);
                for (SocketChannel channel : channels) {
                    channel.write(ByteBuffer.wrap(frame, 200, frame.length - 200));
                }
                server.await(Counter.BYTES_SENT, (long) frame.length * count);
                server.settle();
                server.advance(Duration.ofSeconds(2));
                assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(count);
                assertThat(server.count(Counter.OFF_HEAP_BYTES)).isZero();
            } finally {
                for (SocketChannel channel : channels) {
                    channel.close();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void anOutboundThatEmptiedIsLetGoAfterTwoSilentSecondsToo(Backend backend) throws Exception {
        ServerOptions options = Flood.options(backend).posix(new TestClock());
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient client = server.connect(4096);
            Flood.ask(client, Flood.MANY);
            server.await(Counter.CLIENTS_PAUSED, 1);
            client.read((int) Flood.bytes(Flood.MANY));
            server.settle();
            assertThat(server.count(Counter.OFF_HEAP_BYTES)).isPositive();
            server.advance(Duration.ofSeconds(2));
            assertThat(server.count(Counter.OFF_HEAP_BYTES)).isZero();
            Flood.ask(client, 1);
            assertThat(client.receive()).hasSize((64 << 10) - 4);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void clientsThatGetWholeFramesHoldNothingAtAnyTime(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend)) {
            TestClient client = server.connect();
            for (int i = 0; i < 1000; i++) {
                client.echo(TestClient.payload(i, i));
            }
            assertThat(server.count(Counter.OFF_HEAP_BYTES_MOST)).isZero();
        }
    }
}
