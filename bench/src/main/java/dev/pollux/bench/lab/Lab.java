package dev.pollux.bench.lab;

import dev.pollux.bench.harness.Environment;
import dev.pollux.bench.harness.Progress;
import dev.pollux.bench.harness.Variables;
import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code make bench} and its kin: the JMH benchmarks in rounds with C, then a page and plots of them. */
public final class Lab {
    private final Arguments arguments;
    private final Plan plan;
    private final Rounds rounds;
    private final Map<String, String> environment;

    private Lab(Arguments arguments, Plan plan, Rounds rounds, Map<String, String> environment) {
        this.arguments = arguments;
        this.plan = plan;
        this.rounds = rounds;
        this.environment = environment;
    }

    /** See {@link Arguments#USAGE}. Exits 1 if a benchmark fails or there is none, 2 for bad arguments. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Arguments arguments = Variables.readOrExit(Arguments::parse, Arguments.USAGE, args);
        try {
            System.exit(run(arguments) ? 0 : 1);
        } catch (IllegalStateException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Whether there was something to run and all of it ran. */
    static boolean run(Arguments arguments) throws IOException, InterruptedException {
        List<Group> groups = Suite.groups(arguments.scope(), arguments.filter());
        if (groups.isEmpty()) {
            System.err.println("no benchmark to run: " + (arguments.filter().pattern().isEmpty()
                    ? "JMH's list is empty" : "none has " + arguments.filter() + " in its name"));
            return false;
        }
        Plan plan = arguments.plan(groups);
        Files.createDirectories(arguments.results());
        Path log = arguments.results().resolve(arguments.name() + ".log");
        try (Workshop workshop = new Workshop()) {
            Measurer c = Workshop.hasCompiler() ? new LimitsProgram(workshop) : null;
            Rounds rounds = new Rounds(new JmhForks(log, arguments.scope() != Scope.SMOKE), c);
            return new Lab(arguments, plan, rounds, environment(arguments, plan)).measure(groups, log);
        }
    }

    private static Map<String, String> environment(Arguments arguments, Plan plan)
            throws IOException, InterruptedException {
        Map<String, String> facts = Environment.describe("dev.pollux.bench.lab.Lab SCOPE="
                + arguments.scope().name().toLowerCase() + " B=" + arguments.filter());
        facts.put("jvm flags", String.join(" ", JmhForks.JVM) + ", and those of a class's own @Fork");
        facts.put("jmh", JmhForks.version());
        facts.putAll(plan.fields());
        return facts;
    }

    private boolean measure(List<Group> groups, Path log) throws IOException, InterruptedException {
        double seconds = plan.seconds(groups);
        System.out.printf("%d benchmarks, counting parameters, in rounds: %d. It takes about %s%n",
                Suite.benchmarks(groups), plan.rounds(), Progress.clock(seconds));
        plan.fields().forEach((what, value) -> System.out.println("    " + what + ": " + value));
        System.out.println("    in C beside them: " + environment.get("cc"));
        Progress progress = new Progress(groups.size(), seconds);
        Path part = arguments.results().resolve(arguments.name() + ".part");
        int shortened = 0;
        for (Group group : groups) {
            Plan now = arguments.scope() == Scope.QUICK
                    ? plan.squeezed(progress.fits(Plan.QUICK_SECONDS)) : plan; // Measures less, not longer.
            progress.next(group.title() + ": " + group.methods().size() + " benchmarks", plan.seconds(group));
            rounds.measure(group, now);
            if (!now.equals(plan)) {
                shortened++;
                environment.put("shortened", shortened + " of " + groups.size() + " groups, to be in time");
            }
            if (arguments.scope() != Scope.SMOKE) {
                Files.writeString(part, result(arguments.name()).json()); // What an interrupted run leaves.
            }
        }
        progress.end();
        Files.deleteIfExists(part);
        return write(log);
    }

    private Run result(String name) {
        return new Run(name, environment, plan.iterationMillis(), rounds.figures(), rounds.failed());
    }

    private boolean write(Path log) throws IOException {
        boolean good = rounds.failed().isEmpty();
        Path to = arguments.results();
        String name = arguments.name() + (good ? "" : "-incomplete"); // It must not replace a whole one.
        Run run = result(name);
        Files.writeString(to.resolve(name + ".json"), run.json());
        if (good) {
            Files.delete(log);
        } else {
            run.failed().forEach((what, why) -> System.err.println("FAILED: " + what + ": " + why));
            System.err.println("what JMH said is in " + log);
        }
        if (!run.figures().isEmpty()) {
            new Report(to).write(run);
        }
        return good;
    }
}
