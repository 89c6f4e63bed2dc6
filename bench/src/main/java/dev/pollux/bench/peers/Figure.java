package dev.pollux.bench.peers;

/** What two servers are compared by. */
enum Figure {
    CPU("CPU per message"),
    /** The denominator is the other's p99 plus the delay that poll-generations promises. */
    P99_WITHIN_PROMISE("p99 ÷ (promised delay + p99)"),
    P999("p99.9"),
    RESIDENT("resident size"),
    START("start to listening");

    final String title;

    Figure(String title) {
        this.title = title;
    }
}
