package dev.pollux.bench.harness;

import java.util.Locale;

/** How a row is answered. */
public enum Verdict {
    /** The interval's upper end is within the target. */
    MET,
    /** Its lower end is beyond. */
    MISSED,
    /** Neither: measure longer. */
    UNDECIDED,
    /** A server is missing; the note says why. */
    NOT_MEASURED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
