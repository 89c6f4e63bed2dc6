package dev.pollux.bench.lab;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One figure that a run must show.
 *
 * @param a what is ours: the fastest of it, or for allocations the worst
 * @param b what it is held against: the fastest of it; null for allocations
 * @param limit the largest value that will do
 * @param moonshot the one hoped for; NaN where there is none
 */
record Target(String title, Kind kind, Of a, Of b, double limit, double moonshot) {
    /** How the two make a value. */
    enum Kind {
        RATIO,
        /** In nanoseconds. */
        DIFFERENCE,
        /** Of an operation. */
        BYTES
    }

    /**
     * Figures that match.
     *
     * @param names a regular expression for methods or forms
     * @param benchmarks a regular expression for classes
     */
    record Of(Set<Side> sides, String benchmarks, String names, Map<String, String> params) {
        List<Figure> in(Run run) {
            return run.figures().stream().filter(figure -> sides.contains(figure.side())
                    && figure.benchmark().matches(benchmarks) && figure.name().matches(names)
                    && figure.params().entrySet().containsAll(params.entrySet())
                    && !Double.isNaN(figure.best())).toList();
        }

        Optional<Figure> fastest(Run run) {
            return in(run).stream().min(Comparator.comparingDouble(Figure::best));
        }
    }
}
