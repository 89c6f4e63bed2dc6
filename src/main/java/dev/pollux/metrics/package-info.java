/**
 * What a loop counts: {@link dev.pollux.metrics.Counter} lists it, {@link dev.pollux.metrics.LoopCounters}
 * counts, and {@link dev.pollux.metrics.Snapshot} is a copy to look at.
 *
 * <p>Must not import anything of ours. Counting is a plain add on the loop's thread.
 */
package dev.pollux.metrics;
