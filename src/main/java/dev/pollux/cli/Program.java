package dev.pollux.cli;

import java.io.PrintWriter;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/** The command line. Apart from {@link Main}, which must load where picocli is missing, to report that. */
@Command(name = "pollux", mixinStandardHelpOptions = true, versionProvider = Version.class,
        description = "A TCP server on the operating system's own calls, and a client to try it with.",
        exitCodeListHeading = Program.EXIT_CODES, exitCodeList = {Program.OK, Program.FAILURE, Program.USAGE,
            Program.INTERRUPT})
final class Program {
    static final String EXIT_CODES = "%nExit codes:%n";
    static final String OK = "0:it worked; for serve, SIGTERM and the server has ended in time";
    static final String FAILURE = "1:something went wrong, or a second SIGTERM ended the server at once";
    static final String USAGE = "2:the command line was wrong";
    static final String INTERRUPT = "130:Ctrl-C";

    private Program() {
    }

    static int execute(PrintWriter out, PrintWriter err, String... args) {
        Mistakes mistakes = new Mistakes();
        try {
            String[] restored = RawArguments.restored(args);
            String first = restored.length == 0 ? "" : restored[0];
            return commandLine(first)
                    .setOut(out)
                    .setErr(err)
                    .setExpandAtFiles(false) // A TEXT may begin with @.
                    .setParameterExceptionHandler(mistakes)
                    .setExecutionExceptionHandler(mistakes)
                    .execute(restored);
        } catch (NoClassDefFoundError e) { // Main reports a missing picocli.
            if (String.valueOf(e.getMessage()).startsWith("picocli/")) {
                throw e;
            }
            return mistakes.failed(e, err);
        } catch (RuntimeException | Error e) { // Outside a command, such as denied native access.
            return mistakes.failed(e, err);
        }
    }

    /** With the one command that is asked for where that is clear: picocli takes 10 ms to learn about one. */
    private static CommandLine commandLine(String first) {
        CommandLine line = new CommandLine(new Program());
        return switch (first) {
            case "serve" -> line.addSubcommand(new ServeCommand());
            case "send" -> line.addSubcommand(new SendCommand());
            case "stage" -> line.addSubcommand(new StageCommand());
            default -> line.addSubcommand(new ServeCommand())
                    .addSubcommand(new SendCommand())
                    .addSubcommand(new StageCommand())
                    .addSubcommand(new AutoComplete.GenerateCompletion())
                    .addSubcommand(new HelpCommand());
        };
    }
}
