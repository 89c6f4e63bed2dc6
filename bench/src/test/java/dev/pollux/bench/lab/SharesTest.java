package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SharesTest {
    private static final Map<String, String> LAST = Map.of("clients", "1000", "ready", "LAST");

    @Test
    void kernelAndScanAreSharesOfOneWait() {
        Run run = Runs.run(await(Side.JAVA, "pollBackendAtOnce", 50_000),
                await(Side.JAVA, "pollAtOnce", 49_000), await(Side.C_CALL, "pollAtOnce", 45_000),
                scan(512, "BACK", 100), scan(1512, "BACK", 300), scan(512, "FRONT", 2));
        Shares shares = Shares.of(run).getFirst();
        assertThat(shares.scan()).isCloseTo(100 + 200 * 0.488, within(1e-9)); // 488 of 1,000 beyond 512.
        assertThat(shares.kernelShare()).isCloseTo(0.9, within(1e-9));
        assertThat(shares.scanShare()).isCloseTo(197.6 / 50_000, within(1e-9));
        assertThat(shares.proportion()).isCloseTo(45_000 / 197.6, within(1e-6));
        assertThat(Page.of(run, Map.of())).contains("| 1000 | LAST | 0 | 50,000 ns | 90 % | 0.40 % |");
    }

    @Test
    void withoutCTheKernelIsPollAsJavaCallsIt() {
        Run run = Runs.run(await(Side.JAVA, "pollBackendAtOnce", 50_000),
                await(Side.JAVA, "pollAtOnce", 49_000), scan(1000, "BACK", 200));
        assertThat(Shares.of(run)).extracting(Shares::kernel).isEqualTo(List.of(49_000.0));
        assertThat(Page.of(run, Map.of())).contains("called from Java", "there was no C compiler");
    }

    @Test
    void withoutAScanThereAreNoShares() {
        assertThat(Shares.of(Runs.run(await(Side.JAVA, "pollBackendAtOnce", 50_000),
                await(Side.JAVA, "pollAtOnce", 49_000)))).isEmpty();
    }

    @Test
    void scanBeyondTheLastKnownGrowsAsBefore() {
        Run run = Runs.run(scan(1000, "BACK", 200), scan(2000, "BACK", 400));
        assertThat(Shares.scan(run, 4000, "LAST")).isCloseTo(800, within(1e-9));
        assertThat(Shares.scan(run, 10, "LAST")).isCloseTo(200, within(1e-9)); // Not below the least.
        assertThat(Shares.scan(run, 1000, "FIRST")).isNaN();
    }

    private static Figure await(Side side, String name, double nanos) {
        return Runs.figure(side, "PollAwaitBenchmark", name, LAST, nanos, nanos, nanos);
    }

    private static Figure scan(int clients, String placement, double nanos) {
        return Runs.java(Runs.SCAN, "serverUntilFound", Runs.at(clients, placement), nanos, nanos, nanos);
    }
}
