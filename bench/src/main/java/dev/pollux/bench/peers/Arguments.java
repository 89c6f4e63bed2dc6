package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Variables;
import java.nio.file.Path;
import java.util.List;

/**
 * What the command line asks for, as NAME=VALUE like a Makefile's variables; an empty value is none.
 *
 * @param quick a first look in under five minutes
 * @param factor times as many rounds as usual
 * @param rows loads to run, by id, or by its beginning and a star; empty for all
 * @param results where to write
 * @param name of the files written, without what comes after the dot
 */
record Arguments(boolean quick, int factor, List<String> rows, Path results, String name) {
    static final String USAGE = """
            arguments: QUICK=1          a first look in under five minutes
                       FACTOR=4         measure so many times as long, only servers that a target names
                       ROWS=64x1,16of*  only these loads
                       RESULTS=DIR      where to write; bench/results
                       NAME=peers-...   what to call it""";

    static Arguments parse(String... args) {
        Variables given = new Variables(List.of("QUICK", "FACTOR", "ROWS"), args);
        boolean quick = given.value("QUICK", value -> !value.equals("0"), false);
        List<String> rows = given.value("ROWS", value -> List.of(value.split(",")), List.of());
        return new Arguments(quick, given.value("FACTOR", Integer::parseInt, 1), rows, given.results(),
                given.name("peers", (quick ? "-quick" : "") + (rows.isEmpty() ? "" : "-part")));
    }

    boolean wants(String load) {
        return rows.isEmpty() || rows.stream().anyMatch(row -> row.endsWith("*")
                ? load.startsWith(row.substring(0, row.length() - 1)) : load.equals(row));
    }

    Plan plan() {
        return quick ? Plan.quick() : Plan.full(factor);
    }
}
