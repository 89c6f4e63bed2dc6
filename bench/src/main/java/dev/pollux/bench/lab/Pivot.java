package dev.pollux.bench.lab;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Figures of one class as tables: a row for each method or form, a column for each value of a parameter. */
final class Pivot {
    /** What becomes columns, where a benchmark has it. */
    private static final List<String> COLUMNS = List.of("clients", "payload", "bytes", "backend");

    private final String column;
    /** By the other parameters, in one text; then by row; then by column. */
    private final Map<String, Map<String, Map<String, Figure>>> tables = new LinkedHashMap<>();

    Pivot(Collection<Figure> figures) {
        Set<String> params = new LinkedHashSet<>();
        figures.forEach(figure -> params.addAll(figure.params().keySet()));
        column = COLUMNS.stream().filter(params::contains).findFirst().orElse("");
        for (Side side : Side.values()) { // Java first.
            figures.stream().filter(figure -> figure.side() == side).forEach(this::add);
        }
    }

    private void add(Figure figure) {
        Map<String, String> others = new TreeMap<>(figure.params());
        others.remove(column);
        tables.computeIfAbsent(Figure.title(others), none -> new LinkedHashMap<>())
                .computeIfAbsent(row(figure), none -> new LinkedHashMap<>())
                .put(figure.param(column), figure);
    }

    private static String row(Figure figure) {
        return figure.side() == Side.JAVA ? figure.name()
                : "*C " + (figure.side() == Side.C_VECTORISED ? "vectorised " : "") + figure.name() + "*";
    }

    /** In Markdown. */
    String tables(Run run) {
        StringBuilder to = new StringBuilder();
        tables.forEach((title, rows) -> {
            Set<String> columns = rows.values().stream().flatMap(row -> row.keySet().stream())
                    .collect(Collectors.toCollection(LinkedHashSet::new));
            to.append(title.isEmpty() ? "" : "\n" + title.strip() + "\n").append("\n| ");
            columns.forEach(value -> to.append("| ").append(column).append(' ').append(value).append(' '));
            to.append("| B |\n|---|").append("--:|".repeat(columns.size() + 1)).append('\n');
            rows.forEach((name, row) -> {
                to.append("| ").append(name).append(" |");
                columns.forEach(value -> to.append(' ').append(cell(row.get(value), run)).append(" |"));
                to.append(' ').append(bytes(row.values())).append(" |\n");
            });
        });
        return to.toString();
    }

    /** Best, mean, and how many times its limit in C the best is; a star where the forks disagree. */
    private static String cell(Figure figure, Run run) {
        if (figure == null || Double.isNaN(figure.best())) {
            return "";
        }
        String ratio = figure.side() != Side.JAVA ? ""
                : run.limit(figure).map(c -> " (" + Numbers.of(figure.best() / c.best()) + ")").orElse("");
        return Numbers.of(figure.best()) + (Warnings.isSpread(figure) ? "\\*" : "") + " / "
                + Numbers.of(figure.mean()) + ratio;
    }

    private static String bytes(Collection<Figure> row) {
        double most = row.stream().mapToDouble(Figure::mostBytes).filter(b -> !Double.isNaN(b)).max()
                .orElse(Double.NaN);
        return Double.isNaN(most) ? "" : Numbers.of(most < 0.05 ? 0 : most);
    }
}
