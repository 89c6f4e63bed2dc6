package dev.pollux.bench.lab;

import dev.pollux.bench.harness.Interval;
import dev.pollux.bench.harness.Verdict;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a target came to.
 *
 * @param value of the best iterations, with an interval that the forks give; null if it was not measured
 * @param note why there is no value
 */
record Answer(Target target, Figure a, Figure b, Interval value, String note) {
    /** What JMH itself may allocate in an iteration: 6 KB around loops that cannot allocate, few or many. */
    static final double JMH_BYTES = 8192;
    /** The smallest object has 16 bytes: this would be one in a thousand operations. */
    private static final double NOTHING = 0.016;

    static Answer of(Target target, Run run) {
        if (target.kind() == Target.Kind.BYTES) {
            return allocation(target, run);
        }
        Optional<Figure> a = target.a().fastest(run);
        Optional<Figure> b = target.b().fastest(run);
        if (a.isEmpty() || b.isEmpty()) {
            String missing = (a.isEmpty() ? target.a() : target.b()).names();
            return new Answer(target, null, null, null, "not in this run: " + missing);
        }
        return new Answer(target, a.get(), b.get(), compared(target.kind(), a.get(), b.get()), "");
    }

    /** Round by round, and of the best iterations. */
    static Interval compared(Target.Kind kind, Figure a, Figure b) {
        int rounds = Math.min(a.forks().size(), b.forks().size());
        int[] both = IntStream.range(0, rounds)
                .filter(i -> a.forks().get(i).length > 0 && b.forks().get(i).length > 0).toArray();
        double[] ofA = Arrays.stream(both).mapToDouble(round -> a.best(round)).toArray();
        double[] ofB = Arrays.stream(both).mapToDouble(round -> b.best(round)).toArray();
        return kind == Target.Kind.RATIO ? Interval.ofPairs(ofA, ofB).around(a.best() / b.best())
                : Interval.ofDifferences(ofA, ofB).around(a.best() - b.best());
    }

    /** The worst of the figures, from its best fork to its worst. */
    private static Answer allocation(Target target, Run run) {
        List<Figure> figures = target.a().in(run).stream().filter(f -> !Double.isNaN(f.mostBytes())).toList();
        Optional<Figure> worst =
                figures.stream().max(Comparator.comparingDouble(f -> bytes(f.mostBytes(), f, run)));
        if (worst.isEmpty()) {
            return new Answer(target, null, null, null, "not in this run: " + target.a().names());
        }
        Figure figure = worst.get();
        double[] forks = Arrays.stream(figure.bytes()).filter(b -> !Double.isNaN(b))
                .map(b -> bytes(b, figure, run)).sorted().toArray();
        double most = forks[forks.length - 1];
        return new Answer(target, figure, null, new Interval(forks[0], most, most, forks.length),
                "worst of " + figures.size());
    }

    /** Without what JMH itself allocates, which few operations share. */
    private static double bytes(double measured, Figure figure, Run run) {
        double nanos = figure.isRate() ? 1e9 / figure.best() : figure.best();
        double operations = run.iterationMillis() * 1e6 / nanos;
        double left = measured - JMH_BYTES / operations;
        return left < NOTHING ? 0 : left;
    }

    Verdict verdict() {
        if (value == null) {
            return Verdict.NOT_MEASURED;
        }
        return value.verdict(target.limit());
    }

    /** Null where there is no moonshot. */
    Verdict moonshot() {
        return value == null || Double.isNaN(target.moonshot()) ? null : value.verdict(target.moonshot());
    }
}
