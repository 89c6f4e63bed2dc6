package dev.pollux.bench.lab;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One that works beside one that fails. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
public class TinyFailingBenchmark {
    private int calls;

    @Benchmark
    public int works() {
        return calls++;
    }

    @Benchmark
    public int fails() {
        throw new IllegalStateException("it was to fail, at " + calls);
    }
}
