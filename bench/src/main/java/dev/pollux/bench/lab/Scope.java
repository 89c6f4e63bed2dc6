package dev.pollux.bench.lab;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Which benchmarks a run is about. */
enum Scope {
    /** Everything that the annotations say. */
    WHOLE("-whole"),
    /** All benchmarks and values, without pairs of values that say the same twice. */
    FULL(""),
    /** What the plots and the targets need at the least. */
    QUICK("-quick"),
    /** What the targets name, in many rounds: for those that a full run leaves undecided. */
    TARGETS("-targets"),
    /** One value for each parameter: does it run? */
    SMOKE("-smoke");

    private static final String SCAN = "PollSetScanBenchmark";
    private static final String VECTOR = "PollSetVectorScanBenchmark";
    private static final String FEW = "16|1024|16384|65536"; // Enough for a line.
    private static final List<Look> LOOKS = List.of(
            new Look(SCAN, "serverUntilFound", Map.of("clients", FEW)),
            new Look(SCAN, "(server|accessor|or8Search)ToTheEnd",
                    Map.of("clients", FEW, "placement", "BACK")),
            new Look(VECTOR, "vectorOr4SearchToTheEnd", Map.of("clients", FEW, "placement", "BACK")),
            new Look("AssociationBenchmark", "(inStep|hashMap)LookUp", Map.of("clients", "4096")),
            new Look("DowncallBenchmark", "plain|errno(ReusedSegment|NewConfinedArena)|refused.*",
                    Map.of()),
            new Look("ReadEagainBenchmark", ".*", Map.of()),
            new Look("PollOfOneBenchmark", "posixPoll", Map.of("readable", "true")),
            new Look("PollAwaitBenchmark", "(pollBackend|epollWait)AtOnce",
                    Map.of("clients", "10|1000|10000", "ready", "LAST")),
            new Look("FramingBenchmark", "sharedBuffer",
                    Map.of("payload", "256", "arrival", "COALESCED")),
            new Look("EchoBenchmark", "engineOnOneThread|roundTrip|rawCalls",
                    Map.of("backend", "POLL")));

    /** What a result's file is called behind its date. */
    final String suffix;

    Scope(String suffix) {
        this.suffix = suffix;
    }

    static Scope of(String name) {
        for (Scope scope : values()) {
            if (scope.name().equalsIgnoreCase(name)) {
                return scope;
            }
        }
        throw new IllegalArgumentException("there is no scope " + name);
    }

    /** Whether a benchmark is run with these values; {@code first}: each is its parameter's first. */
    boolean wants(String benchmark, String method, Map<String, String> params, boolean first) {
        boolean possible = !(method.endsWith("Blocking") || method.equals("select"))
                || !"NOTHING".equals(params.get("ready")); // It would wait for ever.
        return switch (this) {
            case WHOLE -> possible;
            case FULL -> possible && !saysTheSame(benchmark, method, params);
            case QUICK -> possible && LOOKS.stream().anyMatch(look -> look.shows(benchmark, method, params));
            case TARGETS -> possible && Targets.need(benchmark, method, params);
            case SMOKE -> first;
        };
    }

    private static boolean saysTheSame(String benchmark, String method, Map<String, String> params) {
        String placement = params.getOrDefault("placement", "");
        String ready = params.getOrDefault("ready", "");
        return switch (benchmark) {
            // To the end it is the same way wherever the ready ones are: the server's own form shows that.
            case SCAN, VECTOR -> method.endsWith("ToTheEnd") && !placement.equals("BACK")
                    && !method.startsWith("server");
            // None and all have no place, and one has been measured at each.
            case "PollSetManyReadyBenchmark" -> !placement.equals("SPREAD") && !ready.endsWith("%");
            // Of one, the first is the last.
            case "PollAwaitBenchmark", "PollSelectorAwaitBenchmark", "EpollSelectorAwaitBenchmark" ->
                    ready.equals("LAST") && "1".equals(params.get("clients"));
            default -> false;
        };
    }

    /** Values that are enough for a first look, as regular expressions; a parameter not named takes all. */
    private record Look(String benchmark, String method, Map<String, String> values) {
        boolean shows(String name, String of, Map<String, String> params) {
            return benchmark.equals(name) && Pattern.matches(method, of) && params.entrySet().stream()
                    .allMatch(param -> Pattern.matches(values.getOrDefault(param.getKey(), ".*"),
                            param.getValue()));
        }
    }
}
