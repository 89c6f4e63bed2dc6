package dev.pollux.bench.lab;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What the driver is tried with. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TinyBenchmark {
    @Param({"3", "5"}) public int size;
    @Param({"a", "b", "c"}) public String kind;

    @Benchmark
    public int adds() {
        return size + kind.length();
    }

    @Benchmark
    public byte[] allocates() {
        return new byte[1000 * size];
    }
}
