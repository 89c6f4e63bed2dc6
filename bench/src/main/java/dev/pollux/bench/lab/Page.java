package dev.pollux.bench.lab;

import dev.pollux.bench.harness.Interval;
import dev.pollux.bench.harness.Verdict;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A run as a Markdown page. */
final class Page {
    /** Of a long list of warnings the first are shown. */
    private static final int SHOWN = 12;

    private final Run run;
    private final StringBuilder page = new StringBuilder();

    private Page(Run run) {
        this.run = run;
    }

    /** @param plots files and what they show */
    static String of(Run run, Map<String, String> plots) {
        Page page = new Page(run);
        page.line("# Laboratory: %s%n", run.name());
        run.environment().forEach((what, fact) -> page.line("- %s: %s", what, fact));
        page.failures();
        page.warnings();
        page.targets();
        page.shares();
        plots.forEach((file, title) -> page.line("%n![%s](%s)", title, file));
        page.tables();
        return page.page.toString();
    }

    private void failures() {
        list("What failed",
                run.failed().entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList());
    }

    private void warnings() {
        Warnings warnings = Warnings.of(run);
        line("%n## What not to believe");
        int forks = run.figures().stream().mapToInt(figure -> figure.forks().size()).max().orElse(0);
        if (forks < Interval.LEAST_SAMPLES) {
            line("%nAll of it: there were %d forks of each, and it takes %d to see whether they agree.",
                    forks, Interval.LEAST_SAMPLES);
        } else if (warnings.isEmpty()) {
            line("%nNothing gives reason for doubt: no figure's forks lie more than %.0f %% apart, nothing "
                    + "is gained at BACK, nothing in Java beats C.", 100 * Warnings.SPREAD);
        }
        list("More than 10 % between the forks, marked \\*", warnings.spreads());
        list("A gain at BACK from stopping early: that cannot be", warnings.gains());
        list("Faster than anything in C by more than their spread: look for dead code", warnings.limits());
    }

    private void list(String title, List<String> items) {
        if (items.isEmpty()) {
            return;
        }
        line("%n### %s: %d%n", title, items.size());
        items.stream().limit(SHOWN).forEach(item -> line("- %s", item));
        if (items.size() > SHOWN) {
            line("- and %d more", items.size() - SHOWN);
        }
    }

    private void targets() {
        line("%n## Targets%n");
        line("Best iterations are compared; in brackets the 95 %% interval over the rounds.%n");
        line("| figure | target | value | verdict | ours | against |");
        line("|---|--:|--:|---|--:|--:|");
        Targets.ROWS.stream().map(target -> Answer.of(target, run)).forEach(answer -> {
            Target target = answer.target();
            boolean measured = answer.value() != null;
            line("| %s | ≤ %s | %s | %s | %s | %s |", target.title(), limit(target),
                    measured ? Numbers.of(answer.value()) : "", verdict(answer),
                    measured ? named(answer.a()) : "", answer.b() == null ? "" : named(answer.b()));
        });
    }

    private static String limit(Target target) {
        return switch (target.kind()) {
            case RATIO -> String.format(Locale.ROOT, "%.2f", target.limit());
            case DIFFERENCE -> Numbers.of(target.limit()) + " ns";
            case BYTES -> Numbers.of(target.limit()) + " B";
        };
    }

    private static String verdict(Answer answer) {
        Verdict moonshot = answer.moonshot();
        return "**" + answer.verdict() + "**" + (moonshot == null ? "" : String.format(Locale.ROOT,
                ", moonshot %.2f %s", answer.target().moonshot(), moonshot))
                + (answer.note().isEmpty() ? "" : " (" + answer.note().replace("|", "\\|") + ")");
    }

    private static String named(Figure figure) {
        return figure.name() + ' ' + Numbers.withUnit(figure);
    }

    private void shares() {
        List<Shares> all = Shares.of(run);
        if (all.isEmpty()) {
            return;
        }
        line("%n## What one iteration is made of%n");
        line("One wait through our back end on poll(2) finds one of N ready. Kernel: poll(2) by itself, "
                + "called %s. Scan: from PollSetScanBenchmark, between the two N nearest. The rest is the "
                + "way into the kernel from Java and the copying out; below zero it is noise.%n",
                run.figures().stream().anyMatch(f -> f.side() == Side.C_CALL) ? "from C" : "from Java");
        line("| N | ready | timeout | one wait | kernel | scan | the rest | kernel ÷ scan |");
        line("|--:|---|--:|--:|--:|--:|--:|--:|");
        all.forEach(s -> line("| %s | %s | %d | %s ns | %s | %s | %s | %s |", s.clients(), s.ready(),
                s.blocking() ? -1 : 0, Numbers.of(s.waiting()), Numbers.share(s.kernelShare()),
                Numbers.share(s.scanShare()), Numbers.share(1 - s.kernelShare() - s.scanShare()),
                Numbers.of(s.proportion())));
    }

    private void tables() {
        line("%n## All figures%n");
        line("Best iteration / mean of all, in nanoseconds an operation unless a unit is given; in "
                + "parentheses how many times the same in C%s. \\* means that the forks lie more than 10 %% "
                + "apart. B: bytes that an operation allocates, the worst of the row, JMH's own among them.",
                run.figures().stream().allMatch(f -> f.side() == Side.JAVA)
                        ? ", of which there is none: there was no C compiler" : "");
        Map<String, Set<Figure>> classes = run.figures().stream().collect(Collectors.groupingBy(
                Figure::benchmark, LinkedHashMap::new, Collectors.toCollection(LinkedHashSet::new)));
        classes.forEach((name, figures) -> {
            line("%n### %s%s", name, figures.stream().anyMatch(Figure::isRate) ? ", a second" : "");
            page.append(new Pivot(figures).tables(run));
        });
    }

    private void line(String format, Object... values) {
        page.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
