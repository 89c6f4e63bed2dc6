package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Interval;

/**
 * How long everything takes.
 *
 * @param warmUpMillis for each server before its first slice that counts, in slices as well
 * @param rounds in each, every server has one slice
 * @param trickleMillis a slice of a trickle, which has few messages
 * @param repeats starts of each server where starts are measured
 * @param everybody also servers that no row asks for
 */
record Plan(int warmUpMillis, int sliceMillis, int rounds, int trickleMillis, int trickleRounds, int repeats,
        boolean everybody) {
    private static final double STARTING_SECONDS = 0.45;
    private static final double SECONDS_PER_CLIENT = 60e-6;
    private static final double BETWEEN_SECONDS = 0.02; // The load's waiting after each slice.

    static Plan quick() {
        return new Plan(700, 100, 10, 500, 8, 5, false);
    }

    /** @param factor times as many rounds; above 1, to decide rows, only for the servers that they name */
    static Plan full(int factor) {
        return new Plan(4000, 250, 40 * factor, 1000, 120 * factor, 15, factor == 1);
    }

    /** The same with less of everything; as many rounds remain as an interval needs at the least. */
    Plan squeezed(double factor) {
        if (factor >= 1) {
            return this;
        }
        return new Plan((int) (warmUpMillis * factor), sliceMillis, squeezed(rounds, factor), trickleMillis,
                squeezed(trickleRounds, factor), squeezed(repeats, factor), everybody);
    }

    private static int squeezed(int times, double factor) {
        return Math.max(Interval.LEAST_SAMPLES + 1, (int) (times * factor));
    }

    int millis(Load load) {
        return load.isTrickle() ? trickleMillis : sliceMillis;
    }

    int rounds(Load load) {
        return load.isTrickle() ? trickleRounds : rounds;
    }

    int warmUps(Load load) {
        return Math.max(1, warmUpMillis / millis(load));
    }

    /** About how long a load takes with so many servers. */
    double seconds(Load load, int servers) {
        double slices = warmUps(load) + rounds(load);
        return servers * (STARTING_SECONDS + load.clients() * SECONDS_PER_CLIENT
                + slices * (millis(load) / 1e3 + BETWEEN_SECONDS));
    }

    /** About how long it takes to start and end so many servers, each as often as there are repeats. */
    double startSeconds(int servers, int clients) {
        return repeats * servers * (STARTING_SECONDS + clients * SECONDS_PER_CLIENT);
    }
}
