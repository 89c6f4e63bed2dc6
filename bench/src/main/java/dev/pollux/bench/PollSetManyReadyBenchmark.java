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
 * Question: what remains of the early exit's gain when more than one entry is ready?
 * <p>Measured: as in PollSetScanBenchmark, with two of its forms. Not measured: what is done for a ready
 * entry beyond noting its index.
 * <p>Read as: ns for a scan; compare ToTheEnd with UntilFound at equal parameters.
 * <p>Expect: the gain to go as the last ready entry nears the end, which at SPREAD it does with very few;
 * with all ready, no gain, and the copy of the hits as most of the cost. UntilFound of none returns at once,
 * and placement says nothing where none or all are ready.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class PollSetManyReadyBenchmark {
    @Param({"1024", "16384"}) public int clients;
    @Param({"0", "1%", "10%", "all"}) public String ready; // A count, a percentage, or "all".
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
    public int or8SearchToTheEnd() {
        return ScanForms.or8Search(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int or8SearchUntilFound() {
        return ScanForms.or8Search(arrays.next(), clients, arrays.ready, arrays.hits);
    }

    @Benchmark
    public int serverToTheEnd() {
        return ScanForms.server(arrays.nextSet(), ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int serverUntilFound() {
        return ScanForms.server(arrays.nextSet(), arrays.ready, arrays.hits);
    }
}
