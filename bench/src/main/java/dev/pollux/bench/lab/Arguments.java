package dev.pollux.bench.lab;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the command line asks for, as NAME=VALUE like a Makefile's variables; an empty value is none.
 *
 * @param filter looked for in Class.method
 * @param results where to write
 * @param name of the files written, without what comes after the dot
 */
record Arguments(Scope scope, Pattern filter, Path results, String name) {
    static final String USAGE = """
            arguments: B=Scan                     only benchmarks whose Class.method this expression finds
                       SCOPE=full|quick|targets|smoke|whole   all, a first look, what targets name in many
                                                  rounds, does it run, or every pair of values
                       RESULTS=DIR                where to write; bench/results
                       NAME=lab-...               what to call it""";

    static Arguments parse(String... args) {
        Scope scope = Scope.FULL;
        String filter = "";
        Path results = Path.of("bench", "results");
        String name = "";
        for (String arg : args) {
            int equals = arg.indexOf('=');
            String value = arg.substring(equals + 1);
            if (equals >= 0 && value.isEmpty()) {
                continue;
            }
            switch (equals < 0 ? arg : arg.substring(0, equals)) {
                case "B" -> filter = value;
                case "SCOPE" -> scope = Scope.of(value);
                case "RESULTS" -> results = Path.of(value);
                case "NAME" -> name = value;
                default -> throw new IllegalArgumentException("what is " + arg + '?');
            }
        }
        if (name.isEmpty()) { // What is not the whole must not replace the whole.
            String part = filter.isEmpty() ? "" : '-' + filter.replaceAll("[^A-Za-z0-9]+", "_");
            name = "lab-" + LocalDate.now() + scope.suffix + part;
        }
        return new Arguments(scope, Pattern.compile(filter), results, name);
    }

    Plan plan(List<Group> groups) {
        return switch (scope) {
            case QUICK -> Plan.quick();
            case TARGETS -> Plan.targets();
            case SMOKE -> Plan.smoke();
            case FULL, WHOLE -> Plan.full(groups);
        };
    }
}
