package dev.pollux.bench.harness;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A command line of NAME=VALUE, as make passes its variables on; an empty value is none. */
public final class Variables {
    private static final String RESULTS = "RESULTS";
    private static final String NAME = "NAME";

    private final Map<String, String> values = new HashMap<>();

    /**
     * @param names that there are, beside RESULTS and NAME
     * @throws IllegalArgumentException for another name, or what has none
     */
    public Variables(List<String> names, String... args) {
        for (String arg : args) {
            int equals = arg.indexOf('=');
            String name = equals < 0 ? "" : arg.substring(0, equals);
            if (!names.contains(name) && !name.equals(RESULTS) && !name.equals(NAME)) {
                throw new IllegalArgumentException("what is " + arg + '?');
            }
            if (equals + 1 < arg.length()) {
                values.put(name, arg.substring(equals + 1));
            }
        }
    }

    /** What a program was asked for; ends it with 2 and a word on why, if that makes no sense. */
    public static <T> T readOrExit(Function<String[], T> reader, String usage, String... args) {
        try {
            return reader.apply(args);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + '\n' + usage);
            System.exit(2);
            throw e; // Not reached.
        }
    }

    /**
     * What a variable says, or {@code otherwise} where it is not given.
     *
     * @throws IllegalArgumentException if {@code reader} cannot read it, with the variable's name
     */
    public <T> T value(String name, Function<String, T> reader, T otherwise) {
        String value = values.get(name);
        try {
            return value == null ? otherwise : reader.apply(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + '=' + value + " is not a number", e);
        }
    }

    /** Where to write. */
    public Path results() {
        return value(RESULTS, Path::of, Path.of("bench", "results"));
    }

    /**
     * What the files are called that are written, without what comes after the dot.
     *
     * @param suffix of what is not the whole, which must not replace the whole
     */
    public String name(String kind, String suffix) {
        return value(NAME, Function.identity(), kind + '-' + LocalDate.now() + suffix);
    }
}
