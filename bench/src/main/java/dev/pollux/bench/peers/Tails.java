package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.HdrHistogram.Histogram;

/**
 * Ratios of high percentiles. A slice has too few messages for them, so the slices' histograms are added up,
 * and the interval comes from a bootstrap: rounds are drawn with replacement, both servers' slices of a round
 * together.
 */
final class Tails {
    private static final int DRAWS = 500;
    /** A percentile with fewer messages beyond it is chance. */
    private static final int LEAST_BEYOND = 10;

    private Tails() {
    }

    /**
     * The ratio of a's percentile to b's, with {@code promise} nanoseconds added to the latter.
     *
     * @param a kept slices
     * @param b those of the same rounds
     * @return with no samples, so that nothing is decided, where there are too few messages
     */
    static Interval ratio(List<Slice> a, List<Slice> b, double percentile, double promise) {
        int n = a.size();
        int[] all = new int[n];
        Arrays.setAll(all, i -> i);
        double middle = ratio(a, b, all, percentile, promise);
        Random random = new Random(5); // Fixed: the same slices give the same interval.
        double[] drawn = new double[DRAWS];
        for (int d = 0; d < DRAWS; d++) {
            drawn[d] = ratio(a, b, random.ints(n, 0, Math.max(1, n)).toArray(), percentile, promise);
        }
        Arrays.sort(drawn);
        int samples = Math.min(beyond(a, percentile), beyond(b, percentile)) < LEAST_BEYOND ? 0 : n;
        return new Interval(drawn[DRAWS / 40], middle, drawn[DRAWS - 1 - DRAWS / 40], samples);
    }

    private static double ratio(List<Slice> a, List<Slice> b, int[] rounds, double percentile,
            double promise) {
        return percentile(a, rounds, percentile) / (promise + percentile(b, rounds, percentile));
    }

    /** Of all messages of these slices together, in nanoseconds. */
    static double percentile(List<Slice> slices, double percentile) {
        Histogram sum = Slice.histogram();
        slices.forEach(slice -> sum.add(slice.latencies()));
        return sum.getValueAtPercentile(percentile);
    }

    private static double percentile(List<Slice> slices, int[] rounds, double percentile) {
        Histogram sum = Slice.histogram();
        for (int round : rounds) {
            sum.add(slices.get(round).latencies());
        }
        return sum.getValueAtPercentile(percentile);
    }

    private static int beyond(List<Slice> slices, double percentile) {
        return (int) (slices.stream().mapToLong(Slice::messages).sum() * (100 - percentile) / 100);
    }
}
