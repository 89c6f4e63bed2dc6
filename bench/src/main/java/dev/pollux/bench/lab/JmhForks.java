package dev.pollux.bench.lab;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Version;

/** A fork of JMH for each method of a group; what JMH says goes to a log. */
final class JmhForks implements Measurer {
    /** What a class's own {@code @Fork(jvmArgsAppend)} adds to. */
    static final List<String> JVM =
            List.of("-XX:+UseSerialGC", "-Xms512m", "-Xmx512m", "--enable-native-access=ALL-UNNAMED");
    private static final String BYTES = "gc.alloc.rate.norm";
    private static final int PATIENCE_SECONDS = 60; // For one iteration.

    private final OutputFormat log;

    /** @param alone whether to refuse to run beside another JMH, which would spoil both's figures */
    JmhForks(Path log, boolean alone) throws IOException {
        System.setProperty("jmh.ignoreLock", Boolean.toString(!alone));
        PrintStream to = new PrintStream(log.toFile());
        this.log = OutputFormatFactory.createFormatInstance(to, VerboseMode.NORMAL);
    }

    static String version() {
        return Version.getPlainVersion() + ", -prof gc";
    }

    @Override
    public List<Sample> measure(Group group, Plan plan) {
        ChainedOptionsBuilder options = new OptionsBuilder().forks(1).shouldFailOnError(false)
                .warmupIterations(plan.warmUps())
                .warmupTime(TimeValue.milliseconds(plan.warmUpMillis(group)))
                .measurementIterations(plan.iterations())
                .measurementTime(TimeValue.milliseconds(plan.iterationMillis()))
                .timeout(TimeValue.seconds(PATIENCE_SECONDS))
                .jvmArgs(JVM.toArray(String[]::new)).addProfiler(GCProfiler.class);
        group.params().forEach(options::param);
        for (String method : group.methods()) {
            options.include('^' + (group.className() + '.' + method).replace(".", "\\.") + '$');
        }
        try {
            List<Sample> samples = new ArrayList<>();
            for (RunResult run : new Runner(options.build(), log).run()) {
                run.getBenchmarkResults().forEach(fork -> samples.add(sample(run, fork)));
            }
            return samples;
        } catch (RunnerException e) {
            throw new IllegalStateException("JMH: " + e.getMessage(), e); // The next group would fail alike.
        }
    }

    private static Sample sample(RunResult run, BenchmarkResult fork) {
        String name = run.getParams().getBenchmark();
        String unit = fork.getScoreUnit();
        List<Double> scores = new ArrayList<>();
        double bytes = Double.NaN;
        for (IterationResult iteration : fork.getIterationResults()) {
            scores.add(converted(iteration.getPrimaryResult().getScore(), unit));
            Result<?> allocated = iteration.getSecondaryResults().get(BYTES);
            if (allocated != null && !(bytes <= allocated.getScore())) {
                bytes = allocated.getScore();
            }
        }
        return new Sample(Side.JAVA, name.substring(name.lastIndexOf('.') + 1),
                unit.startsWith("ops/") ? Figure.PER_SECOND : Figure.NANOS,
                scores.stream().mapToDouble(Double::doubleValue).toArray(), bytes);
    }

    /** To nanoseconds an operation, or operations a second. */
    static double converted(double score, String unit) {
        return switch (unit) {
            case "ns/op" -> score;
            case "us/op" -> score * 1e3;
            case "ms/op" -> score * 1e6;
            case "s/op" -> score * 1e9;
            case "ops/ns" -> score * 1e9;
            case "ops/us" -> score * 1e6;
            case "ops/ms" -> score * 1e3;
            case "ops/s" -> score;
            default -> throw new IllegalArgumentException("what is " + unit + '?');
        };
    }
}
