package dev.pollux.bench.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** {@code make report}: pages and plots from results that are there, without measuring anything. */
public final class Report {
    private static final String USAGE = """
            arguments: RESULTS=DIR                where the results are; bench/results
                       RUNS=lab-...,lab-...       put these into one table; without it each has a page""";

    private final Path directory;

    Report(Path directory) {
        this.directory = directory;
    }

    /** Exits 1 if there is no result, 2 for bad arguments, runs of different machines among them. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of("bench", "results");
        List<String> names = List.of();
        try {
            for (String arg : args) {
                String value = arg.substring(arg.indexOf('=') + 1);
                if (arg.startsWith("RESULTS=")) {
                    directory = value.isEmpty() ? directory : Path.of(value);
                } else if (arg.startsWith("RUNS=")) {
                    names = value.isEmpty() ? names : List.of(value.split("[, ]+"));
                } else {
                    throw new IllegalArgumentException("what is " + arg + "?\n" + USAGE);
                }
            }
            Report report = new Report(directory);
            int written = names.isEmpty() ? report.each() : report.beside(names);
            if (written == 0) {
                System.err.println("no lab-*.json in " + directory + ": make bench-quick makes one");
                System.exit(1);
            }
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /** A page for each run; returns how many. */
    int each() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().matches("lab-.*\\.json")).sorted()
                    .toList();
        }
        for (Path file : files) {
            write(Run.read(file));
        }
        return files.size();
    }

    /** The page of one run, and its plots. */
    void write(Run run) throws IOException {
        List<String> written = new ArrayList<>();
        var plots = new Plots(run).write(directory);
        Files.writeString(directory.resolve(run.name() + ".md"), Page.of(run, plots));
        written.add(run.name() + ".md");
        written.addAll(plots.keySet());
        System.out.println("written to " + directory + ": " + String.join(", ", written));
    }

    /**
     * One page for several runs; returns how many.
     *
     * @throws IllegalArgumentException if they are of different machines
     */
    int beside(List<String> names) throws IOException {
        List<Run> runs = new ArrayList<>();
        for (String name : names) {
            runs.add(Run.read(directory.resolve(name + ".json")));
        }
        String file = String.join("-beside-", names) + ".md";
        Files.writeString(directory.resolve(file), Beside.page(runs));
        System.out.println("written to " + directory + ": " + file);
        return runs.size();
    }
}
