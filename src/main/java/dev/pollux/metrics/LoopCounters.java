package dev.pollux.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The counters of one loop. The loop's thread writes, any thread may look. */
public final class LoopCounters {
    private static final VarHandle VALUE = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] values = new long[Counter.values().length];

    /** Counters that are all 0. */
    public LoopCounters() {
    }

    /** Loop's thread. */
    public void add(Counter counter, long amount) {
        set(counter, values[counter.ordinal()] + amount);
    }

    /** Loop's thread. */
    public void set(Counter counter, long value) {
        // One writer: no lock, no fence, and never half a number.
        VALUE.setOpaque(values, counter.ordinal(), value);
    }

    /** Loop's thread. */
    public long get(Counter counter) {
        return values[counter.ordinal()];
    }

    /** Any thread: each value is one that was true a moment ago, though not all at the same moment. */
    public Snapshot snapshot() {
        long[] copy = new long[values.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = (long) VALUE.getOpaque(values, i);
        }
        return new Snapshot(copy);
    }
}
