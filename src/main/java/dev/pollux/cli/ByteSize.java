package dev.pollux.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A size on the command line: {@code 4096}, {@code 64k}, {@code 1m}, {@code 1g}, in powers of 1024. */
record ByteSize(long bytes) {
    private static final String[] UNITS = {"", "k", "m", "g"};
    private static final long[] FACTORS = {1, 1 << 10, 1 << 20, 1 << 30};
    private static final long READABLE = 10_000; // 4096 says more than 4k.

    /** Reads a size for picocli. */
    static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String text) {
            long bytes = Quantity.parse(text, UNITS, FACTORS);
            if (bytes < 0) {
                throw new TypeConversionException("'" + text + "' is not a size such as 4096, 64k, 1m or 1g");
            }
            return new ByteSize(bytes);
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
