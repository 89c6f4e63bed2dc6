package dev.pollux.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Set;

/**
 * Text as a log may show it: no control character, no line of a peer's own making, no more than a few
 * hundred characters of what a peer may have written.
 */
public final class Escaped {
    private static final long MOST_BYTES = 32;
    private static final int MOST_CHARS = 1000; // Of an exception's message.
    private static final int MOST_CAUSES = 8;
    private static final int MOST_FRAMES = 64; // Of each cause: a StackOverflowError has a thousand.

    private Escaped() {
    }

    /**
     * A peer's bytes: printable ASCII as it is, all else as {@code \xNN}, in quotes, cut after 32 bytes.
     */
    public static String bytes(MemorySegment buffer, long offset, long length) {
        StringBuilder text = new StringBuilder("\"");
        for (long i = offset; i < offset + Math.min(length, MOST_BYTES); i++) {
            int b = buffer.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
            if (b >= ' ' && b < 0x7F && b != '"' && b != '\\') {
                text.append((char) b);
            } else {
                text.append(String.format(Locale.ROOT, "\\x%02x", b));
            }
        }
        return text.append(length > MOST_BYTES ? "\"…" : "\"").toString();
    }

    /**
     * One line: what is not printable becomes <code>&#92;n</code>, <code>&#92;t</code> or {@code \}{@code
     * uNNNN}.
     */
    public static String text(String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        append(escaped, text, text.length());
        return escaped.toString();
    }

    private static void append(StringBuilder escaped, String text, int mostChars) {
        int end = Math.min(text.length(), mostChars);
        for (int i = 0; i < end; i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (isPrintable(c)) {
                escaped.appendCodePoint(c);
            } else if (c == '\n') {
                escaped.append("\\n");
            } else if (c == '\r') {
                escaped.append("\\r");
            } else if (c == '\t') {
                escaped.append("\\t");
            } else {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        }
        if (end < text.length()) {
            escaped.append("… (").append(text.length()).append(" characters)");
        }
    }

    /** Format characters are none: they can turn the direction of what follows. */
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE,
                 Character.UNASSIGNED, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /**
     * An exception with its stack trace and its causes, a line each; only the line feeds between them are not
     * escaped. Whatever the exception's own methods throw is caught: they may be the work of a peer or of a
     * handler.
     */
    public static String trace(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < MOST_CAUSES && seen.add(cause); depth++) {
            text.append(depth == 0 ? "" : "\nCaused by: ");
            appendMessage(text, cause);
            appendFrames(text, cause);
            appendSuppressed(text, cause);
            cause = causeOf(cause);
        }
        return text.append(cause == null ? "" : "\nCaused by: …").toString(); // Too many, or in a circle.
    }

    private static void appendMessage(StringBuilder text, Throwable thrown) {
        text.append(thrown.getClass().getName());
        try {
            String message = thrown.getMessage();
            if (message != null) {
                append(text.append(": "), message, MOST_CHARS);
            }
        } catch (Throwable t) {
            text.append(" (its getMessage throws ").append(t.getClass().getName()).append(')');
        }
    }

    private static void appendFrames(StringBuilder text, Throwable thrown) {
        try {
            StackTraceElement[] frames = thrown.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
                append(text.append("\n\tat "), String.valueOf(frames[i]), MOST_CHARS);
            }
            if (frames.length > MOST_FRAMES) {
                text.append("\n\t… ").append(frames.length - MOST_FRAMES).append(" more");
            }
        } catch (Throwable t) {
            text.append("\n\t(its getStackTrace throws ").append(t.getClass().getName()).append(')');
        }
    }

    private static void appendSuppressed(StringBuilder text, Throwable thrown) {
        Throwable[] suppressed = thrown.getSuppressed();
        for (int i = 0; i < Math.min(suppressed.length, MOST_CAUSES); i++) {
            appendMessage(text.append("\n\tSuppressed: "), suppressed[i]);
        }
    }

    private static Throwable causeOf(Throwable thrown) {
        try {
            return thrown.getCause();
        } catch (Throwable t) {
            return null;
        }
    }
}
