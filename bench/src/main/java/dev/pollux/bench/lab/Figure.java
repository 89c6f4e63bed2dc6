package dev.pollux.bench.lab;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One benchmark with one value for each parameter, or the same in C: what its iterations took, fork by fork.
 *
 * @param benchmark the class, without its package; C has that of the benchmarks beside which it ran
 * @param name of the method, or of the form in C
 * @param unit {@code ns/op}, less is better; or {@code ops/s}, more is better
 * @param forks scores of the iterations of each round; a round in which it failed has none
 * @param bytes allocated by an operation, fork by fork; empty for C
 */
record Figure(String benchmark, Map<String, String> params, Side side, String name, String unit,
        List<double[]> forks, double[] bytes) {
    static final String NANOS = "ns/op";
    static final String PER_SECOND = "ops/s";

    Figure {
        params = Collections.unmodifiableMap(new TreeMap<>(params)); // One order, whoever made it.
    }

    boolean isRate() {
        return unit.equals(PER_SECOND);
    }

    /** The best iteration of all. */
    double best() {
        return best(forks.stream().flatMapToDouble(Arrays::stream).toArray());
    }

    /** The best iteration of each fork. */
    double[] bests() {
        return forks.stream().filter(fork -> fork.length > 0).mapToDouble(this::best).toArray();
    }

    /** The best iteration of one fork. */
    double best(int fork) {
        return best(forks.get(fork));
    }

    private double best(double[] scores) {
        return (isRate() ? Arrays.stream(scores).max() : Arrays.stream(scores).min()).orElse(Double.NaN);
    }

    double mean() {
        return forks.stream().flatMapToDouble(Arrays::stream).average().orElse(Double.NaN);
    }

    /** How far the forks' best iterations lie apart, as a share of the best of all. */
    double spread() {
        double[] bests = bests();
        double least = Arrays.stream(bests).min().orElse(Double.NaN);
        return (Arrays.stream(bests).max().orElse(Double.NaN) - least) / least;
    }

    /** The most that an operation of any fork allocated; NaN if that is not known. */
    double mostBytes() {
        return Arrays.stream(bytes).filter(b -> !Double.isNaN(b)).max().orElse(Double.NaN);
    }

    String param(String key) {
        return params.getOrDefault(key, "");
    }

    /** What it is, on one line. */
    String title() {
        return (side == Side.JAVA ? benchmark + '.' : "C: ") + name + Figure.title(params);
    }

    static String title(Map<String, String> params) {
        return params.isEmpty() ? "" : params.entrySet().stream()
                .map(param -> param.getKey() + ' ' + param.getValue())
                .collect(Collectors.joining(", ", " (", ")"));
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("benchmark", benchmark);
        fields.put("params", params);
        fields.put("side", side.id);
        fields.put("name", name);
        fields.put("unit", unit);
        fields.put("best", best());
        fields.put("mean", mean());
        fields.put("forks", forks);
        if (bytes.length > 0) {
            fields.put("bytes", bytes);
        }
        return fields;
    }

    static Figure of(Map<?, ?> fields) {
        Map<String, String> params = new LinkedHashMap<>();
        ((Map<?, ?>) fields.get("params")).forEach((key, value) -> params.put((String) key, (String) value));
        return new Figure((String) fields.get("benchmark"), params, Side.of((String) fields.get("side")),
                (String) fields.get("name"), (String) fields.get("unit"),
                ((List<?>) fields.get("forks")).stream().map(Figure::numbers).toList(),
                fields.containsKey("bytes") ? numbers(fields.get("bytes")) : new double[0]);
    }

    static double[] numbers(Object list) {
        return ((List<?>) list).stream().mapToDouble(value -> value == null ? Double.NaN : (Double) value)
                .toArray();
    }
}
