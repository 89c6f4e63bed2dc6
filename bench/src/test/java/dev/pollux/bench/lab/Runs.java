package dev.pollux.bench.lab;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Made-up figures. */
final class Runs {
    static final String SCAN = "PollSetScanBenchmark";

    private Runs() {
    }

    /** With forks of one iteration each. */
    static Figure java(String benchmark, String name, Map<String, String> params, double... forks) {
        return figure(Side.JAVA, benchmark, name, params, forks);
    }

    static Figure figure(Side side, String benchmark, String name, Map<String, String> params,
            double... forks) {
        List<double[]> iterations = Arrays.stream(forks).mapToObj(nanos -> new double[] {nanos}).toList();
        return new Figure(benchmark, params, side, name, Figure.NANOS, iterations,
                side == Side.JAVA ? new double[forks.length] : new double[0]);
    }

    static Map<String, String> at(int clients, String placement) {
        return Map.of("clients", Integer.toString(clients), "ready", "1", "placement", placement);
    }

    static Run run(Figure... figures) {
        return run("lab-test", "a machine", figures);
    }

    static Run run(String name, String cpu, Figure... figures) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("jdk", "25");
        environment.put("cpu", cpu);
        environment.put("cores", "2");
        environment.put("kernel", "6.1 amd64");
        return new Run(name, environment, 100, List.of(figures), Map.of());
    }
}
