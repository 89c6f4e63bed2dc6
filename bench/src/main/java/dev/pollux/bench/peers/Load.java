package dev.pollux.bench.peers;

/**
 * What is asked of a server.
 *
 * @param id short, for ROWS= and the results
 * @param idle connections that say nothing, opened first
 * @param active connections that do; in a trickle, with {@code rate} above 0, all others may be chosen too
 * @param outstanding messages under way on each active connection, at most; 1 in a trickle
 * @param frameBytes prefix included
 * @param rate messages a second, each to a client chosen at random; 0: as many as there is time for
 */
record Load(String id, String title, int idle, int active, int outstanding, int frameBytes, int rate) {
    static Load busy(String id, String title, int clients, int active, int outstanding, int frameBytes) {
        return new Load(id, title, clients - active, active, outstanding, frameBytes, 0);
    }

    static Load trickle(String id, String title, int clients, int rate) {
        return new Load(id, title, clients, 0, 1, 64, rate);
    }

    /** A trickle that does not wait for the reply before it sends the next message. */
    static Load light(String id, String title, int clients, int rate) {
        return new Load(id, title, clients, 0, 64, 64, rate);
    }

    /** Whether time is given by the rate: such a load has few messages. */
    boolean isTrickle() {
        return rate > 0;
    }

    int clients() {
        return idle + active;
    }

    /** As the load generator takes it. */
    String command(int millis) {
        if (isTrickle()) {
            String pace = outstanding == 1 ? "trickle " : "light ";
            return pace + rate + ' ' + frameBytes + ' ' + millis;
        }
        return "run " + active + ' ' + outstanding + ' ' + frameBytes + ' ' + millis;
    }
}
