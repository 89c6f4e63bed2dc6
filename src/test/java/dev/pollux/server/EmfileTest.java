package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.poller.Backend;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that has really run out of descriptors. */
@Timeout(60)
class EmfileTest {
    private record State(long cpuNanos, long refused, long open) {
        static State of(String line) {
            long[] numbers = Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
            return new State(numbers[0], numbers[1], numbers[2]);
        }
    }

    private static State await(OwnJvm jvm, long refused) throws IOException {
        State state = State.of(jvm.order('?'));
        while (state.refused < refused) { // Bounded by the test's time-out.
            state = State.of(jvm.order('?'));
        }
        return state;
    }

    @Test
    void withoutDescriptorsTheLoopIsQuietAndRecoversWithinASecondOfRelief(@TempDir Path folder)
            throws Exception {
        List<TestClient> clients = new ArrayList<>();
        try (OwnJvm jvm = OwnJvm.startWithDescriptors(64, folder, "serve", Backend.POLL.name())) {
            int port = Integer.parseInt(jvm.line());
            TestClient present = new TestClient(port);
            clients.add(present);
            present.echo(new byte[] {1});
            jvm.order('h');
            for (int i = 0; i < 5; i++) {
                clients.add(new TestClient(port).send(new byte[] {(byte) i}));
            }
            State before = await(jvm, 6); // By then the code of this path is warm.
            assertThat(present.echo(new byte[] {2})).as("who is there is served").containsExactly(2);
            assertThat(new CountDownLatch(1).await(2, TimeUnit.SECONDS)).isFalse();
            State after = State.of(jvm.order('?'));
            assertThat(after.open).isEqualTo(1);
            assertThat(after.refused - before.refused).isBetween(1L, 6L);
            assertThat(after.cpuNanos - before.cpuNanos).as("CPU time in 2 s").isLessThan(20_000_000L);
            jvm.order('r');
            long relief = System.nanoTime();
            for (int i = 0; i < 5; i++) {
                assertThat(clients.get(1 + i).receive()).containsExactly(i);
            }
            assertThat(System.nanoTime() - relief).isLessThan(1_000_000_000L);
        } finally {
            clients.forEach(TestClient::close);
        }
    }
}
