package dev.pollux.bench.lab;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Which part of {@code limits.c} stands beside which benchmark, and which form beside which method. */
final class Limits {
    private static final String STOPS = "UntilFound";
    private static final String ENDS = "ToTheEnd";
    private static final String AT_ONCE = "AtOnce";
    private static final String BLOCKING = "Blocking";

    private Limits() {
    }

    /** What to tell the program, without the times; empty if there is nothing like that in C. */
    static List<String> arguments(Group group) {
        Map<String, String> params = group.params();
        return switch (group.benchmark()) {
            case "PollSetScanBenchmark", "PollSetManyReadyBenchmark", "PollSetVectorScanBenchmark" ->
                    List.of("scan", params.get("clients"), params.get("ready"), params.get("placement"));
            case "DowncallBenchmark", "ReadEagainBenchmark", "PollOfOneBenchmark" -> List.of("calls");
            case "PollAwaitBenchmark", "PollSelectorAwaitBenchmark", "EpollSelectorAwaitBenchmark" ->
                    List.of("await", params.get("clients"), params.get("ready"));
            case "EchoBenchmark" -> group.methods().contains("roundTrip") && group.methods().size() == 1
                    ? List.of() : List.of("echo");
            default -> List.of();
        };
    }

    /** How many forms that measures. */
    static int forms(Group group) {
        List<String> arguments = arguments(group);
        return arguments.isEmpty() ? 0 : switch (arguments.getFirst()) {
            case "scan" -> 16;
            case "calls" -> 5;
            case "await" -> 4;
            default -> 1;
        };
    }

    /**
     * What a benchmark's figure is held against: the fastest form of the same group that does the same. Forms
     * that the compiler makes vectors of count only for benchmarks that use vectors themselves.
     */
    static Optional<Figure> of(Figure figure, List<Figure> all) {
        return fastest(figure, all, isSame(figure).and(form -> form.side() != Side.C_VECTORISED
                || figure.benchmark().equals("PollSetVectorScanBenchmark")));
    }

    /** The same with all forms: nothing in Java should be faster than that. */
    static Optional<Figure> hard(Figure figure, List<Figure> all) {
        return fastest(figure, all, isSame(figure));
    }

    private static Optional<Figure> fastest(Figure figure, List<Figure> all, Predicate<Figure> which) {
        return all.stream().filter(form -> form.side() != Side.JAVA
                        && form.benchmark().equals(figure.benchmark())
                        && form.params().equals(figure.params()) && !Double.isNaN(form.best()))
                .filter(which).min(Comparator.comparingDouble(Figure::best));
    }

    private static Predicate<Figure> isSame(Figure figure) {
        String method = figure.name();
        return switch (figure.benchmark()) {
            case "PollSetScanBenchmark", "PollSetManyReadyBenchmark", "PollSetVectorScanBenchmark" ->
                    form -> form.name().endsWith(method.endsWith(STOPS) ? STOPS : ENDS);
            case "DowncallBenchmark" -> named(method.equals("refusedThroughPosix") ? "closeNone" : "getppid");
            case "ReadEagainBenchmark" -> named("readEagain");
            case "PollOfOneBenchmark" ->
                    named(figure.param("readable").equals("true") ? "pollOfOneReadable" : "pollOfOneIdle");
            // poll-generations does not ask for all: C has nothing like it.
            case "PollAwaitBenchmark" -> method.startsWith("generations") ? form -> false
                    : named((method.startsWith("epoll") ? "epollWait" : "poll")
                            + (method.endsWith(AT_ONCE) ? AT_ONCE : BLOCKING));
            case "PollSelectorAwaitBenchmark" ->
                    named("poll" + (method.equals("selectNow") ? AT_ONCE : BLOCKING));
            case "EpollSelectorAwaitBenchmark" ->
                    named("epollWait" + (method.equals("selectNow") ? AT_ONCE : BLOCKING));
            case "EchoBenchmark" -> method.equals("roundTrip") ? form -> false : named("fiveCalls");
            default -> form -> false;
        };
    }

    private static Predicate<Figure> named(String name) {
        return form -> form.name().equals(name);
    }
}
