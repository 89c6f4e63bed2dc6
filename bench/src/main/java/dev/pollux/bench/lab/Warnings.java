package dev.pollux.bench.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** When a run is not to be believed. */
final class Warnings {
    /** How far the forks of a figure may lie apart. */
    static final double SPREAD = 0.10;
    /** What two figures that should be equal may differ by, unless their forks lie further apart. */
    private static final double EQUAL = 0.05;

    private final List<String> spreads = new ArrayList<>();
    private final List<String> gains = new ArrayList<>();
    private final List<String> limits = new ArrayList<>();

    private Warnings() {
    }

    static Warnings of(Run run) {
        Warnings warnings = new Warnings();
        for (Figure figure : run.figures()) {
            if (isSpread(figure)) {
                warnings.spreads.add(String.format(Locale.ROOT, "%s: its forks lie %.0f %% apart",
                        figure.title(), 100 * figure.spread()));
            }
            if (figure.side() == Side.JAVA) {
                warnings.gainAtBack(figure, run);
                warnings.beyondItsLimit(figure, run);
            }
        }
        return warnings;
    }

    static boolean isSpread(Figure figure) {
        return figure.spread() > SPREAD;
    }

    /** Figures whose forks disagree. */
    List<String> spreads() {
        return spreads;
    }

    /** Where stopping early saves something though what is looked for comes last. */
    List<String> gains() {
        return gains;
    }

    /** Variants that are faster than anything that C does. */
    List<String> limits() {
        return limits;
    }

    private void gainAtBack(Figure figure, Run run) {
        String method = figure.name();
        if (!figure.param("placement").equals("BACK") || !method.endsWith("UntilFound")
                || !figure.benchmark().startsWith("PollSet") || figure.param("ready").equals("0")) {
            return;
        }
        String whole = method.replace("UntilFound", "ToTheEnd");
        Optional<Figure> end = run.figures().stream().filter(f -> f.side() == Side.JAVA
                && f.name().equals(whole) && f.benchmark().equals(figure.benchmark())
                && f.params().equals(figure.params())).findFirst();
        end.ifPresent(toTheEnd -> {
            double gain = 1 - figure.best() / toTheEnd.best();
            if (gain > Math.max(EQUAL, Math.max(figure.spread(), toTheEnd.spread()))) {
                gains.add(String.format(Locale.ROOT, "%s: %.0f %% less than to the end", figure.title(),
                        100 * gain));
            }
        });
    }

    private void beyondItsLimit(Figure figure, Run run) {
        Limits.hard(figure, run.figures()).ifPresent(limit -> {
            double spread = Math.max(figure.spread(), limit.spread());
            if (figure.best() * (1 + spread) < limit.best()) {
                limits.add(String.format(Locale.ROOT, "%s: %.4g ns, and %s in C %.4g ns", figure.title(),
                        figure.best(), limit.name(), limit.best()));
            }
        });
    }

    boolean isEmpty() {
        return spreads.isEmpty() && gains.isEmpty() && limits.isEmpty();
    }
}
