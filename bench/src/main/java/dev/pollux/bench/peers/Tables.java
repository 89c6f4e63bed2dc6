package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Interval;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run's results as a Markdown page. */
final class Tables {
    private final Results results;
    private final StringBuilder page = new StringBuilder();

    private Tables(Results results) {
        this.results = results;
    }

    static String page(Results results, String name) {
        Tables tables = new Tables(results);
        tables.line("# Peers: %s", name);
        tables.line("");
        results.environment().forEach((what, fact) -> tables.line("- %s: %s", what, fact));
        tables.answers();
        tables.loads();
        tables.starts();
        return tables.page.toString();
    }

    private void answers() {
        line("%n## Targets%n");
        line("A ratio is followed by its 95 %% interval; A and B are medians.%n");
        line("| load | figure | A ÷ B | target | ratio | verdict | A | B | dropped |");
        line("|---|---|---|--:|--:|---|--:|--:|--:|");
        for (Answer answer : results.answers()) {
            Row row = answer.row();
            String a = row.numerator().equals(answer.numerator()) ? row.numerator()
                    : row.numerator() + " (" + answer.numerator() + ")";
            Interval ratio = answer.ratio();
            boolean measured = ratio != null;
            line("| %s | %s | %s ÷ %s | ≤ %s | %s | %s | %s | %s | %s |", title(row.load()),
                    row.figure().title, a, row.denominator(), number(row.target()),
                    measured ? interval(ratio) : "", verdict(answer),
                    measured ? figure(row.figure(), answer.a()) : "",
                    measured ? figure(row.figure(), answer.b()) : "", measured ? answer.dropped() : "");
        }
    }

    private String title(String load) {
        Measured measured = results.loads().get(load);
        if (measured != null) {
            return measured.load().title();
        }
        return load.equals(Targets.RESIDENT_10000) ? "10,000 idle" : "";
    }

    private static String verdict(Answer answer) {
        String verdict = "**" + answer.verdict() + "**";
        if (answer.moonshot() != null) {
            verdict += ", moonshot " + number(answer.row().moonshot()) + ' ' + answer.moonshot();
        }
        return answer.note().isEmpty() ? verdict : verdict + " (" + answer.note().replace("|", "\\|") + ")";
    }

    private static String interval(Interval ratio) {
        return number(ratio.middle()) + " [" + number(ratio.low()) + ", " + number(ratio.high()) + "]";
    }

    private static String number(double ratio) {
        return String.format(Locale.ROOT, ratio < 0.1 ? "%.4f" : "%.3f", ratio);
    }

    private static String figure(Figure figure, double value) {
        return switch (figure) {
            case CPU -> String.format(Locale.ROOT, "%,.0f ns", value);
            case P99_WITHIN_PROMISE, P999 -> String.format(Locale.ROOT, "%,.0f µs", value / 1e3);
            case RESIDENT -> String.format(Locale.ROOT, "%.1f MiB", value / (1 << 20));
            case START -> String.format(Locale.ROOT, "%.0f ms", value / 1e6);
        };
    }

    private void loads() {
        for (Measured measured : results.loads().values()) {
            line("%n## %s%n", measured.load().title());
            line("| server | CPU ns a message | messages/s | p50 µs | p99 µs | p99.9 µs | kept "
                    + "| dropped |");
            line("|---|--:|--:|--:|--:|--:|--:|--:|");
            measured.slices().forEach((name, slices) -> {
                List<Slice> kept = measured.kept(name);
                line("| %s | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f | %d | %d |", name,
                        Freezes.median(kept, Slice::cpuPerMessage),
                        Freezes.median(kept, Slice::messagesPerSecond),
                        Tails.percentile(kept, 50) / 1e3, Tails.percentile(kept, 99) / 1e3,
                        Tails.percentile(kept, 99.9) / 1e3, kept.size(), measured.dropped(name));
            });
            measured.leftOut().forEach((name, why) -> line("%nWithout %s: %s", name, why));
        }
    }

    private void starts() {
        for (Map.Entry<String, Map<String, double[]>> starts : results.starts().entrySet()) {
            boolean resident = starts.getKey().equals(Targets.RESIDENT_10000);
            line("%n## %s%n", resident ? "Resident size, 10,000 idle, -Xmx64m" : "Start to listening");
            line("| server | median | repeats |");
            line("|---|--:|--:|");
            Figure kind = resident ? Figure.RESIDENT : Figure.START;
            starts.getValue().forEach((name, values) -> line("| %s | %s | %d |", name,
                    figure(kind, Freezes.median(values)), values.length));
        }
    }

    private void line(String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
