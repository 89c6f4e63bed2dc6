package dev.pollux.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.Snapshot;
import dev.pollux.poller.Backend;
import dev.pollux.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class EchoBenchmarkTest {
    private final EchoBenchmark benchmark = new EchoBenchmark();

    @ParameterizedTest
    @EnumSource(Backend.class)
    void roundTripGoesThroughTheServer(Backend backend) {
        EchoBenchmark.TwoThreads state = new EchoBenchmark.TwoThreads();
        state.backend = backend;
        state.start();
        for (int i = 0; i < 10; i++) {
            benchmark.roundTrip(state);
            assertThat(state.isEchoed()).isTrue();
        }
        Server server = state.server;
        state.close();
        assertEchoes(server, 10);
    }

    /** One read and one send for each: nothing is batched and nothing is left out. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void engineOnOneThreadMakesEachRoundTripByItself(Backend backend) throws InterruptedException {
        EchoBenchmark.OneThread state = new EchoBenchmark.OneThread();
        state.backend = backend;
        state.start();
        benchmark.engineOnOneThread(state);
        benchmark.engineOnOneThread(state);
        Server server = state.server;
        state.close();
        assertEchoes(server, 2 * EchoBenchmark.ROUNDS);
    }

    private static void assertEchoes(Server server, int count) {
        Snapshot counters = server.snapshot(); // The server has ended, so they are complete.
        assertThat(counters.get(Counter.FRAMES_RECEIVED)).isEqualTo(count);
        assertThat(counters.get(Counter.SENDS_MADE)).isEqualTo(count);
        assertThat(counters.get(Counter.BYTES_SENT)).isEqualTo((long) count * EchoPeer.FRAME);
        long ends = 1; // The client's hanging up may be read, too.
        assertThat(counters.get(Counter.READS_MADE)).isBetween((long) count, count + ends);
    }

    @Test
    void rawCallsEcho() {
        EchoBenchmark.Raw state = new EchoBenchmark.Raw();
        state.connect();
        try {
            for (int i = 0; i < 10; i++) {
                assertThat(benchmark.rawCalls(state)).isEqualTo(EchoPeer.FRAME);
                assertThat(state.isEchoed()).isTrue();
            }
        } finally {
            state.close();
        }
    }
}
