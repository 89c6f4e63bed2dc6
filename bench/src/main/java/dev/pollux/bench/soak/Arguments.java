package dev.pollux.bench.soak;

import dev.pollux.bench.harness.Variables;
import dev.pollux.poller.Backend;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the command line asks for, as NAME=VALUE like a Makefile's variables; an empty value is none.
 *
 * @param seconds for all back ends together
 * @param backends that take turns, with the same share of the time each
 * @param troubles that each turn has; null for what the seed chooses
 * @param seats that the crowd has
 * @param results where to write
 * @param name of the files written, without what comes after the dot
 */
record Arguments(double seconds, long seed, List<Backend> backends, Set<Trouble> troubles, int seats,
        Path results, String name) {
    static final String USAGE = """
            arguments: MINUTES=20       for all back ends together
                       SEED=42          the same peers once more; their timing is never the same
                       POLLERS=epoll,poll    only these back ends; all of them
                       TROUBLES=stops,handler,errnos,memory    in each turn, or none; by the seed
                       RESULTS=DIR      where to write; bench/results
                       NAME=soak-...    what to call it""";
    /** More than there are places for. */
    static final int SEATS = 230;

    private static final double USUAL_MINUTES = 20;
    private static final double MOST_MINUTES = 24 * 60;

    static Arguments parse(String... args) {
        Variables given = new Variables(List.of("MINUTES", "SEED", "POLLERS", "TROUBLES"), args);
        double minutes = given.value("MINUTES", Double::parseDouble, USUAL_MINUTES);
        if (!(minutes > 0 && minutes <= MOST_MINUTES)) {
            throw new IllegalArgumentException("MINUTES=" + minutes + " is not above 0 and at most a day");
        }
        long seed = given.value("SEED", Long::parseLong,
                (long) ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
        List<Backend> backends = given.value("POLLERS", Arguments::named, List.of(Backend.values()));
        Set<Trouble> troubles = given.value("TROUBLES", Trouble::parse, null);
        return new Arguments(60 * minutes, seed, backends, troubles, SEATS, given.results(),
                given.name("soak", minutes < USUAL_MINUTES ? "-short" : ""));
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
