package dev.pollux.bench.harness;

/** One line for each step: what is being done, and how long all the rest will take. */
public final class Progress {
    private final int steps;
    private final long began = System.nanoTime();
    private final double planned; // Seconds in all, as planned.
    private double done; // How many of them are over, as planned.
    private int step;

    public Progress(int steps, double planned) {
        this.steps = steps;
        this.planned = planned;
    }

    /** Says what comes next. What was slower than planned so far is taken to go on like that. */
    public void next(String what, double seconds) {
        double pace = pace();
        step++;
        System.out.printf("[%d/%d] %s, about %.0f s; %s left in all%n", step, steps, what, seconds * pace,
                clock((planned - done) * pace));
        done += seconds;
    }

    /** How much of the rest fits into so many seconds from the beginning: 1 for all of it. */
    public double fits(double seconds) {
        return Math.clamp((seconds - spent()) / ((planned - done) * pace()), 0, 1);
    }

    /** Says how long it took. */
    public void end() {
        System.out.printf("done in %s%n", clock(spent()));
    }

    private double spent() {
        return (System.nanoTime() - began) / 1e9;
    }

    private double pace() {
        return done == 0 ? 1 : Math.max(1, spent() / done);
    }

    /** Minutes and seconds. */
    public static String clock(double seconds) {
        return String.format("%d:%02d", Math.round(seconds) / 60, Math.round(seconds) % 60);
    }
}
