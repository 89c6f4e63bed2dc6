package dev.pollux.poller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PollerOptionsTest {
    @ParameterizedTest
    @CsvSource({"1, 0.5, 1", "1, 1, 1", "1, 1e-300, 1", "2147483647, 0.5, 9223372036854775807"})
    void theLimitsThemselvesAreTaken(int maxClients, double sweepShare, long delayNanos) {
        PollerOptions options = new PollerOptions(maxClients, sweepShare, delayNanos);
        assertThat(options.maxClients()).isEqualTo(maxClients);
        assertThat(options.sweepShare()).isEqualTo(sweepShare);
        assertThat(options.oldClientDelayNanos()).isEqualTo(delayNanos);
    }

    @ParameterizedTest
    @CsvSource({"0, 0.5, 1", "1, 0, 1", "1, -0.5, 1", "1, 1.000001, 1", "1, NaN, 1", "1, 0.5, 0"})
    void whatIsBeyondThemIsRefused(int maxClients, double sweepShare, long delayNanos) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PollerOptions(maxClients, sweepShare, delayNanos))
                .withMessageContaining("out of range");
    }

    @Test
    void byDefaultOneTwentiethOfTheTimeAndTenMilliseconds() {
        assertThat(PollerOptions.of(7)).isEqualTo(new PollerOptions(7, 0.05, 10_000_000));
    }
}
