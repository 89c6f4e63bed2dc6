package dev.pollux.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number of things, at least one: {@code 10000}, or {@code 10k}, {@code 1m}. */
final class PositiveInt implements ITypeConverter<Integer> {
    private static final String[] UNITS = {"", "k", "m", "g"};
    private static final long[] FACTORS = {1, 1000, 1_000_000, 1_000_000_000}; // A size has 1024 to the k.
    private static final String[] NO_UNITS = {""};

    @Override
    public Integer convert(String text) {
        return parse(text, "a number from 1 to " + Integer.MAX_VALUE);
    }

    static int parse(String text, String allowed) {
        long number = Quantity.parse(text, UNITS, FACTORS);
        if (number < 1 || number > Integer.MAX_VALUE) {
            throw new TypeConversionException("'" + text + "' is not " + allowed);
        }
        return (int) number;
    }

    /** Reads a port; 0 lets the kernel choose. */
    static final class Port implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            long port = Quantity.parse(text, NO_UNITS, FACTORS);
            if (port < 0 || port > 65535) {
                throw new TypeConversionException("'" + text + "' is not a port, 0 to 65535");
            }
            return (int) port;
        }
    }
}
