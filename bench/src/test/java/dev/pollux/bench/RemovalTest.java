package dev.pollux.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bindings.linux.pollfd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever way entries leave, the same ones are left. */
class RemovalTest {
    private static final int MOST = 60;

    @Test
    void allRemovalsLeaveTheSameEntries() {
        Random random = new Random(6);
        try (var swap = new Removal.Swap(MOST); var shift = new Removal.Shift(MOST);
                var mark = new Removal.Mark(MOST)) {
            List<Removal> all = List.of(swap, shift, mark);
            Map<Integer, Long> expected = new HashMap<>(); // Descriptor to token.
            List<Long> order = new ArrayList<>(); // Of arrival.
            for (int round = 0; round < 3_000; round++) {
                long token = random.nextInt(MOST);
                int fd = 1_000 + (int) token;
                if (expected.remove(fd) != null) {
                    all.forEach(each -> each.remove(token));
                    order.remove(token);
                } else {
                    all.forEach(each -> each.add(fd, token));
                    expected.put(fd, token);
                    order.add(token);
                }
                assertThat(all).allSatisfy(each -> assertThat(entries(each)).isEqualTo(expected));
                assertThat(swap.size()).isEqualTo(expected.size());
                assertThat(tokens(shift)).isEqualTo(order);
            }
        }
    }

    private static Map<Integer, Long> entries(Removal removal) {
        Map<Integer, Long> found = new HashMap<>();
        for (int i = 0; i < removal.size(); i++) {
            int fd = pollfd.fd(pollfd.asSlice(removal.entries(), i));
            if (fd >= 0) {
                assertThat(found.put(fd, removal.token(i))).isNull();
            }
        }
        return found;
    }

    private static List<Long> tokens(Removal removal) {
        List<Long> found = new ArrayList<>();
        for (int i = 0; i < removal.size(); i++) {
            found.add(removal.token(i));
        }
        return found;
    }

    @Test
    void churnKeepsTheNumberOfClients() {
        RemovalBenchmark benchmark = new RemovalBenchmark();
        benchmark.clients = 64;
        benchmark.fill();
        for (int i = 0; i < 1_000; i++) {
            assertThat(benchmark.swapRemove()).isEqualTo(64);
        }
        benchmark.close();
        benchmark.fill();
        for (int i = 0; i < 1_000; i++) {
            assertThat(benchmark.shift()).isEqualTo(64);
        }
        benchmark.close();
        benchmark.fill();
        for (int i = 0; i < 1_000; i++) {
            assertThat(benchmark.mark()).isEqualTo(64);
        }
        benchmark.close();
    }

    @Test
    void gapsAreScannedAfterAPeak() {
        RemovalBenchmark benchmark = new RemovalBenchmark();
        benchmark.clients = 64;
        RemovalBenchmark.AfterPeak after = new RemovalBenchmark.AfterPeak();
        after.peak = 4;
        after.comeAndGo(benchmark);
        try {
            assertThat(benchmark.swapRemoveScan(after)).isEqualTo(64);
            assertThat(benchmark.markScan(after)).isEqualTo(256);
            assertThat(entries(after.swap)).isEqualTo(entries(after.mark)).hasSize(64);
        } finally {
            after.close();
        }
    }
}
