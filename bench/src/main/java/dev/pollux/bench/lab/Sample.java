package dev.pollux.bench.lab;

/**
 * What one fork of a benchmark, or one run of a form in C, measured.
 *
 * @param iterations scores in {@code unit}
 * @param bytes allocated by an operation in the iteration that allocated least; NaN in C
 */
record Sample(Side side, String name, String unit, double[] iterations, double bytes) {
}
