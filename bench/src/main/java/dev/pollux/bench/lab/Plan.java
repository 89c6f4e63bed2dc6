package dev.pollux.bench.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How long everything takes. A round is one fork of each benchmark of a group, then C.
 *
 * @param cMillis an iteration in C, which needs no warm-up to speak of
 */
record Plan(int rounds, int warmUps, int warmUpMillis, int iterations, int iterationMillis, int cMillis) {
    /** Longest first. */
    private static final List<Plan> CHOICE = List.of(
            new Plan(5, 5, 200, 5, 200, 20),
            new Plan(5, 5, 100, 5, 100, 10),
            new Plan(4, 5, 100, 5, 80, 10),
            new Plan(3, 5, 100, 5, 60, 10),
            new Plan(3, 4, 100, 4, 40, 5));
    private static final double FULL_SECONDS = 48 * 60;
    /** Five minutes are promised, and building takes some of them. */
    static final double QUICK_SECONDS = 240;
    /** Starting and ending a JVM with JMH in it, beside the iterations. */
    private static final double FORK_SECONDS = 0.95;
    private static final double PROCESS_SECONDS = 0.1;
    /** What C takes to find out how many operations fill an iteration, in iterations. */
    private static final double FINDING_OUT = 1.2;
    /** C2 needs that long for the Vector API; before, a scan takes a thousand times as long. */
    private static final int VECTOR_WARM_UP_MILLIS = 1000;
    /** And that long for a whole engine; before, its calls leave slices of segments behind them. */
    private static final int ENGINE_WARM_UP_MILLIS = 2000;

    /** The longest that fits into three quarters of an hour; the shortest if none does. */
    static Plan full(List<Group> groups) {
        return CHOICE.stream().filter(plan -> plan.seconds(groups) <= FULL_SECONDS).findFirst()
                .orElse(CHOICE.getLast());
    }

    static Plan quick() {
        return new Plan(3, 4, 80, 4, 30, 3);
    }

    /** So many rounds that an interval is narrow although the machine changes its pace every other minute. */
    static Plan targets() {
        return new Plan(15, 5, 100, 5, 100, 50);
    }

    /** Just long enough to see that everything runs. */
    static Plan smoke() {
        return new Plan(1, 1, 10, 1, 10, 1);
    }

    /**
     * The same in less time: fewer rounds, since what was not warmed up would be wrong, not just uncertain.
     */
    Plan squeezed(double factor) {
        return new Plan(Math.clamp((long) (rounds * factor), 1, rounds), warmUps, warmUpMillis, iterations,
                iterationMillis, cMillis);
    }

    /** A warm-up iteration of this group. */
    int warmUpMillis(Group group) {
        return Math.max(warmUpMillis, leastWarmUpMillis(group.benchmark()) / warmUps);
    }

    private int leastWarmUpMillis(String benchmark) {
        if (benchmark.contains("Vector")) {
            return VECTOR_WARM_UP_MILLIS;
        }
        boolean figuresMeanSomething = iterations > 1;
        return benchmark.contains("Echo") && figuresMeanSomething ? ENGINE_WARM_UP_MILLIS : 0;
    }

    private double forkSeconds(int warmUp) {
        return FORK_SECONDS + (warmUps * warmUp + iterations * iterationMillis) / 1e3;
    }

    double seconds(List<Group> groups) {
        return groups.stream().mapToDouble(this::seconds).sum();
    }

    /** About how long all rounds of a group take. */
    double seconds(Group group) {
        int forms = Limits.forms(group);
        double c = forms == 0 ? 0 : PROCESS_SECONDS + forms * cMillis * (iterations + FINDING_OUT) / 1e3;
        return rounds * (group.methods().size() * forkSeconds(warmUpMillis(group)) + c);
    }

    Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("rounds, a fork each", Integer.toString(rounds));
        fields.put("warm-up", warmUps + " × " + warmUpMillis + " ms");
        fields.put("measurement", iterations + " × " + iterationMillis + " ms");
        fields.put("measurement in C", iterations + " × " + cMillis + " ms");
        return fields;
    }
}
