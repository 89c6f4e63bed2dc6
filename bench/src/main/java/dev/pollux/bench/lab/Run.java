package dev.pollux.bench.lab;

import dev.pollux.bench.harness.Json;
import dev.pollux.bench.harness.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that one run found out, and where.
 *
 * @param name of its files, without what comes after the dot
 * @param iterationMillis what an iteration in Java was to take
 * @param figures in the order they were measured
 * @param failed what could not be measured, and why
 */
record Run(String name, Map<String, String> environment, double iterationMillis, List<Figure> figures,
        Map<String, String> failed) {
    /** What must be equal for figures to stand in one table. */
    String machine() {
        return environment.get("cpu") + ", " + environment.get("cores") + " cores, kernel "
                + environment.get("kernel");
    }

    /** A benchmark's figure; {@code params} alternates names and values. */
    Optional<Figure> java(String benchmark, String name, String... params) {
        return find(benchmark, Side.JAVA, name, params);
    }

    Optional<Figure> find(String benchmark, Side side, String name, String... params) {
        Map<String, String> wanted = new TreeMap<>();
        for (int i = 0; i < params.length; i += 2) {
            wanted.put(params[i], params[i + 1]);
        }
        return figures.stream().filter(figure -> figure.benchmark().equals(benchmark)
                && figure.side() == side && figure.name().equals(name)
                && figure.params().entrySet().containsAll(wanted.entrySet())
                && !Double.isNaN(figure.best())).findFirst();
    }

    /** What this figure is held against in C, if there was a compiler and C does the same. */
    Optional<Figure> limit(Figure figure) {
        return Limits.of(figure, figures);
    }

    String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("environment", environment);
        all.put("iterationMillis", iterationMillis);
        all.put("failed", failed);
        all.put("figures", figures.stream().map(Figure::fields).toList());
        return Json.write(all);
    }

    static Run read(Path file) throws IOException {
        String name = file.getFileName().toString().replaceFirst("\\.json$", "");
        try {
            Map<String, Object> all = JsonReader.readObject(Files.readString(file));
            List<Figure> figures = new ArrayList<>();
            ((List<?>) all.get("figures")).forEach(figure -> figures.add(Figure.of((Map<?, ?>) figure)));
            return new Run(name, strings(all.get("environment")), (Double) all.get("iterationMillis"),
                    figures, strings(all.get("failed")));
        } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
            throw new IOException(file + " is no result of a run: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> strings(Object map) {
        Map<String, String> strings = new LinkedHashMap<>();
        ((Map<?, ?>) map).forEach((key, value) -> strings.put((String) key, (String) value));
        return strings;
    }
}
