package dev.pollux.bench.lab;

import dev.pollux.bench.harness.Variables;
import java.nio.file.Path;
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
        Variables given = new Variables(List.of("B", "SCOPE"), args);
        Scope scope = given.value("SCOPE", Scope::of, Scope.FULL);
        Pattern filter = given.value("B", Pattern::compile, Pattern.compile(""));
        String part = filter.pattern().isEmpty() ? ""
                : '-' + filter.pattern().replaceAll("[^A-Za-z0-9]+", "_");
        return new Arguments(scope, filter, given.results(), given.name("lab", scope.suffix + part));
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
