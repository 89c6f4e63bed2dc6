package dev.pollux.bench.lab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What an iteration of the loop that finds one of N ready is made of: waiting through our back end, in it
 * poll(2) as C calls it, and the scan.
 *
 * @param waiting nanoseconds of one wait through the back end, with everything
 * @param kernel of poll(2) alone
 * @param scan of looking for the ready one
 */
record Shares(String clients, String ready, boolean blocking, double waiting, double kernel, double scan) {
    /** Of each pair of figures that there is. */
    static List<Shares> of(Run run) {
        List<Shares> all = new ArrayList<>();
        for (Figure figure : run.figures()) {
            if (figure.side() == Side.JAVA && figure.benchmark().equals("PollAwaitBenchmark")
                    && figure.name().startsWith("pollBackend") && !figure.param("ready").equals("NOTHING")) {
                boolean blocking = figure.name().endsWith("Blocking");
                Optional<Figure> kernel = run.limit(figure).or(() -> run.java("PollAwaitBenchmark",
                        "poll" + (blocking ? "Blocking" : "AtOnce"), "clients", figure.param("clients"),
                        "ready", figure.param("ready")));
                double scan = scan(run, Integer.parseInt(figure.param("clients")), figure.param("ready"));
                if (kernel.isPresent() && !Double.isNaN(scan)) {
                    all.add(new Shares(figure.param("clients"), figure.param("ready"), blocking,
                            figure.best(), kernel.get().best(), scan));
                }
            }
        }
        return all;
    }

    double kernelShare() {
        return kernel / waiting;
    }

    double scanShare() {
        return scan / waiting;
    }

    /** How many times the scan the kernel takes. */
    double proportion() {
        return kernel / scan;
    }

    /**
     * The scan of so many, between the two numbers nearest to it for which it was measured: it grows with
     * them, or hardly where the first is the one. NaN if it was not measured at all.
     */
    static double scan(Run run, int clients, String ready) {
        String placement = ready.equals("FIRST") ? "FRONT" : "BACK";
        List<Figure> known = run.figures().stream().filter(figure -> figure.side() == Side.JAVA
                        && figure.benchmark().equals("PollSetScanBenchmark")
                        && figure.name().equals("serverUntilFound") && figure.param("ready").equals("1")
                        && figure.param("placement").equals(placement) && !Double.isNaN(figure.best()))
                .sorted(Comparator.comparingInt(Shares::clients)).toList();
        if (known.isEmpty()) {
            return Double.NaN;
        }
        Figure below = known.getFirst();
        for (Figure above : known) {
            if (clients(above) >= clients) {
                return between(below, above, clients);
            }
            below = above;
        }
        return between(known.get(Math.max(0, known.size() - 2)), below, clients);
    }

    private static int clients(Figure figure) {
        return Integer.parseInt(figure.param("clients"));
    }

    private static double between(Figure below, Figure above, int clients) {
        if (below == above) {
            return above.best();
        }
        double part = (double) (clients - clients(below)) / (clients(above) - clients(below));
        return below.best() + part * (above.best() - below.best());
    }
}
