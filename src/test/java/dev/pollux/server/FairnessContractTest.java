package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Counted in reads, not in milliseconds: how much of the others' comes before a client is served. */
@Timeout(60)
class FairnessContractTest {
    private static final byte SERVE_ME = 1;
    private static final int ROUNDS = 200;

    private final BlockingQueue<Long> readsWhenServed = new ArrayBlockingQueue<>(ROUNDS);
    private TestServer server;

    /** Swallows what a firehose sends, and notes when somebody else is served. */
    private void onFrame(Client client, MemorySegment buffer, long offset, long length) {
        if (length > 0 && buffer.get(ValueLayout.JAVA_BYTE, offset) == SERVE_ME) {
            readsWhenServed.add(server.count(Counter.READS_MADE));
            client.send(buffer, offset, length);
        }
    }

    /** Reads that were made between a frame's arrival in the kernel and its delivery, at most. */
    private long mostReadsBetween(TestClient client) throws Exception {
        client.echo(new byte[] {SERVE_ME}); // It is accepted by now.
        readsWhenServed.clear();
        long most = 0;
        for (int i = 0; i < ROUNDS; i++) {
            // On the loop, so that nothing is read while the frame arrives.
            long before = server.onLoop(() -> {
                client.send(new byte[] {SERVE_ME});
                return server.count(Counter.READS_MADE);
            });
            Long served = readsWhenServed.poll(10, TimeUnit.SECONDS);
            assertThat(served).isNotNull();
            most = Math.max(most, served - before);
            assertThat(client.receive()).containsExactly(SERVE_ME);
        }
        return most;
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void beside3FirehosesAnEchoIsServedInTheNextIteration(Backend backend) throws Exception {
        try (TestServer started = new TestServer(TestServer.options(backend), this::onFrame)) {
            server = started;
            byte[] water = TestClient.frame(new byte[4000]);
            for (int i = 0; i < 3; i++) {
                server.connect().writeAside(water, Integer.MAX_VALUE);
            }
            server.await(Counter.BYTES_RECEIVED, 10 << 20);
            // One for each other client in the same iteration, and its own.
            assertThat(mostReadsBetween(server.connect())).isLessThanOrEqualTo(3 + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void besideAClientThatNeverReadsAnEchoIsServedInTheNextIteration(Backend backend) throws Exception {
        Handler handler = (client, buffer, offset, length) -> {
            onFrame(client, buffer, offset, length);
            if (length > 1) {
                client.send(buffer, offset, length);
            }
        };
        try (TestServer started = new TestServer(TestServer.options(backend), handler)) {
            server = started;
            TestClient deaf = server.connect(4096);
            deaf.writeAside(TestClient.frame(new byte[4000]), Integer.MAX_VALUE);
            server.await(Counter.CLIENTS_PAUSED, 1);
            assertThat(mostReadsBetween(server.connect())).isLessThanOrEqualTo(1 + 1);
            deaf.reset();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aClientIsReadFromOncePerIteration(Backend backend) throws Exception {
        try (TestServer started = new TestServer(TestServer.options(backend), this::onFrame)) {
            server = started;
            TestClient client = server.connect();
            server.await(Counter.CLIENTS_OPEN, 1);
            long[] before = server.onLoop(() -> {
                for (int i = 0; i < 300; i++) {
                    client.send(new byte[1000]);
                }
                return new long[] {server.count(Counter.READS_MADE), server.count(Counter.ITERATIONS_MADE)};
            });
            server.await(Counter.FRAMES_RECEIVED, 300);
            long reads = server.count(Counter.READS_MADE) - before[0];
            assertThat(reads).isGreaterThan(3); // 300 KB into a buffer of 68 KiB.
            assertThat(server.count(Counter.ITERATIONS_MADE) - before[1]).isGreaterThanOrEqualTo(reads);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void tasksThatAddTasksDoNotKeepClientsFromBeingServed(Backend backend) throws Exception {
        try (TestServer started = TestServer.echo(backend)) {
            server = started;
            Runnable[] again = new Runnable[1];
            again[0] = () -> server.server.execute(again[0]);
            again[0].run();
            TestClient client = server.connect();
            for (int i = 0; i < 100; i++) {
                assertThat(client.echo(new byte[] {(byte) i})).containsExactly(i);
            }
        }
    }
}
