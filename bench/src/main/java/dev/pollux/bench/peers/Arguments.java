package dev.pollux.bench.peers;

import java.nio.file.Path;
import java.time.LocalDate;
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
        boolean quick = false;
        int factor = 1;
        List<String> rows = List.of();
        Path results = Path.of("bench", "results");
        String name = "";
        for (String arg : args) {
            int equals = arg.indexOf('=');
            String value = arg.substring(equals + 1);
            if (equals >= 0 && value.isEmpty()) {
                continue;
            }
            switch (equals < 0 ? arg : arg.substring(0, equals)) {
                case "QUICK" -> quick = !value.equals("0");
                case "FACTOR" -> factor = Integer.parseInt(value);
                case "ROWS" -> rows = List.of(value.split(","));
                case "RESULTS" -> results = Path.of(value);
                case "NAME" -> name = value;
                default -> throw new IllegalArgumentException("what is " + arg + '?');
            }
        }
        if (name.isEmpty()) { // What is not the whole must not replace the whole.
            name = "peers-" + LocalDate.now() + (quick ? "-quick" : "") + (rows.isEmpty() ? "" : "-part");
        }
        return new Arguments(quick, factor, rows, results, name);
    }

    boolean wants(String load) {
        return rows.isEmpty() || rows.stream().anyMatch(row -> row.endsWith("*")
                ? load.startsWith(row.substring(0, row.length() - 1)) : load.equals(row));
    }

    Plan plan() {
        return quick ? Plan.quick() : Plan.full(factor);
    }
}
