package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Interval;
import dev.pollux.bench.harness.Verdict;

/**
 * What a row came to.
 *
 * @param numerator as in the row, or which of ours was best
 * @param ratio null where it was not measured
 * @param a the numerator's figure, b the denominator's
 * @param dropped rounds that do not count because one of the two was frozen
 * @param note why there is no ratio, or what to know of it
 */
record Answer(Row row, String numerator, Interval ratio, double a, double b, int dropped, String note) {
    static Answer missing(Row row, String why) {
        return new Answer(row, row.numerator(), null, Double.NaN, Double.NaN, 0, why);
    }

    Verdict verdict() {
        return ratio == null ? Verdict.NOT_MEASURED : ratio.verdict(row.target());
    }

    /** Null where there is no moonshot. */
    Verdict moonshot() {
        return ratio == null || Double.isNaN(row.moonshot()) ? null : ratio.verdict(row.moonshot());
    }
}
