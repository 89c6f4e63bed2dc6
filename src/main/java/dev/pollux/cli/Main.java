package dev.pollux.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code pollux}. Exits with 0, 1 for what went wrong, 2 for a wrong command line. */
@Command(name = "pollux", mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = "A TCP server on the operating system's own calls, and a client to try it with.")
public final class Main {
    private Main() {
    }

    /** Runs the command line and exits with its code. */
    public static void main(String[] args) {
        System.exit(execute(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
    }

    /** Runs the command line and returns the exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        Mistakes mistakes = new Mistakes();
        try {
            return commandLine(args.length == 0 ? "" : args[0])
                    .setOut(out)
                    .setErr(err)
                    .setExpandAtFiles(false) // A TEXT may begin with @.
                    .setParameterExceptionHandler(mistakes)
                    .setExecutionExceptionHandler(mistakes)
                    .execute(args);
        } catch (RuntimeException | Error e) { // Outside a command, such as denied native access.
            return mistakes.failed(e, err);
        }
    }

    /** With the one command that is asked for where that is clear: picocli takes 10 ms to learn about one. */
    private static CommandLine commandLine(String first) {
        CommandLine line = new CommandLine(new Main());
        return switch (first) {
            case "serve" -> line.addSubcommand(new ServeCommand());
            case "send" -> line.addSubcommand(new SendCommand());
            case "stage" -> line.addSubcommand(new StageCommand());
            default -> line.addSubcommand(new ServeCommand())
                    .addSubcommand(new SendCommand())
                    .addSubcommand(new StageCommand())
                    .addSubcommand(new AutoComplete.GenerateCompletion());
        };
    }
}
