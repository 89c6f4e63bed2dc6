package dev.pollux.bench.soak;

import dev.pollux.poller.Backend;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the command line asks for, as NAME=VALUE like a Makefile's variables; an empty value is none.
 *
 * @param seconds for all back ends together
 * @param backends that take turns, with the same share of the time each
 * @param seats that the crowd has
 * @param results where to write
 * @param name of the files written, without what comes after the dot
 */
record Arguments(double seconds, long seed, List<Backend> backends, int seats, Path results, String name) {
    static final String USAGE = """
            arguments: MINUTES=20       for all back ends together
                       SEED=42          the same peers once more; their timing is never the same
                       POLLERS=epoll,poll    only these back ends; all of them
                       RESULTS=DIR      where to write; bench/results
                       NAME=soak-...    what to call it""";
    /** More than there are places for. */
    static final int SEATS = 230;

    private static final double USUAL_MINUTES = 20;
    private static final double MOST_MINUTES = 24 * 60;

    static Arguments parse(String... args) {
        double minutes = USUAL_MINUTES;
        long seed = ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
        List<Backend> backends = List.of(Backend.values());
        Path results = Path.of("bench", "results");
        String name = "";
        for (String arg : args) {
            int equals = arg.indexOf('=');
            String value = arg.substring(equals + 1);
            if (equals >= 0 && value.isEmpty()) {
                continue;
            }
            switch (equals < 0 ? arg : arg.substring(0, equals)) {
                case "MINUTES" -> minutes = Double.parseDouble(value);
                case "SEED" -> seed = Long.parseLong(value);
                case "POLLERS" -> backends = named(value);
                case "RESULTS" -> results = Path.of(value);
                case "NAME" -> name = value;
                default -> throw new IllegalArgumentException("what is " + arg + '?');
            }
        }
        if (!(minutes > 0 && minutes <= MOST_MINUTES)) {
            throw new IllegalArgumentException("MINUTES=" + minutes + " is not above 0 and at most a day");
        }
        if (name.isEmpty()) { // What is shorter must not replace the whole.
            name = "soak-" + LocalDate.now() + (minutes < USUAL_MINUTES ? "-short" : "");
        }
        return new Arguments(60 * minutes, seed, backends, SEATS, results, name);
    }

    private static List<Backend> named(String names) {
        List<Backend> backends = new ArrayList<>();
        for (String name : names.split(",")) {
            backends.add(List.of(Backend.values()).stream().filter(each -> each.toString().equals(name))
                    .findFirst().orElseThrow(() ->
                            new IllegalArgumentException("there is no back end " + name)));
        }
        return backends;
    }
}
