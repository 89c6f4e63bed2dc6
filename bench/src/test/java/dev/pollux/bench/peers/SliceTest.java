package dev.pollux.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.api.Test;

class SliceTest {
    @Test
    void answerOfTheLoadGeneratorIsRead() {
        Slice slice = Slice.parse("slice 4 2000000000 8000 6000 100:3 " + bucket(1_000_000) + ":1");
        assertThat(slice.messages()).isEqualTo(4);
        assertThat(slice.messagesPerSecond()).isEqualTo(2);
        assertThat(slice.cpuPerMessage()).isEqualTo(2_000);
        assertThat(slice.latencies().getTotalCount()).isEqualTo(4);
        assertThat(slice.latencies().getValueAtPercentile(50)).isEqualTo(100);
        assertThat(slice.latencies().getMaxValue()).isCloseTo(1_000_000, withPercentage(1));
    }

    @Test
    void anythingElseIsRefused() {
        assertThatThrownBy(() -> Slice.parse("opened 3")).hasMessageContaining("not a slice");
    }

    /** The formula of load.c. */
    private static long bucket(long value) {
        int shift = value < 128 ? 0 : 57 - Long.numberOfLeadingZeros(value);
        return shift * 128L + (value >> shift);
    }
}
