package dev.pollux.cli;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** Makes text safe to print: no character of it controls a terminal, or looks like the end of a line. */
final class Escaped {
    private static final int MOST_FRAMES = 200; // Of one exception.
    private static final int MOST_EXCEPTIONS = 20; // Causes and suppressed ones.

    private Escaped() {
    }

    /** Escapes {@code text} to one line: control and format characters as {@code \\u001b}. */
    static String text(String text) {
        String all = String.valueOf(text);
        StringBuilder escaped = null; // Null as long as nothing has to be escaped.
        for (int i = 0; i < all.length(); i += Character.charCount(all.codePointAt(i))) {
            int c = all.codePointAt(i);
            if (!isSafe(c)) {
                escaped = escaped == null ? new StringBuilder(all.length() + 16).append(all, 0, i) : escaped;
                append(escaped, c);
            } else if (escaped != null) {
                escaped.appendCodePoint(c);
            }
        }
        return escaped == null ? all : escaped.toString();
    }

    private static boolean isSafe(int c) {
        if (c >= ' ' && c < 0x7F) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> false;
            default -> true;
        };
    }

    private static void append(StringBuilder text, int c) {
        switch (c) {
            case '\n' -> text.append("\\n");
            case '\r' -> text.append("\\r");
            case '\t' -> text.append("\\t");
            default -> {
                for (char unit : Character.toChars(c)) {
                    text.append("\\u");
                    for (int shift = 12; shift >= 0; shift -= 4) {
                        text.append(Character.forDigit(unit >> shift & 15, 16));
                    }
                }
            }
        }
    }

    /**
     * Renders an exception with its stack traces, as {@link Throwable#printStackTrace} does, each line
     * escaped. Survives exceptions whose methods throw.
     */
    static String trace(Throwable thrown) {
        StringBuilder trace = new StringBuilder();
        append(trace, "", "", thrown, Collections.newSetFromMap(new IdentityHashMap<>()));
        return trace.toString();
    }

    private static void append(StringBuilder trace, String indent, String caption, Throwable thrown,
            Set<Throwable> seen) {
        if (thrown == null || seen.size() >= MOST_EXCEPTIONS || !seen.add(thrown)) {
            return;
        }
        trace.append(indent).append(caption).append(text(described(thrown))).append('\n');
        try {
            StackTraceElement[] frames = thrown.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
                trace.append(indent).append("\tat ").append(text(String.valueOf(frames[i]))).append('\n');
            }
        } catch (RuntimeException | Error e) {
            trace.append(indent).append("\t(no stack trace)\n");
        }
        for (Throwable suppressed : thrown.getSuppressed()) {
            append(trace, indent + "\t", "Suppressed: ", suppressed, seen);
        }
        append(trace, indent, "Caused by: ", cause(thrown), seen);
    }

    /** Returns an exception's {@code toString}; its class if that throws. */
    private static String described(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (RuntimeException | Error e) {
            return thrown.getClass().getName();
        }
    }

    private static Throwable cause(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (RuntimeException | Error e) {
            return null;
        }
    }
}
