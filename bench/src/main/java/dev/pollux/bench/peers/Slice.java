package dev.pollux.bench.peers;

import org.HdrHistogram.Histogram;

/**
 * One turn of one server.
 *
 * @param messages replies, each of them checked
 * @param wallNanos from the first message to the last reply
 * @param serverNanos CPU time of the server's process
 * @param loadNanos CPU time of the load generator
 * @param latencies nanoseconds from sending a message to having read its reply
 */
record Slice(long messages, long wallNanos, long serverNanos, long loadNanos, Histogram latencies) {
    private static final int BUCKETS_PER_OCTAVE = 128; // As in load.c.

    /** Reads an answer of the load generator. */
    static Slice parse(String line) {
        String[] words = line.split(" ");
        if (!words[0].equals("slice") || words.length < 5) {
            throw new IllegalArgumentException("not a slice: " + line);
        }
        Histogram latencies = histogram();
        for (int i = 5; i < words.length; i++) {
            int colon = words[i].indexOf(':');
            int bucket = Integer.parseInt(words[i].substring(0, colon));
            latencies.recordValueWithCount(middle(bucket), Long.parseLong(words[i].substring(colon + 1)));
        }
        return new Slice(Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]),
                Long.parseLong(words[4]), latencies);
    }

    static Histogram histogram() {
        return new Histogram(3); // Digits; it grows as needed.
    }

    private static long middle(int bucket) {
        int shift = bucket / BUCKETS_PER_OCTAVE;
        return ((long) (bucket % BUCKETS_PER_OCTAVE) << shift) + (1L << shift) / 2;
    }

    double cpuPerMessage() {
        return (double) serverNanos / messages;
    }

    double messagesPerSecond() {
        return messages * 1e9 / wallNanos;
    }

    /** How much of a core the server had. */
    double serverShare() {
        return (double) serverNanos / wallNanos;
    }

    /** How much of a core the load had. */
    double loadShare() {
        return (double) loadNanos / wallNanos;
    }
}
