package dev.pollux.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: does the Vector API scan faster than the best form without it?
 * <p>Measured: as in PollSetScanBenchmark. Not measured: the server, which does without an incubating module.
 * <p>Read as: ns for a scan; compare with PollSetScanBenchmark at equal parameters and from the same run.
 * <p>Expect: a gain for arrays that fit the nearest cache and are scanned to the end; none where memory is
 * the limit or the scan is short.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED",
        jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class PollSetVectorScanBenchmark {
    @Param({"16", "256", "1024", "16384", "65536"}) public int clients;
    @Param("1") public String ready; // A count, a percentage, or "all".
    @Param public Placement placement;

    private ScanArrays arrays;

    @Setup
    public void fill() {
        arrays = new ScanArrays(clients, ready, placement);
    }

    @TearDown
    public void close() {
        arrays.close();
    }

    @Benchmark
    public int vectorToTheEnd() {
        return VectorScanForms.vector(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int vectorUntilFound() {
        return VectorScanForms.vector(arrays.next(), clients, arrays.ready, arrays.hits);
    }

    @Benchmark
    public int vectorOr4SearchToTheEnd() {
        return VectorScanForms.vectorOr4Search(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int vectorOr4SearchUntilFound() {
        return VectorScanForms.vectorOr4Search(arrays.next(), clients, arrays.ready, arrays.hits);
    }
}
