package dev.pollux.bench.soak;

import java.util.HashMap;
import java.util.Map;

/**
 * How the server's process was at a moment.
 *
 * @param seconds since the run began
 * @param collected whether garbage was collected right before
 * @param residentBytes of its memory that is in RAM
 * @param descriptors open sockets, eventfds and the like; files and jars are the JVM's own affair
 * @param counters by name: heap and native bytes, and the server's own
 */
record Sample(double seconds, boolean collected, long residentBytes, long descriptors,
        Map<String, Long> counters) {

    /** From the line in which the server's process says how it is. */
    static Map<String, Long> parse(String line) {
        Map<String, Long> counters = new HashMap<>();
        for (String word : line.split(" ")) {
            int equals = word.indexOf('=');
            counters.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
        }
        return counters;
    }

    /** 0 is not said. */
    long counter(String name) {
        return counters.getOrDefault(name, 0L);
    }

    long heapBytes() {
        return counter("heap");
    }

    /** Outside the heap, by the JVM's accounting: the loop's own buffers included. */
    long nativeBytes() {
        return counter("native");
    }

    /** Of all clients, by the server's accounting. */
    long offHeapBytes() {
        return counter("off_heap_bytes");
    }

    long clients() {
        return counter("clients_open");
    }

    long accepted() {
        return counter("clients_accepted");
    }

    /** Clients that were closed, whatever the reason. */
    long closed() {
        return counters.entrySet().stream().filter(each -> each.getKey().startsWith("closed_"))
                .mapToLong(Map.Entry::getValue).sum();
    }
}
