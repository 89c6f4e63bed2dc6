package dev.pollux.server;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.LoopCounters;

/** What all clients of a loop together may hold off-heap. */
final class MemoryBudget {
    private final long limitBytes;
    private final LoopCounters counters;

    MemoryBudget(long limitBytes, LoopCounters counters) {
        this.limitBytes = limitBytes;
        this.counters = counters;
    }

    /** Takes {@code bytes}, or nothing and returns false if they would pass the limit. */
    boolean take(long bytes) {
        long held = counters.get(Counter.OFF_HEAP_BYTES) + bytes;
        if (held > limitBytes) {
            return false;
        }
        counters.set(Counter.OFF_HEAP_BYTES, held);
        if (held > counters.get(Counter.OFF_HEAP_BYTES_MOST)) {
            counters.set(Counter.OFF_HEAP_BYTES_MOST, held);
        }
        return true;
    }

    void give(long bytes) {
        counters.add(Counter.OFF_HEAP_BYTES, -bytes);
    }
}
