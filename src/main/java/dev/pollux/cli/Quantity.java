package dev.pollux.cli;

import java.util.Locale;

/**
 * A whole number and a unit without a space, {@code 64k} or {@code 30s}: what sizes and times have in common.
 */
final class Quantity {
    private Quantity() {
    }

    /**
     * Reads a quantity.
     *
     * @param units each unit's name, lower case; {@code ""} is a number alone
     * @param factors what each unit is worth
     * @return the number times its unit's worth; -1 if the text is no such thing or the result is too large
     */
    static long parse(String text, String[] units, long[] factors) {
        int digits = 0;
        while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
            digits++;
        }
        String unit = text.substring(digits).toLowerCase(Locale.ROOT);
        for (int i = 0; i < units.length; i++) {
            if (digits > 0 && unit.equals(units[i])) {
                try {
                    return Math.multiplyExact(Long.parseLong(text.substring(0, digits)), factors[i]);
                } catch (ArithmeticException | NumberFormatException e) {
                    return -1;
                }
            }
        }
        return -1;
    }
}
