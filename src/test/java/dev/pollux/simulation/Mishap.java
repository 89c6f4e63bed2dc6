package dev.pollux.simulation;

import dev.pollux.testkit.Fault;
import dev.pollux.testkit.SystemCall;

/** One thing that goes wrong in a run. */
sealed interface Mishap {
    /** Fails the {@code number}-th call of a kind, or changes what it does. */
    record OfCall(SystemCall call, int number, Fault fault) implements Mishap {
        @Override
        public String toString() {
            return call + " " + number + ": " + fault;
        }
    }

    /** Fails the {@code number}-th allocation of clients' memory. */
    record OfAllocation(int number) implements Mishap {
        @Override
        public String toString() {
            return "allocation " + number;
        }
    }

    /** Disturbs the {@code number}-th callback of a kind. */
    record OfCallback(Callback callback, int number, Trouble trouble) implements Mishap {
        @Override
        public String toString() {
            return callback + " " + number + ": " + trouble;
        }
    }

    /** The callbacks of an embedding program. */
    enum Callback { ON_OPEN, ON_FRAME, ON_CLOSE, TASK }

    /**
     * What a callback does wrong.
     *
     * @param micros simulated time that it takes
     * @param thrown what it throws then; null for nothing
     * @param late whether it throws after its work, instead of before
     */
    record Trouble(int micros, Thrown thrown, boolean late) {
        @Override
        public String toString() {
            return (micros == 0 ? "" : "takes " + micros + " µs ")
                    + (thrown == null ? "" : "throws " + thrown + (late ? " after its work" : ""));
        }
    }
}
