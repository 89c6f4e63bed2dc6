package dev.pollux.metrics;

import java.util.Locale;

/** The counters as they were when it was taken. */
public final class Snapshot {
    private final long[] values;

    Snapshot(long[] values) {
        this.values = values;
    }

    /** The value of one counter. */
    public long get(Counter counter) {
        return values[counter.ordinal()];
    }

    /** All counters that are not 0, in one line: {@code clients_accepted=3 frames_received=17 …}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (Counter counter : Counter.values()) {
            if (get(counter) != 0) {
                text.append(text.isEmpty() ? "" : " ").append(counter.name().toLowerCase(Locale.ROOT))
                        .append('=').append(get(counter));
            }
        }
        return text.toString();
    }
}
