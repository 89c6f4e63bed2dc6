package dev.pollux.cli;

import dev.pollux.posix.PosixException;
import java.io.IOException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in a line or two what was wrong. Only what must be a bug of ours shows a stack trace. */
final class Mistakes implements IParameterExceptionHandler, IExecutionExceptionHandler {

    /** The command line was wrong. */
    @Override
    public int handleParseException(ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("pollux: " + e.getMessage() + didYouMean(e));
        err.println("see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static String didYouMean(ParameterException e) {
        if (e instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()) {
            return "; did you mean " + unmatched.getSuggestions().getFirst() + "?";
        }
        return "";
    }

    /** The command line was right, and the command failed. */
    @Override
    public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
        return failed(e, command.getErr());
    }

    int failed(Throwable t, PrintWriter err) {
        String line = line(t);
        err.println("pollux: " + (line == null ? "this is a bug: " + t : line));
        if (line == null) {
            t.printStackTrace(err);
        }
        return ExitCode.SOFTWARE;
    }

    /** What to say of a failure that needs no stack trace; null for any other. */
    static String line(Throwable t) {
        for (Throwable cause = t; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalCallerException) { // Wrapped by what could not be initialised.
                Module module = Mistakes.class.getModule();
                return "native access is denied: start java with --enable-native-access="
                        + (module.isNamed() ? module.getName() : "ALL-UNNAMED");
            }
        }
        return switch (t) {
            case PosixException e -> e.getMessage();
            case Failure e -> e.getMessage();
            case IOException e -> e.getMessage();
            case OutOfMemoryError e -> "out of memory: " + e.getMessage();
            default -> null;
        };
    }
}
