package dev.pollux.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {
    @Test
    void equalRatiosGiveAnIntervalOfNoWidth() {
        Interval ratio = Interval.ofPairs(new double[] {2, 4, 6}, new double[] {1, 2, 3});
        assertThat(ratio.middle()).isCloseTo(2, within(1e-12));
        assertThat(ratio.low()).isCloseTo(2, within(1e-12));
        assertThat(ratio.high()).isCloseTo(2, within(1e-12));
        assertThat(ratio.samples()).isEqualTo(3);
    }

    @Test
    void endsAreStudentsAroundTheMeanLogarithm() {
        double e = Math.E; // Logarithms 0, 1, 2: mean 1, deviation 1, half width 4.303 ÷ √3.
        Interval ratio = Interval.ofPairs(new double[] {1, e, e * e}, new double[] {1, 1, 1});
        assertThat(Math.log(ratio.middle())).isCloseTo(1, within(1e-12));
        assertThat(Math.log(ratio.high())).isCloseTo(1 + 4.303 / Math.sqrt(3), within(1e-9));
        assertThat(Math.log(ratio.low())).isCloseTo(1 - 4.303 / Math.sqrt(3), within(1e-9));
    }

    @Test
    void inverseRatioHasTheInverseInterval() {
        double[] a = {3, 5, 4, 7};
        double[] b = {2, 6, 3, 5};
        Interval there = Interval.ofPairs(a, b);
        Interval back = Interval.ofPairs(b, a);
        assertThat(there.low() * back.high()).isCloseTo(1, within(1e-12));
    }

    @Test
    void quantilesBeyondTheTableAgreeWithTables() {
        assertThat(Interval.student(40)).isCloseTo(2.021, within(0.001));
        assertThat(Interval.student(60)).isCloseTo(2.000, within(0.001));
        assertThat(Interval.student(120)).isCloseTo(1.980, within(0.001));
    }

    @Test
    void intervalHoldsTheTruthNineteenTimesInTwenty() {
        Random random = new Random(7);
        int held = 0;
        for (int run = 0; run < 2_000; run++) {
            double[] a = random.doubles(12).map(d -> Math.exp(0.1 * random.nextGaussian())).toArray();
            double[] b = random.doubles(12).map(d -> Math.exp(0.1 * random.nextGaussian())).toArray();
            Interval ratio = Interval.ofPairs(a, b);
            if (ratio.low() <= 1 && 1 <= ratio.high()) {
                held++;
            }
        }
        assertThat(held / 2_000.0).isCloseTo(0.95, within(0.02));
    }

    @Test
    void verdictNeedsTheWholeInterval() {
        Interval ratio = new Interval(0.9, 1.0, 1.1, 10);
        assertThat(ratio.verdict(1.1)).isEqualTo(Verdict.MET);
        assertThat(ratio.verdict(1.0)).isEqualTo(Verdict.UNDECIDED);
        assertThat(ratio.verdict(0.9)).isEqualTo(Verdict.UNDECIDED);
        assertThat(ratio.verdict(0.89)).isEqualTo(Verdict.MISSED);
    }

    @Test
    void differencesHaveStudentsIntervalToo() {
        Interval difference = Interval.ofDifferences(new double[] {11, 12, 13}, new double[] {10, 10, 10});
        assertThat(difference.middle()).isCloseTo(2, within(1e-12));
        assertThat(difference.high()).isCloseTo(2 + 4.303 / Math.sqrt(3), within(1e-9));
    }

    @Test
    void anotherMiddleIsHeldByTheInterval() {
        Interval ratio = new Interval(0.9, 1.0, 1.1, 10);
        assertThat(ratio.around(1.05)).isEqualTo(new Interval(0.9, 1.05, 1.1, 10));
        assertThat(ratio.around(1.2)).isEqualTo(new Interval(0.9, 1.2, 1.2, 10));
        assertThat(ratio.around(0.8)).isEqualTo(new Interval(0.8, 0.8, 1.1, 10));
    }

    @Test
    void twoPairsDecideNothing() {
        Interval ratio = Interval.ofPairs(new double[] {1, 1}, new double[] {2, 2});
        assertThat(ratio.verdict(100)).isEqualTo(Verdict.UNDECIDED);
        assertThat(Interval.ofPairs(new double[0], new double[0]).verdict(100)).isEqualTo(Verdict.UNDECIDED);
    }
}
