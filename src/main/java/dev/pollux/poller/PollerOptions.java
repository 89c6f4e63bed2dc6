package dev.pollux.poller;

/**
 * What a back end is told when it is made.
 *
 * @param maxClients how many descriptors beside the fixed ones it must be able to watch
 * @param sweepShare the part of the time that {@link Backend#POLL_GENERATIONS} may spend on asking for silent
 *                   clients, above 0 and at most 1
 * @param oldClientDelayNanos how late it may notice one, if the share allows it, in nanoseconds
 */
public record PollerOptions(int maxClients, double sweepShare, long oldClientDelayNanos) {
    /** The share by default: decision 0012. */
    public static final double SWEEP_SHARE = 0.05;
    /** The delay by default, in nanoseconds. */
    public static final long OLD_CLIENT_DELAY_NANOS = 10_000_000;

    /** Refuses what makes no sense. */
    public PollerOptions {
        if (maxClients < 1 || !(sweepShare > 0 && sweepShare <= 1) || oldClientDelayNanos < 1) {
            throw new IllegalArgumentException("max clients " + maxClients + ", sweep share " + sweepShare
                    + ", old client delay " + oldClientDelayNanos + " ns: one is out of range");
        }
    }

    /** Everything but the number of clients as it is by default. */
    public static PollerOptions of(int maxClients) {
        return new PollerOptions(maxClients, SWEEP_SHARE, OLD_CLIENT_DELAY_NANOS);
    }
}
