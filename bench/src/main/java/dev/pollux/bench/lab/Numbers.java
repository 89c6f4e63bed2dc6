package dev.pollux.bench.lab;

import dev.pollux.bench.harness.Interval;
import java.util.Locale;

/** Figures as tables show them: three digits, or whole numbers. */
final class Numbers {
    private Numbers() {
    }

    static String of(double number) {
        double size = Math.abs(number);
        int digits = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + digits + "f", number);
    }

    static String withUnit(Figure figure) {
        return of(figure.best()) + (figure.isRate() ? " a second" : " ns");
    }

    static String of(Interval interval) {
        String middle = of(interval.middle());
        return interval.samples() < 2 ? middle
                : middle + " [" + of(interval.low()) + ", " + of(interval.high()) + "]";
    }

    static String share(double share) {
        return String.format(Locale.ROOT, share < 0.1 ? "%.2f %%" : "%.0f %%", 100 * share);
    }
}
