package dev.pollux.bench.lab;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Several runs in one table, a column each: before and after, or two JDKs. Of one machine only. */
final class Beside {
    private Beside() {
    }

    /** @throws IllegalArgumentException if the runs come from different machines */
    static String page(List<Run> runs) {
        String machine = runs.getFirst().machine();
        for (Run run : runs) {
            if (!run.machine().equals(machine)) {
                throw new IllegalArgumentException("different machines are not put into one table: "
                        + runs.getFirst().name() + " is from " + machine + "; " + run.name() + " from "
                        + run.machine());
            }
        }
        StringBuilder page = new StringBuilder("# Laboratory: ").append(names(runs, " beside "))
                .append("\n\nOn ").append(machine)
                .append(". Best iterations; the last column is the last run ÷ the first.\n\n| | ")
                .append(names(runs, " | ")).append(" | ÷ |\n|---|").append("--:|".repeat(runs.size() + 1))
                .append('\n');
        rows(runs).values().forEach(row -> {
            Figure any = Arrays.stream(row).filter(Objects::nonNull).findFirst().orElseThrow();
            page.append("| ").append(any.title()).append(" | ").append(Arrays.stream(row)
                    .map(figure -> figure == null ? "" : Numbers.of(figure.best()))
                    .collect(Collectors.joining(" | "))).append(" | ").append(ratio(row)).append(" |\n");
        });
        return page.toString();
    }

    private static String names(List<Run> runs, String between) {
        return runs.stream().map(Run::name).collect(Collectors.joining(between));
    }

    private static Map<String, Figure[]> rows(List<Run> runs) {
        Map<String, Figure[]> rows = new LinkedHashMap<>();
        for (int i = 0; i < runs.size(); i++) {
            for (Figure figure : runs.get(i).figures()) {
                rows.computeIfAbsent(figure.benchmark() + figure.title(),
                        none -> new Figure[runs.size()])[i] = figure;
            }
        }
        return rows;
    }

    private static String ratio(Figure[] row) {
        Figure first = row[0];
        Figure last = row[row.length - 1];
        return first == null || last == null ? ""
                : String.format(Locale.ROOT, "%.2f", last.best() / first.best());
    }
}
