/**
 * The scan laboratory: {@link dev.pollux.bench.lab.Lab} runs the JMH benchmarks of {@code dev.pollux.bench}
 * in rounds with the same things in C, and {@link dev.pollux.bench.lab.Report} says what came of it, what to
 * distrust, and which targets are met.
 *
 * <p>Knows the benchmarks by name only: they are found in JMH's own list.
 */
package dev.pollux.bench.lab;
