package dev.pollux.cli;

import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;
import java.io.PrintWriter;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code pollux serve}: turns flags into a server and runs it. */
@Command(name = "serve", mixinStandardHelpOptions = true, versionProvider = Version.class,
        sortOptions = false,
        description = "Serves clients until SIGTERM or Ctrl-C.",
        exitCodeListHeading = Program.EXIT_CODES, exitCodeList = {
            "0:SIGTERM, and the server has ended in time", "1:something went wrong, or a second SIGTERM",
            Program.USAGE, "130:Ctrl-C; the second one ends the server at once"},
        footer = {"", "A TIME is 500ms, 30s, 2m, 1h, 1d, or plain seconds; a SIZE is 4096, 64k, 1m or 1g, in"
            + " powers of 1024; an N is 4096 or 10k, which is 10,000.",
            "SIGTERM and Ctrl-C drain the server. SIGHUP and SIGUSR1 do nothing."})
final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ServeFlags flags;

    @Option(names = "--handler", paramLabel = "NAME", converter = HandlerName.Converter.class,
            description = "What to do with a frame: ${COMPLETION-CANDIDATES} (print writes it to stdout,"
                    + " broadcast sends it to all other clients, tcp-info answers with what the kernel knows"
                    + " about the connection). Default: ${DEFAULT-VALUE}")
    private HandlerName handler = HandlerName.ECHO;

    @Option(names = "--log-level", paramLabel = "LEVEL", converter = LevelName.Converter.class,
            description = "What to write to stderr: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private LevelName logLevel = LevelName.INFO;

    @Option(names = "--quiet",
            description = "Log errors only, whatever --log-level says, and no counters at the end.")
    private boolean quiet;

    @Option(names = "--trace", paramLabel = "WHAT", arity = "0..1", fallbackValue = TraceChoice.ALL,
            converter = TraceChoice.Converter.class,
            description = "Write each system call to stderr, or those of WHAT, such as read,send;"
                    + " or make them events of Flight Recorder: jfr, or jfr,read,send.")
    private TraceChoice trace; // Null without.

    @Option(names = "--dry-run",
            description = "Print what all flags come to and what the limits add up to, and open nothing.")
    private boolean dryRun;

    @Override
    public Integer call() throws InterruptedException {
        BackgroundWriter stdout = new BackgroundWriter(StandardStreams.out(), "stdout");
        ServerOptions options = flags.toServerOptions(spec.commandLine());
        if (trace != null) {
            options.posix(trace.kernel(StderrLog.PROCESS));
        }
        Server server;
        try {
            server = new Server(options, handler.open(stdout));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (dryRun) {
            LimitsReport report = new LimitsReport(out);
            report.print(options.effective(), options.maxClients());
            report.line("handler", handler);
            report.line("log-level", quiet ? LevelName.ERROR + ", for --quiet" : logLevel);
            report.line("trace", trace == null ? "off" : trace);
            Output.check(out);
            return 0;
        }
        StderrLog.PROCESS.level(quiet ? Level.ERROR : logLevel.level);
        // Not on the loop: at the limit of processes, a server that has begun would end by its first line.
        StderrLog.PROCESS.start();
        stdout.start();
        Output.makeOptional(out);
        int code = new ServerRun(server, options.drainTimeout(), StderrLog.PROCESS, Signals.PROCESS)
                .run(() -> out.println("listening on " + server.address()));
        stdout.flush(StderrLog.FLUSH_MILLIS);
        return code;
    }
}
