package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Environment;
import dev.pollux.bench.harness.Interval;
import dev.pollux.bench.harness.Progress;
import dev.pollux.bench.harness.Variables;
import dev.pollux.bench.harness.Workshop;
import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code make bench-peers}: our server beside its peers, and an answer to each row of {@link Targets}. */
public final class Peers {
    /** Five minutes are promised for a quick run: on a busy machine it measures less, not longer. */
    private static final double QUICK_SECONDS = 240;

    private final Arguments arguments;
    private final Plan plan;
    private final Workshop workshop;
    private final Cores cores;
    private final Results results;
    private final Answers answers;

    private Peers(Arguments arguments, Workshop workshop, Cores cores, Map<String, String> environment) {
        this.arguments = arguments;
        this.plan = arguments.plan();
        this.workshop = workshop;
        this.cores = cores;
        this.results = new Results(environment);
        this.answers = new Answers();
    }

    /** See {@link Arguments#USAGE}. Exits 1 without a C compiler, 2 if the arguments make no sense. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Arguments arguments = Variables.readOrExit(Arguments::parse, Arguments.USAGE, args);
        if (!Workshop.hasCompiler()) {
            System.err.println("bench-peers needs a C compiler, since its load generator is written in C: "
                    + "there is no cc on PATH (apt install gcc)");
            System.exit(1);
        }
        try (Workshop workshop = new Workshop()) {
            Cores cores = Cores.choose();
            new Peers(arguments, workshop, cores, environment(args, cores)).run();
        }
    }

    private static Map<String, String> environment(String[] args, Cores cores)
            throws IOException, InterruptedException {
        Map<String, String> facts =
                Environment.describe("dev.pollux.bench.peers.Peers " + String.join(" ", args));
        facts.put("pinning", cores.toString());
        facts.put("jvm flags", String.join(" ", Peer.JVM) + ' ' + Peer.USUAL_HEAP);
        facts.put("netty", Version.identify().values().stream().map(Version::artifactVersion).findFirst()
                .orElse("unknown"));
        return facts;
    }

    private void run() throws IOException, InterruptedException {
        List<Step> steps = steps();
        if (steps.isEmpty()) {
            System.err.println("none of " + arguments.rows() + " is a load: " + Targets.names());
            return;
        }
        System.out.println("pinning: " + cores);
        Progress progress = new Progress(steps.size(), steps.stream().mapToDouble(Step::seconds).sum());
        for (Step step : steps) {
            progress.next(step.title + ": " + step.peers.size() + " servers", step.seconds);
            step.work.run(step.peers, arguments.quick() ? plan.squeezed(progress.fits(QUICK_SECONDS)) : plan);
            write(); // An hour's work is not to be lost with its last step.
        }
        progress.end();
        System.out.println();
        System.out.println(Tables.page(results, arguments.name()));
        System.out.println("written: " + file(".json") + ", .md, and .svg where there is something to plot");
    }

    private List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        for (Load load : Targets.LOADS) {
            add(steps, load, peers(load.id()));
        }
        for (Load load : Targets.PLOTTED) {
            add(steps, load, named(List.of(Targets.BEST, Targets.SELECTOR)));
        }
        if (plan.everybody()) {
            for (Load load : Targets.SHARED) {
                add(steps, load, Targets.SHARES.stream().map(Peer::named).toList());
            }
        }
        List<Peer> starting = named(List.of(Targets.BEST, Targets.SELECTOR));
        if (arguments.wants(Targets.RESIDENT_10000)) {
            List<Peer> able = starting.stream().filter(p -> p.takes(10_000)).toList();
            steps.add(new Step("resident size, 10,000 idle", able, plan.startSeconds(able.size(), 10_000),
                    this::resident));
        }
        if (arguments.wants(Targets.START_UP)) {
            steps.add(new Step("start to listening", starting, plan.startSeconds(starting.size() + 1, 0),
                    this::startUp));
        }
        return steps;
    }

    private void add(List<Step> to, Load load, List<Peer> peers) {
        if (arguments.wants(load.id())) {
            double seconds = plan.seconds(load, peers.size());
            to.add(new Step(load.title(), peers, seconds, (p, now) -> measure(load, p, now)));
        }
    }

    /** Whom the rows of a load name; under loads without pauses also the others, if there is time. */
    private List<Peer> peers(String load) {
        boolean trickle = Targets.LOADS.stream().anyMatch(l -> l.id().equals(load) && l.isTrickle());
        if (plan.everybody() && !trickle) {
            return Peer.all();
        }
        List<String> names = new ArrayList<>();
        if (!trickle) {
            names.add(Targets.BEST);
        }
        for (Row row : Targets.ROWS) {
            if (row.load().equals(load)) {
                names.add(row.numerator());
                names.add(row.denominator());
            }
        }
        return named(names);
    }

    private static List<Peer> named(List<String> names) {
        return Peer.all().stream()
                .filter(p -> names.contains(p.name()) || p.isOurs() && names.contains(Targets.BEST)).toList();
    }

    private void measure(Load load, List<Peer> peers, Plan now) throws InterruptedException {
        Measured measured = new LoadRun(workshop, cores, now, load).run(peers);
        results.loads().put(load.id(), measured);
        measured.leftOut().forEach((name, why) -> System.out.println("    without " + name + ": " + why));
        rows(load.id()).forEach(row -> answer(answers.of(row, measured)));
    }

    private void resident(List<Peer> peers, Plan now) throws InterruptedException {
        Starts starts = new Starts(workshop, cores, now.repeats());
        answer(Targets.RESIDENT_10000, starts.resident(peers), starts);
    }

    private void startUp(List<Peer> peers, Plan now) throws InterruptedException {
        Starts starts = new Starts(workshop, cores, now.repeats());
        answer(Targets.START_UP, starts.startUp(peers), starts);
    }

    private void answer(String what, Map<String, double[]> figures, Starts starts) {
        results.starts().put(what, figures);
        rows(what).forEach(row -> answer(answers.of(row, figures, starts.leftOut())));
    }

    private void answer(Answer answer) {
        results.answers().add(answer);
        Interval ratio = answer.ratio();
        String figure = ratio == null ? answer.note() : String.format("%.3f [%.3f, %.3f] of %.3f",
                ratio.middle(), ratio.low(), ratio.high(), answer.row().target());
        System.out.printf("    %s, %s ÷ %s: %s, %s%n", answer.row().figure().title, answer.numerator(),
                answer.row().denominator(), figure, answer.verdict());
    }

    private static List<Row> rows(String load) {
        return Targets.ROWS.stream().filter(row -> row.load().equals(load)).toList();
    }

    private void write() throws IOException {
        Files.createDirectories(arguments.results());
        Files.writeString(file(".json"), results.json());
        Files.writeString(file(".md"), Tables.page(results, arguments.name()));
        Plot.write(results, file(".svg"));
    }

    private Path file(String ending) {
        return arguments.results().resolve(arguments.name() + ending);
    }

    private record Step(String title, List<Peer> peers, double seconds, Work work) {
    }

    private interface Work {
        void run(List<Peer> peers, Plan now) throws InterruptedException;
    }
}
