package dev.pollux.cli;

import dev.pollux.posix.FlightRecorder;
import dev.pollux.posix.Posix;
import dev.pollux.posix.Trace;
import dev.pollux.posix.TracingPosix;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The value of {@code --trace}: which system calls are shown, and where.
 *
 * @param toFlightRecorder events of Flight Recorder instead of lines on stderr
 * @param names of the calls, in C
 */
record TraceChoice(boolean toFlightRecorder, Set<String> names) {
    /** What the flag means without a value. */
    static final String ALL = "all";
    private static final String FLIGHT_RECORDER = "jfr";

    /** Reads {@code all}, {@code jfr}, or names with commas between, of which {@code jfr} may be one. */
    static final class Converter implements ITypeConverter<TraceChoice> {
        @Override
        public TraceChoice convert(String text) {
            Set<String> names = new LinkedHashSet<>();
            boolean toFlightRecorder = false;
            for (String word : text.split(",", -1)) {
                if (word.equals(FLIGHT_RECORDER)) {
                    toFlightRecorder = true;
                } else if (TracingPosix.NAMES.contains(word)) {
                    names.add(word);
                } else if (!word.equals(ALL)) {
                    throw new TypeConversionException("'" + word + "' is none of: " + ALL + ", "
                            + FLIGHT_RECORDER + ", " + String.join(", ", TracingPosix.NAMES));
                }
            }
            return new TraceChoice(toFlightRecorder,
                    names.isEmpty() ? Set.copyOf(TracingPosix.NAMES) : Set.copyOf(names));
        }
    }

    /** The real kernel, traced; {@code log} is for the lines. */
    Supplier<Posix> kernel(StderrLog log) {
        if (toFlightRecorder && !FlightRecorder.isPresent()) {
            throw new Failure("--trace=jfr: this Java has no Flight Recorder (module jdk.jfr)");
        }
        Trace all = toFlightRecorder ? Trace.toFlightRecorder() : Trace.toLines(log::print);
        Trace chosen = all.only(names);
        return () -> new TracingPosix(Posix.confined(), chosen);
    }
}
