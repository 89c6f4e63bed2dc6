package dev.pollux.bench.peers;

import org.HdrHistogram.Histogram;

/** Slices made up for tests. */
final class Slices {
    private Slices() {
    }

    /** One second, with so much of a core for each side. */
    static Slice shares(double server, double load) {
        Histogram latencies = latencies(1_000, 1_000, 0);
        return new Slice(1_000, 1_000_000_000, (long) (server * 1e9), (long) (load * 1e9), latencies);
    }

    static Slice costing(double nanosPerMessage) {
        Histogram latencies = latencies(1_000, 1_000, 0);
        return new Slice(1_000, 1_000_000_000, (long) (nanosPerMessage * 1_000), 900_000_000, latencies);
    }

    /** So many messages at one latency, and one in fifty of them {@code slow}, if that is above 0. */
    static Slice latency(int messages, long nanos, long slow) {
        return new Slice(messages, 1_000_000_000, 1_000_000, 1_000_000, latencies(messages, nanos, slow));
    }

    private static Histogram latencies(int messages, long nanos, long slow) {
        Histogram histogram = Slice.histogram();
        int slowOnes = slow > 0 ? messages / 50 : 0;
        histogram.recordValueWithCount(nanos, messages - slowOnes);
        if (slowOnes > 0) {
            histogram.recordValueWithCount(slow, slowOnes);
        }
        return histogram;
    }
}
