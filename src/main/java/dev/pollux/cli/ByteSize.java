package dev.pollux.cli;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A size on the command line: {@code 4096}, {@code 64k} or {@code 64KiB}, {@code 1m}, {@code 1g}, {@code 1t},
 * in powers of 1024.
 */
record ByteSize(long bytes) {
    private static final String[] UNITS = {"", "k", "m", "g", "t"};
    private static final long[] FACTORS = {1, 1 << 10, 1 << 20, 1 << 30, 1L << 40};
    private static final String BINARY = "ib"; // Behind a unit: KiB. A kB would be 1000.
    private static final long READABLE = 10_000; // 4096 says more than 4k.

    /** Reads a size for picocli. */
    static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            long bytes = Quantity.parse(withoutBinary(text), UNITS, FACTORS);
            if (bytes < 0) {
                throw new TypeConversionException("'" + text + "' is not a size such as 4096, 64k, 1m or 1g");
            }
            return new ByteSize(bytes);
        }

        private static String withoutBinary(String text) {
            int unit = text.length() - BINARY.length() - 1;
            return unit > 0 && text.toLowerCase(Locale.ROOT).endsWith(BINARY)
                    && Character.isLetter(text.charAt(unit)) ? text.substring(0, unit + 1) : text;
        }
    }

    /** In the largest unit that says it exactly, unless that takes more than four digits. */
    @Override
    public String toString() {
        int unit = FACTORS.length - 1;
        while (bytes % FACTORS[unit] != 0) {
            unit--;
        }
        boolean plain = bytes < READABLE || bytes / FACTORS[unit] >= READABLE;
        return plain ? Long.toString(bytes) : bytes / FACTORS[unit] + UNITS[unit];
    }
}
