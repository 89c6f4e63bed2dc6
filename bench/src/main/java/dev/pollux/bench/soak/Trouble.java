package dev.pollux.bench.soak;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** What goes wrong in the server's process, beside what its peers do. */
enum Trouble {
    /** The process is stopped (SIGSTOP), in a long turn for longer than any time-out, and continued. */
    STOPS,
    /** The handler throws anything in any callback, or takes long. */
    HANDLER,
    /** System calls fail with any errno but those that prove a bug of the server. */
    ERRNOS,
    /** Allocations of clients' memory fail. */
    MEMORY;

    private static final String NONE = "none";

    /** Chooses those of one turn: each as likely as not, but one of them at least. */
    static Set<Trouble> any(SplittableRandom random) {
        Set<Trouble> any = EnumSet.of(values()[random.nextInt(values().length)]);
        for (Trouble each : values()) {
            if (random.nextBoolean()) {
                any.add(each);
            }
        }
        return any;
    }

    /** Reads {@code stops,errnos}, or {@code none}. */
    static Set<Trouble> parse(String names) {
        List<Trouble> found = new ArrayList<>();
        for (String name : names.equals(NONE) ? new String[0] : names.split(",")) {
            found.add(Arrays.stream(values()).filter(each -> each.toString().equals(name)).findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("there is no trouble " + name)));
        }
        return found.isEmpty() ? EnumSet.noneOf(Trouble.class) : EnumSet.copyOf(found);
    }

    /** Writes them as {@link #parse} reads them. */
    static String format(Set<Trouble> troubles) {
        return troubles.isEmpty() ? NONE
                : troubles.stream().map(Trouble::toString).collect(Collectors.joining(","));
    }

    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
