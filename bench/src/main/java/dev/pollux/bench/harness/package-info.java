/**
 * What both kinds of measurement need: programs in C, short commands, a description of the machine, progress,
 * intervals, JSON and SVG.
 *
 * <p>Knows nothing of what is measured.
 */
package dev.pollux.bench.harness;
