package dev.pollux.server;

import java.io.PrintWriter;
import java.io.StringWriter;

/** An exception with its trace as text, for a log line that is made only if it is logged. */
final class StackTraces {
    private StackTraces() {
    }

    static String of(Throwable t) {
        StringWriter text = new StringWriter();
        t.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }
}
