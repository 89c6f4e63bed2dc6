package dev.pollux.cli;

import java.io.PrintWriter;

/**
 * The program {@code pollux}. Exits with 0, 1 for what went wrong, 2 for a wrong command line, 130 after
 * Ctrl-C.
 */
public final class Main {
    private Main() {
    }

    /** Runs the command line and exits with its code. */
    public static void main(String[] args) {
        StandardStreams.claim(); // Before anything is opened.
        handleSignals(args.length == 0 ? "" : args[0]);
        Output out = new Output(StandardStreams.out());
        Output err = new Output(StandardStreams.err());
        int code = execute(out, err, args);
        StderrLog.PROCESS.flush();
        System.exit(out.exitCode(code, err));
    }

    /** Before the command line is read, which takes a moment: a server that starts can be stopped. */
    private static void handleSignals(String command) {
        switch (command) {
            case "serve" -> Signals.PROCESS.handle("HUP", "USR1");
            case "stage" -> Signals.PROCESS.handle();
            default -> { }
        }
    }

    /** Runs the command line and returns the exit code. */
    static int execute(PrintWriter out, PrintWriter err, String... args) {
        try {
            return Program.execute(out, err, args);
        } catch (NoClassDefFoundError e) {
            if (!String.valueOf(e.getMessage()).startsWith("picocli/")) {
                throw e;
            }
            err.println("pollux: the command line needs picocli: put it on the module path or class path too,"
                    + " or run pollux.jar, which contains it");
            return 1;
        }
    }
}
