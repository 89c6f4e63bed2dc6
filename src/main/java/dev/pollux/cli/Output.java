package dev.pollux.cli;

import dev.pollux.cli.StandardStreams.ClosedOutputException;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Prints in UTF-8 and remembers why a write failed, which PrintWriter forgets. */
final class Output extends PrintWriter {
    private final Tap tap;
    private boolean optional;

    Output(OutputStream stream) {
        this(new Tap(stream));
    }

    private Output(Tap tap) {
        super(new OutputStreamWriter(tap, StandardCharsets.UTF_8), true);
        this.tap = tap;
    }

    /** Marks printing as a side matter, as for a server: a failed write does not change the exit code. */
    static void makeOptional(PrintWriter out) {
        if (out instanceof Output output) {
            output.optional = true;
        }
    }

    /**
     * Checks that everything printed so far is written.
     *
     * @throws Failure if it is not
     */
    static void check(PrintWriter out) {
        if (out.checkError()) {
            boolean known = out instanceof Output output && output.tap.failure != null;
            throw new Failure(known ? ((Output) out).tap.failure.getMessage() : "cannot write to stdout");
        }
    }

    /**
     * Ends the program's output.
     *
     * @param code the exit code so far
     * @param err gets the reason, unless stdout is closed
     * @return the exit code: 1 instead of 0 if the output could not be written
     */
    int exitCode(int code, PrintWriter err) {
        if (!checkError() || optional || code != 0) {
            return code;
        }
        if (tap.failure != null && !(tap.failure instanceof ClosedOutputException)) {
            err.println("pollux: " + tap.failure.getMessage());
        }
        return 1;
    }

    private static final class Tap extends FilterOutputStream {
        IOException failure;

        Tap(OutputStream stream) {
            super(stream);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                failure = failure == null ? e : failure;
                throw e;
            }
        }
    }
}
