package dev.pollux.bench.peers;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Finds slices in which the machine froze: server and load, on cores of their own, both had less than three
 * quarters of the CPU that they usually have under this load. A slow server alone cannot look like that: it
 * is busy itself.
 */
final class Freezes {
    private static final double USUAL = 0.75;

    private Freezes() {
    }

    /** For each slice of one server, whether to drop it. */
    static boolean[] find(List<Slice> slices) {
        double server = USUAL * median(slices, Slice::serverShare);
        double load = USUAL * median(slices, Slice::loadShare);
        boolean[] frozen = new boolean[slices.size()];
        for (int i = 0; i < frozen.length; i++) {
            Slice slice = slices.get(i);
            frozen[i] = slice.serverShare() < server && slice.loadShare() < load;
        }
        return frozen;
    }

    static <T> double median(List<T> from, ToDoubleFunction<T> figure) {
        return median(from.stream().mapToDouble(figure).toArray());
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
