package dev.pollux.cli;

import dev.pollux.log.Escaped;
import dev.pollux.posix.PosixException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in a line or two what was wrong. Only what must be a bug of ours shows a stack trace. */
final class Mistakes implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final int MOST_CAUSES = 20; // Causes can be a circle.
    private static final String UNKNOWN_SUBCOMMAND = "Unknown subcommand"; // HelpCommand's.

    /** The command line was wrong. */
    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        String question = e.getMessage().contains("; did you mean ") ? "" : didYouMean(e, command);
        err.println("pollux: " + Escaped.text(withoutDot(e.getMessage()) + question));
        err.println("see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static String withoutDot(String message) {
        return message.startsWith(UNKNOWN_SUBCOMMAND) ? message.replaceFirst("\\.$", "") : message;
    }

    /** Picocli's own suggestions are there only if the mistyped option is the only unknown argument. */
    private static String didYouMean(ParameterException e, CommandLine command) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            String first = unmatched.getUnmatched().getFirst();
            if (!first.startsWith("-")) {
                return Nearest.question(first, command.getSubcommands().keySet());
            }
            String name = first.replaceFirst("=.*", "");
            return Nearest.question(name, options(command));
        }
        boolean help = e.getMessage().startsWith(UNKNOWN_SUBCOMMAND) && e.getValue() != null;
        return help ? Nearest.question(e.getValue(), command.getSubcommands().keySet()) : "";
    }

    /** Returns a command's options, then those of its subcommands behind their names. */
    private static Collection<String> options(CommandLine command) {
        List<String> names = new ArrayList<>(longNames(command));
        command.getSubcommands().forEach((name, subcommand) ->
                longNames(subcommand).forEach(option -> names.add(name + " " + option)));
        return names;
    }

    private static List<String> longNames(CommandLine command) {
        return command.getCommandSpec().options().stream().filter(option -> !option.hidden())
                .map(option -> option.longestName()).toList();
    }

    /** The command line was right, and the command failed. */
    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
        return failed(e, command.getErr());
    }

    int failed(Throwable t, PrintWriter err) {
        String line = line(t);
        if (line == null) {
            err.println("pollux: this is a bug: " + Escaped.trace(t));
        } else {
            err.println("pollux: " + line);
        }
        return ExitCode.SOFTWARE;
    }

    /** What to say of a failure that needs no stack trace, escaped; null for any other. */
    static String line(Throwable t) {
        Throwable cause = t;
        for (int i = 0; cause != null && i < MOST_CAUSES; i++) {
            if (cause instanceof IllegalCallerException) { // Wrapped by what could not be initialised.
                Module module = Mistakes.class.getModule();
                return "native access is denied: start java with --enable-native-access="
                        + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
            }
            cause = cause.getCause();
        }
        String line = switch (t) {
            case PosixException e -> e.getMessage();
            case Failure e -> e.getMessage();
            case IOException e -> e.getMessage() == null ? e.toString() : e.getMessage();
            case OutOfMemoryError e -> outOfMemory(String.valueOf(e.getMessage()));
            default -> null;
        };
        return line == null ? null : Escaped.text(line);
    }

    private static String outOfMemory(String message) {
        return message.startsWith("unable to create native thread")
                ? "cannot start a thread: is the limit of processes reached (ulimit -u, pids.max)?"
                : "out of memory: " + message;
    }
}
