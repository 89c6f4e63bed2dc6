package dev.pollux.simulation;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Schedules against their oracle; {@code make simulate SEEDS=1000000} runs more of them. */
@Timeout(240)
class ScheduleTest {
    private static final int SEEDS = 20_000;

    @Test
    void eachPeerIsServedOrClosedForAReason() {
        try (Silence _ = new Silence()) {
            for (long seed = 1; seed <= SEEDS; seed++) {
                Simulate.check(seed);
            }
        }
    }
}
