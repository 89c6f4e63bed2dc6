package dev.pollux.posix;

import java.util.Set;
import java.util.function.Consumer;

/** Sees the calls of a {@link TracingPosix}, from whatever thread makes them. */
public interface Trace {
    /** A call that was seen to begin. */
    interface Call {
        /**
         * It has returned.
         *
         * @param result as {@link Posix} has it: {@code -errno} if it failed
         * @param fd the descriptor it was about, its first argument; {@link #NO_DESCRIPTOR} if there is none
         * @param arguments all others, each of which can say itself as text until this method returns
         */
        void end(long result, int fd, Object... arguments);
    }

    /** In place of a descriptor. */
    int NO_DESCRIPTOR = Integer.MIN_VALUE;

    /**
     * A call is about to be made.
     *
     * @param name the function's name in C
     * @return what is to be told of its end; null if nobody wants to know
     */
    Call begin(String name);

    /** Sees only the calls of some names. */
    default Trace only(Set<String> names) {
        return name -> names.contains(name) ? begin(name) : null;
    }

    /** Writes each call as strace(1) with option -T would: {@code read(7, …, 65536) = 68 <0.000012>}. */
    static Trace toLines(Consumer<String> lines) {
        return new TraceLines(lines);
    }

    /**
     * Makes each call an event of Flight Recorder, {@code dev.pollux.SystemCall}, while a recording wants it.
     *
     * @throws IllegalStateException where {@link FlightRecorder} is missing
     */
    static Trace toFlightRecorder() {
        if (!FlightRecorder.isPresent()) {
            throw new IllegalStateException("this Java has no Flight Recorder (module jdk.jfr)");
        }
        return SystemCall::begin;
    }
}
