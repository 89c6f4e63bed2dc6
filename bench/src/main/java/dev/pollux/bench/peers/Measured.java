package dev.pollux.bench.peers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one load.
 *
 * @param slices by server and round; all servers have as many
 * @param frozen which of them to drop
 * @param leftOut servers that could not take part, and why
 * @param promisedNanos how late poll-generations said it may notice a silent client
 */
record Measured(Load load, Map<String, List<Slice>> slices, Map<String, boolean[]> frozen,
        Map<String, String> leftOut, double promisedNanos) {
    static Measured of(Load load, Map<String, List<Slice>> slices, Map<String, String> leftOut,
            double promisedNanos) {
        Map<String, boolean[]> frozen = new LinkedHashMap<>();
        slices.forEach((name, of) -> frozen.put(name, Freezes.find(of)));
        return new Measured(load, slices, frozen, leftOut, promisedNanos);
    }

    boolean has(String name) {
        return slices.containsKey(name);
    }

    /** The slices of one server that count. */
    List<Slice> kept(String name) {
        return kept(name, name);
    }

    /** The slices of one server in those rounds that count for it and for another. */
    List<Slice> kept(String name, String other) {
        List<Slice> kept = new ArrayList<>();
        List<Slice> all = slices.get(name);
        for (int round = 0; round < all.size(); round++) {
            if (!frozen.get(name)[round] && !frozen.get(other)[round] && all.get(round).messages() > 0) {
                kept.add(all.get(round));
            }
        }
        return kept;
    }

    int dropped(String name) {
        return slices.get(name).size() - kept(name).size();
    }
}
