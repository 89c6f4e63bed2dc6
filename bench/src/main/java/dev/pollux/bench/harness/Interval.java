package dev.pollux.bench.harness;

import java.util.Arrays;

/**
 * A ratio, or a difference, as it was measured: its middle and the ends of its 95 % interval.
 *
 * @param samples pairs that it comes from
 */
public record Interval(double low, double middle, double high, int samples) {
    /** With fewer pairs nothing is decided. */
    public static final int LEAST_SAMPLES = 3;
    /** Two-sided 95 % quantiles of Student's t for 1 to 30 degrees of freedom. */
    private static final double[] STUDENT = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
        2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};

    /**
     * The ratio of two servers from pairs of the same round: the t-interval of the mean of log(a ÷ b), taken
     * back through exp. Pairs, since what disturbs the machine disturbs neighbours alike; logarithms, so that
     * a ÷ b and b ÷ a say the same.
     */
    public static Interval ofPairs(double[] a, double[] b) {
        double[] logs = new double[a.length];
        Arrays.setAll(logs, i -> Math.log(a[i] / b[i]));
        Interval mean = ofMean(logs);
        return new Interval(Math.exp(mean.low), Math.exp(mean.middle), Math.exp(mean.high), a.length);
    }

    /** The difference a − b, from the same pairs. */
    public static Interval ofDifferences(double[] a, double[] b) {
        double[] differences = new double[a.length];
        Arrays.setAll(differences, i -> a[i] - b[i]);
        return ofMean(differences);
    }

    private static Interval ofMean(double[] values) {
        int n = values.length;
        double mean = Arrays.stream(values).sum() / n;
        double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
        double half = n < 2 ? Double.POSITIVE_INFINITY : student(n - 1) * Math.sqrt(squares / (n - 1) / n);
        return new Interval(mean - half, mean, mean + half, n);
    }

    /** With another middle, and as wide as it takes to hold that too. */
    public Interval around(double figure) {
        return new Interval(Math.min(low, figure), figure, Math.max(high, figure), samples);
    }

    /** The quantile; beyond the table by its expansion around the normal one, off by under 0.1 %. */
    static double student(int degrees) {
        return degrees <= STUDENT.length ? STUDENT[degrees - 1]
                : 1.95996 + 2.3724 / degrees + 2.82 / degrees / degrees;
    }

    /** What it says about a target. */
    public Verdict verdict(double target) {
        if (samples < LEAST_SAMPLES || Double.isNaN(middle)) {
            return Verdict.UNDECIDED;
        }
        return high <= target ? Verdict.MET : low > target ? Verdict.MISSED : Verdict.UNDECIDED;
    }
}
