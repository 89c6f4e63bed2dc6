package dev.pollux.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pollux.bench.harness.Interval;
import dev.pollux.bench.harness.Verdict;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class TailsTest {
    @Test
    void percentilesAreOfAllSlicesTogether() {
        List<Slice> slices = Collections.nCopies(2, Slices.latency(10_000, 1_000, 9_000));
        assertThat(Tails.percentile(slices, 50)).isCloseTo(1_000, within(10.0));
        assertThat(Tails.percentile(slices, 99)).isCloseTo(9_000, within(50.0));
    }

    @Test
    void promiseIsAddedToTheDenominator() {
        List<Slice> a = Collections.nCopies(10, Slices.latency(1_000, 1_000, 10_000));
        List<Slice> b = Collections.nCopies(10, Slices.latency(1_000, 1_000, 2_000));
        assertThat(Tails.ratio(a, b, 99, 0).middle()).isCloseTo(5, within(0.05));
        assertThat(Tails.ratio(a, b, 99, 8_000).middle()).isCloseTo(1, within(0.01));
    }

    @Test
    void intervalSpansWhatRoundsDisagreeAbout() {
        List<Slice> a = List.of(Slices.latency(1_000, 1_000, 0), Slices.latency(1_000, 4_000, 0),
                Slices.latency(1_000, 2_000, 0));
        List<Slice> b = Collections.nCopies(3, Slices.latency(1_000, 1_000, 0));
        Interval ratio = Tails.ratio(a, b, 99, 0);
        assertThat(ratio.low()).isCloseTo(1, within(0.02));
        assertThat(ratio.high()).isCloseTo(4, within(0.02));
    }

    @Test
    void fewMessagesDecideNothing() {
        List<Slice> few = Collections.nCopies(9, Slices.latency(1_000, 1_000, 0));
        assertThat(Tails.ratio(few, few, 99.9, 0).verdict(100)).isEqualTo(Verdict.UNDECIDED);
        assertThat(Tails.ratio(few, few, 99, 0).verdict(100)).isEqualTo(Verdict.MET);
    }
}
