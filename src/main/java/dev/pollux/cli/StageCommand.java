package dev.pollux.cli;

import dev.pollux.stage.Stage;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pollux stage}: runs a step of the tutorial. */
@Command(name = "stage", mixinStandardHelpOptions = true, versionProvider = Version.class,
        sortOptions = false,
        exitCodeListHeading = Program.EXIT_CODES, exitCodeList = {"0:its time is over, or SIGTERM",
            "1:something went wrong", Program.USAGE, Program.INTERRUPT},
        description = "Runs a step of the tutorial on 127.0.0.1, until Ctrl-C. Its file says at the top what"
                + " it shows and what to try: src/main/java/dev/pollux/stage/Stage04Poll.java for 4.")
final class StageCommand implements Callable<Integer> {
    private static final long PATIENCE_MILLIS = 500;
    private static final Set<String> OF_ALL = Set.of("--port", "--list");

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", arity = "0..1", paramLabel = "N", converter = PositiveInt.class,
            description = "Which one, 1 to 12.")
    private Integer number;

    @Option(names = "--list", description = "Print what there is, and run nothing.")
    private boolean list;

    @Option(names = "--port", paramLabel = "PORT", converter = PositiveInt.Port.class,
            description = "Port to listen on; 0 takes a free one. Default: ${DEFAULT-VALUE}")
    private int port = 5882;

    @Option(names = "--seconds", paramLabel = "N", converter = PositiveInt.class,
            description = "2 and 3: end after so many seconds. Default: ${DEFAULT-VALUE}")
    private int seconds = 3;

    @Option(names = "--accept", paramLabel = "HOW", converter = Accept.Converter.class,
            description = "6: connections taken in one pass: ${COMPLETION-CANDIDATES}."
                    + " Default: ${DEFAULT-VALUE}")
    private Accept accept = Accept.UNTIL_EAGAIN;

    @Option(names = "--max-clients", paramLabel = "N", converter = PositiveInt.class,
            description = "10 to 12: clients at one time, at most 4095. Default: ${DEFAULT-VALUE}")
    private int maxClients = Stage.MAX_CLIENTS;

    @Option(names = "--idle-timeout", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "10 to 12: close a client for which no byte moves for this long: 500ms, 30s, 2m."
                    + " Default: ${DEFAULT-VALUE}")
    private TimeSpan idleTimeout = new TimeSpan(Duration.ofSeconds(30));

    private enum Accept {
        UNTIL_EAGAIN, ONCE;

        private static final class Converter extends ByName<Accept> {
            Converter() {
                super(values());
            }
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (list) {
            for (StageName each : StageName.values()) {
                out.println(String.format(Locale.ROOT, "%2d  %s", each.number(), each.shows));
            }
            Output.check(out);
            return 0;
        }
        StageName name = checked();
        Stage.Options options = new Stage.Options(port, name.options.contains("--seconds") ? seconds : 0,
                accept == Accept.ONCE, maxClients, (int) idleTimeout.duration().toMillis());
        Output.makeOptional(out);
        return run(name.make(), options, out, Signals.PROCESS);
    }

    private StageName checked() {
        StageName[] names = StageName.values();
        if (number == null || number > names.length) {
            throw mistake("stages are 1 to " + names.length + ", see --list");
        }
        StageName name = names[number - 1];
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (!OF_ALL.contains(option.longestName()) && !name.options.contains(option.longestName())) {
                throw mistake("stage " + number + " does not take " + option.longestName());
            }
        }
        if (maxClients > Stage.MAX_CLIENTS) {
            throw mistake("--max-clients is at most " + Stage.MAX_CLIENTS);
        }
        long idleMillis = idleTimeout.duration().toMillis();
        if (idleMillis < 1 || idleMillis > Integer.MAX_VALUE) {
            throw mistake("--idle-timeout is not within 1ms and 24 days");
        }
        return name;
    }

    private ParameterException mistake(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** A signal stops the stage, too, so that it says its last words and closes what it opened. */
    private static int run(Stage stage, Stage.Options options, PrintWriter out, Signals signals) {
        CountDownLatch ended = new CountDownLatch(1);
        if (!signals.begin(() -> stopAndWait(stage, ended, signals))) {
            return signals.exitCode(); // The signal was faster.
        }
        try {
            stage.start(options, out::println);
        } finally {
            ended.countDown();
            signals.end();
        }
        return signals.exitCode();
    }

    private static void stopAndWait(Stage stage, CountDownLatch ended, Signals signals) {
        stage.stop();
        try {
            if (!ended.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                // The stage waits for a client, or at its limit for the end of one.
                Runtime.getRuntime().halt(signals.exitCode());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
