package dev.pollux.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A time on the command line: {@code 500ms}, {@code 30s}, {@code 2m}, {@code 1h}, {@code 1d}, or plain
 * seconds.
 */
record TimeSpan(Duration duration) {
    private static final String[] UNITS = {"", "ms", "s", "m", "h", "d"};
    private static final long[] MILLIS = {1000, 1, 1000, 60_000, 3_600_000, 86_400_000};
    private static final long MOST_MILLIS = Duration.ofDays(365).toMillis();

    /** Reads a time for picocli. */
    static final class Converter implements ITypeConverter<TimeSpan> {
        @Override
        public TimeSpan convert(String text) {
            long millis = Quantity.parse(text, UNITS, MILLIS);
            if (millis < 0 || millis > MOST_MILLIS) {
                throw new TypeConversionException("'" + text + "' is not a time such as 500ms, 30s, 2m, 1h,"
                        + " 1d or plain seconds, at most 365d");
            }
            return new TimeSpan(Duration.ofMillis(millis));
        }
    }

    /** In the largest unit that says it exactly. */
    @Override
    public String toString() {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0";
        }
        int unit = MILLIS.length - 1;
        while (millis % MILLIS[unit] != 0) {
            unit--;
        }
        return millis / MILLIS[unit] + UNITS[unit];
    }
}
