package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {
    private static final long SECOND = 1_000_000_000L;

    private final RateLimitedLog limited = new RateLimitedLog(PeerLog.LOG, "troubles");

    private List<String> log(long fromNanos, long stepNanos, int times) {
        try (Log log = new Log()) {
            for (int i = 0; i < times; i++) {
                limited.log(fromNanos + i * stepNanos, () -> "trouble");
            }
            return log.warnings();
        }
    }

    @Test
    void oneLinePassesAnIntervalWhichDoublesUpToAMinute() {
        // A line each 10 ms for 200 s: at 0, then 1, 2, 4, … 32 and 60 s later each.
        assertThat(log(0, SECOND / 100, 20_000)).hasSize(9);
    }

    @Test
    void theNextLineSaysHowManyWereHeldBack() {
        assertThat(log(-5 * SECOND, SECOND / 10, 12))
                .containsExactly("trouble", "trouble (9 more like this were not logged)");
    }

    @Test
    void afterACalmTimeTheIntervalIsShortAgain() {
        log(0, SECOND / 10, 1000);
        assertThat(log(1000 * SECOND, SECOND / 10, 11)).hasSize(2);
    }

    @Test
    void theClockMayGoOverItsEnd() {
        assertThat(log(Long.MAX_VALUE - SECOND / 2, SECOND / 4, 6)).hasSize(2);
    }

    @Test
    void whatWasHeldBackIsReportedWhenItsIntervalIsOver() {
        log(0, SECOND / 10, 5);
        assertThat(limited.untilDue(SECOND / 2)).isEqualTo(SECOND / 2);
        try (Log log = new Log()) {
            limited.flushDue(SECOND - 1);
            assertThat(log.warnings()).isEmpty();
            limited.flushDue(SECOND);
            limited.flushDue(2 * SECOND);
            assertThat(log.warnings()).containsExactly("4 more like this were not logged: troubles");
        }
        assertThat(limited.untilDue(SECOND)).isEqualTo(RateLimitedLog.NEVER);
        assertThat(log(3 * SECOND - 1, 1, 1)).as("the next interval is longer").isEmpty();
    }

    @Test
    void aLineThatIsHeldBackIsNotEvenMade() {
        log(0, 1, 1);
        limited.log(1, () -> {
            throw new AssertionError("made");
        });
    }
}
