package dev.pollux.bench.lab;

import static dev.pollux.bench.lab.Target.Kind.BYTES;
import static dev.pollux.bench.lab.Target.Kind.DIFFERENCE;
import static dev.pollux.bench.lab.Target.Kind.RATIO;

import dev.pollux.bench.lab.Target.Of;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** What the figures are to show: the one place that says so. */
final class Targets {
    private static final String SCAN = "PollSetScanBenchmark";
    private static final String DOWNCALLS = "DowncallBenchmark";
    private static final String ECHO = "EchoBenchmark";
    private static final String SERVER = "serverUntilFound"; // As Poll does it.
    private static final double NONE = Double.NaN;

    static final List<Target> ROWS = rows();

    private Targets() {
    }

    /**
     * Whether a benchmark is named by any of them. What a scan allocates does not depend on where its entries
     * are, so it is looked at where the scan is timed.
     */
    static boolean need(String benchmark, String method, Map<String, String> params) {
        return ROWS.stream().filter(row -> row.kind() != BYTES || !row.a().benchmarks().contains("Scan"))
                .flatMap(row -> Stream.of(row.a(), row.b())).filter(Objects::nonNull)
                .anyMatch(of -> of.sides().contains(Side.JAVA) && benchmark.matches(of.benchmarks())
                        && method.matches(of.names())
                        && params.entrySet().containsAll(of.params().entrySet()));
    }

    private static List<Target> rows() {
        List<Target> rows = new ArrayList<>();
        for (int clients : new int[] {1024, 16384, 65536}) {
            rows.add(scan(clients, "the tutorial's loop in C", "tutorial.*", 0.75, NONE));
        }
        rows.add(scan(1024, "the best scalar form in C", ".*", 1.7, 1.25));
        rows.add(scan(16384, "the best scalar form in C", ".*", 1.25, 1.25));
        rows.add(new Target("early exit, one ready at FRONT: N = 65,536 ÷ N = 16", RATIO,
                java(SCAN, SERVER, at(65536, "FRONT")), java(SCAN, SERVER, at(16, "FRONT")), 1.2, NONE));
        rows.add(new Target("getppid linked as NativePosix links − getppid in C", DIFFERENCE,
                java(DOWNCALLS, "errnoReusedSegment", Map.of()), call(DOWNCALLS, "getppid", Map.of()),
                25, NONE));
        rows.add(new Target("read with EAGAIN: Posix ÷ SocketChannel", RATIO,
                java("ReadEagainBenchmark", "posixRead", Map.of()),
                java("ReadEagainBenchmark", "nioRead", Map.of()), 1.00, NONE));
        rows.add(bytes("a scan", "PollSet(Scan|ManyReady)Benchmark", "server.*"));
        rows.add(bytes("a downcall", "DowncallBenchmark|ReadEagainBenchmark|PollOfOneBenchmark",
                "errnoReusedSegment|refusedThroughPosix|posix.*"));
        // Of the server as it runs: around the other's loop is a wrapper, and inlining may end sooner.
        rows.add(bytes("an echo", ECHO, "roundTrip"));
        rows.add(new Target("echo by the engine ÷ the same calls in C", RATIO,
                java(ECHO, "engineOnOneThread", Map.of("backend", "POLL")),
                call(ECHO, "fiveCalls", Map.of("backend", "POLL")), 1.15, NONE));
        rows.add(new Target("association in step ÷ HashMap, look up, N = 4,096", RATIO,
                java("AssociationBenchmark", "inStepLookUp", Map.of("clients", "4096")),
                java("AssociationBenchmark", "hashMapLookUp", Map.of("clients", "4096")), 0.5, NONE));
        return List.copyOf(rows);
    }

    private static Target scan(int clients, String against, String forms, double limit, double moonshot) {
        String title = String.format(Locale.ROOT, "the server's scan, one ready at BACK, N = %,d ÷ %s",
                clients, against);
        return new Target(title,
                RATIO, java(SCAN, SERVER, at(clients, "BACK")),
                new Of(Set.of(Side.C_SCALAR), SCAN, forms, at(clients, "BACK")), limit, moonshot);
    }

    private static Map<String, String> at(int clients, String placement) {
        return Map.of("clients", Integer.toString(clients), "ready", "1", "placement", placement);
    }

    private static Target bytes(String what, String benchmarks, String names) {
        return new Target("allocation of " + what, BYTES, java(benchmarks, names, Map.of()), null, 0, NONE);
    }

    private static Of java(String benchmarks, String names, Map<String, String> params) {
        return new Of(Set.of(Side.JAVA), benchmarks, names, params);
    }

    private static Of call(String benchmarks, String names, Map<String, String> params) {
        return new Of(Set.of(Side.C_CALL), benchmarks, names, params);
    }
}
