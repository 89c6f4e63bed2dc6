package dev.pollux.bench.harness;

import java.util.Locale;
import java.util.Map;

/** Writes maps, lists, arrays of doubles, strings, numbers and null as JSON. */
public final class Json {
    private Json() {
    }

    /** Indented, with a newline at the end. */
    public static String write(Object value) {
        StringBuilder to = new StringBuilder();
        write(value, to, "\n");
        return to.append('\n').toString();
    }

    private static void write(Object value, StringBuilder to, String newLine) {
        switch (value) {
            case null -> to.append("null");
            case Map<?, ?> map -> {
                String separator = "{";
                for (var entry : map.entrySet()) {
                    String key = quoted(entry.getKey().toString());
                    to.append(separator).append(newLine).append("  ").append(key).append(": ");
                    write(entry.getValue(), to, newLine + "  ");
                    separator = ",";
                }
                to.append(map.isEmpty() ? "{}" : newLine + '}');
            }
            case Iterable<?> items -> {
                String separator = "[";
                for (Object item : items) {
                    to.append(separator).append(newLine).append("  ");
                    write(item, to, newLine + "  ");
                    separator = ",";
                }
                to.append(separator.equals("[") ? "[]" : newLine + ']');
            }
            case double[] numbers -> {
                String separator = "[";
                for (double number : numbers) {
                    to.append(separator).append(number(number));
                    separator = ", ";
                }
                to.append(numbers.length == 0 ? "[]" : "]");
            }
            case Double number -> to.append(number(number));
            case Number number -> to.append(number);
            default -> to.append(quoted(value.toString()));
        }
    }

    /** Five digits are more than any of our figures deserves; JSON knows no infinity. */
    private static String number(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return "null";
        }
        return Math.abs(number) >= 1e5 ? Long.toString(Math.round(number))
                : String.format(Locale.ROOT, "%.5g", number);
    }

    private static String quoted(String text) {
        StringBuilder to = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                to.append('\\').append(c);
            } else if (c < ' ') {
                to.append(String.format("\\u%04x", (int) c));
            } else {
                to.append(c);
            }
        }
        return to.append('"').toString();
    }
}
