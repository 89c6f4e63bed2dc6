package dev.pollux.cli;

import dev.pollux.posix.FlightRecorder;
import dev.pollux.posix.Posix;
import dev.pollux.posix.Trace;
import dev.pollux.posix.TracingPosix;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
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
            for (String each : text.split(",", -1)) {
                String word = each.strip().toLowerCase(Locale.ROOT);
                if (word.equals(FLIGHT_RECORDER)) {
                    toFlightRecorder = true;
                } else if (TracingPosix.NAMES.contains(word)) {
                    names.add(word);
                } else if (!word.equals(ALL)) {
                    throw unknown(each);
                }
            }
            return new TraceChoice(toFlightRecorder,
                    names.isEmpty() ? Set.copyOf(TracingPosix.NAMES) : Set.copyOf(names));
        }

        private static TypeConversionException unknown(String word) {
            List<String> known = new ArrayList<>(List.of(ALL, FLIGHT_RECORDER));
            known.addAll(TracingPosix.NAMES);
            return new TypeConversionException("'" + word + "' is none of: " + String.join(", ", known)
                    + Nearest.question(word, known));
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

    /** As it could be typed. */
    @Override
    public String toString() {
        boolean all = names.size() == TracingPosix.NAMES.size();
        String calls = all ? ALL : String.join(",", new TreeSet<>(names));
        return toFlightRecorder ? FLIGHT_RECORDER + "," + calls : calls;
    }
}
