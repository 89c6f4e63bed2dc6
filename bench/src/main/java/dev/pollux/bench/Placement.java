package dev.pollux.bench;

/** Where the ready entries of a poll set are. */
public enum Placement {
    /** The first ones. */
    FRONT,
    /** Anywhere, and elsewhere in each prepared array. */
    SPREAD,
    /** The last ones. */
    BACK
}
