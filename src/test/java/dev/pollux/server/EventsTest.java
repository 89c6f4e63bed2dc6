package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Recorded;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a recording of Flight Recorder gets to see of a server, without any option of ours. */
@Timeout(60)
class EventsTest {
    private static List<String> texts(List<RecordedEvent> events, String... fields) {
        return events.stream().map(event -> {
            StringBuilder text = new StringBuilder(Recorded.name(event));
            for (String field : fields) {
                text.append(' ').append(event.hasField(field) ? event.getValue(field).toString() : "-");
            }
            return text.toString();
        }).toList();
    }

    @Test
    void aClientsBeginningAndItsEndWithTheReason() throws Exception {
        List<RecordedEvent> events;
        int port;
        try (Recorded recording = new Recorded("ClientAccepted", "ClientClosed")) {
            try (TestServer server = TestServer.echo(Backend.POLL)) {
                TestClient client = server.connect();
                port = client.socket.getLocalPort();
                client.echo(new byte[10]);
                client.write(TestClient.prefixed(-1, new byte[0]));
                assertThat(client.readToEnd()).isZero();
                client.close();
                server.await(Counter.CLOSED_FRAME_TOO_LONG, 1);
            }
            events = recording.events();
        }
        assertThat(texts(events, "peer", "reason", "bytesReceived", "bytesSent", "bytesUnsent"))
                .containsExactly("ClientAccepted 127.0.0.1:" + port + " - - - -",
                        "ClientClosed 127.0.0.1:" + port + " FRAME_TOO_LONG 18 14 0");
        assertThat(events).allMatch(event -> event.getInt("descriptor") == events.get(0).getInt("descriptor")
                && event.getThread().getJavaName().equals("pollux-loop") && event.getStackTrace() == null);
    }

    @Test
    void readingThatIsPausedAndResumed() throws Exception {
        List<RecordedEvent> events;
        ServerOptions options = Flood.options(Backend.POLL);
        try (Recorded recording = new Recorded("ReadingPaused", "ReadingResumed")) {
            try (TestServer server = new TestServer(options, Flood.HANDLER)) {
                TestClient client = server.connect(4096);
                Flood.ask(client, Flood.MANY).finish();
                server.await(Counter.CLIENTS_PAUSED, 1);
                assertThat(client.readToEnd()).isEqualTo(Flood.bytes(Flood.MANY));
            }
            events = recording.events();
        }
        assertThat(texts(events)).containsExactly("ReadingPaused", "ReadingResumed");
        assertThat(events.get(0).getLong("bytesUnsent"))
                .isBetween(options.highWatermarkBytes(), Flood.bytes(Flood.MANY));
        assertThat(events.get(1).getLong("bytesUnsent")).isLessThanOrEqualTo(options.lowWatermarkBytes());
    }

    @Test
    void aPauseInAccepting() throws Exception {
        AtomicInteger failures = new AtomicInteger(2);
        ServerOptions options = TestServer.options(Backend.POLL).posix(() -> Intercepted.call(
                NativePosix.confined(), "accept4", (arguments, kernel) ->
                        failures.getAndDecrement() > 0 ? (Object) (-Errno.EMFILE.number) : kernel.call()));
        List<RecordedEvent> events;
        try (Recorded recording = new Recorded("AcceptBackOff")) {
            try (TestServer server = new TestServer(options, TestServer.ECHO)) {
                server.connect().echo(new byte[] {1});
            }
            events = recording.events();
        }
        assertThat(texts(events, "errno", "backOff"))
                .containsExactly("AcceptBackOff EMFILE 10000000", "AcceptBackOff EMFILE 20000000");
    }

    /** The handler takes its time on the first frame only. */
    @Test
    void anIterationThatTakesLongerThanTenMilliseconds() throws Exception {
        Handler handler = (client, buffer, offset, length) -> {
            if (length == 1) {
                try {
                    assertThat(new CountDownLatch(1).await(30, TimeUnit.MILLISECONDS)).isFalse();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            client.send(buffer, offset, length);
        };
        List<RecordedEvent> events;
        try (Recorded recording = new Recorded("SlowIteration")) {
            try (TestServer server = new TestServer(TestServer.options(Backend.POLL), handler)) {
                TestClient client = server.connect();
                client.echo(new byte[2]);
                client.echo(new byte[1]);
                // Waits are not part of an iteration.
                assertThat(new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS)).isFalse();
                client.echo(new byte[2]);
            }
            events = recording.events();
        }
        assertThat(events).allMatch(event -> event.getDuration().toMillis() >= 10);
        assertThat(events.stream().filter(event -> event.getDuration().toMillis() >= 30))
                .singleElement().satisfies(event -> assertThat(event.getInt("ready")).isEqualTo(1));
    }
}
