package dev.pollux.bench.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures groups in rounds: one fork of each benchmark, then C, then the next fork. So whatever changes in
 * the machine, a figure and its limit come from the same minutes.
 */
final class Rounds {
    private final Measurer java;
    private final Measurer c; // Null without a compiler.
    private final List<Figure> figures = new ArrayList<>();
    private final Map<String, String> failed = new LinkedHashMap<>();

    Rounds(Measurer java, Measurer c) {
        this.java = java;
        this.c = c;
    }

    void measure(Group group, Plan plan) throws InterruptedException {
        Map<String, Growing> found = new LinkedHashMap<>();
        for (int round = 0; round < plan.rounds(); round++) {
            List<Sample> samples = measure(java, group, plan);
            note(samples, found, round, plan.rounds());
            for (String method : group.methods()) {
                if (samples.stream().noneMatch(sample -> sample.name().equals(method))) {
                    failed.putIfAbsent(group.benchmark() + '.' + method + Figure.title(group.params()),
                            "failed in round " + (round + 1));
                }
            }
            if (c != null) {
                note(measure(c, group, plan), found, round, plan.rounds());
            }
        }
        found.values().forEach(growing -> figures.add(growing.figure(group)));
    }

    private List<Sample> measure(Measurer by, Group group, Plan plan) throws InterruptedException {
        try {
            return by.measure(group, plan);
        } catch (IOException e) {
            failed.putIfAbsent((by == c ? "C beside " : "all of ") + group.title(), e.getMessage());
            return List.of();
        }
    }

    private static void note(List<Sample> samples, Map<String, Growing> found, int round, int rounds) {
        for (Sample sample : samples) {
            Growing figure = found.computeIfAbsent(sample.side() + sample.name(),
                    none -> new Growing(sample, rounds));
            figure.forks[round] = sample.iterations();
            figure.bytes[round] = sample.bytes();
        }
    }

    /** A figure on its way: a place for each round, empty where it failed. */
    private static final class Growing {
        private final Sample first;
        private final double[][] forks;
        private final double[] bytes;

        Growing(Sample first, int rounds) {
            this.first = first;
            this.forks = new double[rounds][0];
            this.bytes = new double[rounds];
            Arrays.fill(bytes, Double.NaN);
        }

        Figure figure(Group group) {
            return new Figure(group.benchmark(), group.params(), first.side(), first.name(), first.unit(),
                    List.of(forks), first.side() == Side.JAVA ? bytes : new double[0]);
        }
    }

    List<Figure> figures() {
        return figures;
    }

    Map<String, String> failed() {
        return failed;
    }
}
