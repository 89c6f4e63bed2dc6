package dev.pollux.bench.peers;

/**
 * One comparison, to be answered with a ratio.
 *
 * @param load a load's id
 * @param target the largest ratio that will do
 * @param moonshot the one hoped for; NaN where there is none
 */
record Row(String load, Figure figure, String numerator, String denominator, double target, double moonshot) {
    Row(String load, Figure figure, String numerator, String denominator, double target) {
        this(load, figure, numerator, denominator, target, Double.NaN);
    }
}
