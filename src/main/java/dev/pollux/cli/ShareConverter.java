package dev.pollux.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a part of a whole: a number above 0 and at most 1. */
final class ShareConverter implements ITypeConverter<Double> {
    private static final String PERCENT = "%";

    @Override
    public Double convert(String text) {
        try {
            boolean percent = text.endsWith(PERCENT);
            double number = Double.parseDouble(percent ? text.substring(0, text.length() - 1) : text);
            double share = percent ? number / 100 : number;
            if (share > 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException e) {
            // The same is to be said as for a number out of range.
        }
        throw new TypeConversionException("'" + text + "' is not above 0 and at most 1, as 0.1 or 10% is");
    }
}
