package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Interval;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Turns measurements into answers. */
final class Answers {
    /** Answers one of this load's rows. */
    Answer of(Row row, Measured measured) {
        ToDoubleFunction<String> cpu = name -> Freezes.median(measured.kept(name), Slice::cpuPerMessage);
        String a = numerator(row, measured.slices().keySet(), cpu);
        String b = row.denominator();
        for (String name : new String[] {a, b}) {
            if (!measured.has(name)) {
                return Answer.missing(row, name + ": " + measured.leftOut().getOrDefault(name, "not there"));
            }
        }
        List<Slice> ofA = measured.kept(a, b);
        List<Slice> ofB = measured.kept(b, a);
        int dropped = measured.slices().get(a).size() - ofA.size();
        return switch (row.figure()) {
            case P99_WITHIN_PROMISE -> tail(row, a, ofA, ofB, 99, measured.promisedNanos(), dropped);
            case P999 -> tail(row, a, ofA, ofB, 99.9, 0, dropped);
            default -> new Answer(row, a, Interval.ofPairs(costs(ofA), costs(ofB)), cpu.applyAsDouble(a),
                    cpu.applyAsDouble(b), dropped, "");
        };
    }

    /** Answers a row whose figures come from repeated starts. */
    Answer of(Row row, Map<String, double[]> figures, Map<String, String> leftOut) {
        String a = numerator(row, figures.keySet(), name -> Freezes.median(figures.get(name)));
        for (String name : new String[] {a, row.denominator()}) {
            if (!figures.containsKey(name)) {
                return Answer.missing(row, name + ": " + leftOut.getOrDefault(name, "not there"));
            }
        }
        double[] ofA = figures.get(a);
        double[] ofB = figures.get(row.denominator());
        Interval ratio = Interval.ofPairs(ofA, ofB);
        return new Answer(row, a, ratio, Freezes.median(ofA), Freezes.median(ofB), 0, "");
    }

    private static String numerator(Row row, Set<String> names, ToDoubleFunction<String> figure) {
        if (!row.numerator().equals(Targets.BEST)) {
            return row.numerator();
        }
        return names.stream().filter(n -> n.startsWith("pollux-")).min(Comparator.comparingDouble(figure))
                .orElse(Targets.BEST);
    }

    private static double[] costs(List<Slice> slices) {
        return slices.stream().mapToDouble(Slice::cpuPerMessage).toArray();
    }

    private static Answer tail(Row row, String a, List<Slice> ofA, List<Slice> ofB, double percentile,
            double promise, int dropped) {
        Interval ratio = Tails.ratio(ofA, ofB, percentile, promise);
        String note = ratio.samples() == 0 ? "too few messages for this percentile"
                : promise > 0 ? String.format("promised %.0f ms", promise / 1e6) : "";
        return new Answer(row, a, ratio, Tails.percentile(ofA, percentile), Tails.percentile(ofB, percentile),
                dropped, note);
    }
}
