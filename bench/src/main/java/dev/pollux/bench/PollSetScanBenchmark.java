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
 * Question: what does a scan of N entries cost in each form, and what does stopping behind the last ready one
 * save?
 * <p>Measured: one scan of a filled array, one of {@value ScanArrays#COUNT} in turn, and the copy of each
 * hit's index. Not measured: poll(2) itself, which touches the same memory just before (see
 * PollAwaitBenchmark); more than one ready (see PollSetManyReadyBenchmark).
 * <p>Read as: ns for a scan; divide by {@code clients} for an entry. Compare the forms at equal parameters,
 * and ToTheEnd with UntilFound.
 * <p>Expect: a constant few ns for UntilFound at FRONT, half of the way at SPREAD, no gain at BACK. If BACK
 * shows one, distrust the run. From some 4,096 entries on the arrays no longer fit the nearest cache
 * together.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class PollSetScanBenchmark {
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
    public int accessorToTheEnd() {
        return ScanForms.accessor(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int accessorUntilFound() {
        return ScanForms.accessor(arrays.next(), clients, arrays.ready, arrays.hits);
    }

    @Benchmark
    public int varHandleToTheEnd() {
        return ScanForms.varHandle(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int varHandleUntilFound() {
        return ScanForms.varHandle(arrays.next(), clients, arrays.ready, arrays.hits);
    }

    @Benchmark
    public int shortAtOffsetToTheEnd() {
        return ScanForms.shortAtOffset(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int shortAtOffsetUntilFound() {
        return ScanForms.shortAtOffset(arrays.next(), clients, arrays.ready, arrays.hits);
    }

    @Benchmark
    public int longPerEntryToTheEnd() {
        return ScanForms.longPerEntry(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int longPerEntryUntilFound() {
        return ScanForms.longPerEntry(arrays.next(), clients, arrays.ready, arrays.hits);
    }

    @Benchmark
    public int or4ToTheEnd() {
        return ScanForms.or4(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int or4UntilFound() {
        return ScanForms.or4(arrays.next(), clients, arrays.ready, arrays.hits);
    }

    @Benchmark
    public int or4SearchToTheEnd() {
        return ScanForms.or4Search(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int or4SearchUntilFound() {
        return ScanForms.or4Search(arrays.next(), clients, arrays.ready, arrays.hits);
    }

    @Benchmark
    public int or8ToTheEnd() {
        return ScanForms.or8(arrays.next(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int or8UntilFound() {
        return ScanForms.or8(arrays.next(), clients, arrays.ready, arrays.hits);
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
    public int byteBufferToTheEnd() {
        return ScanForms.byteBuffer(arrays.nextBuffer(), clients, ScanForms.TO_THE_END, arrays.hits);
    }

    @Benchmark
    public int byteBufferUntilFound() {
        return ScanForms.byteBuffer(arrays.nextBuffer(), clients, arrays.ready, arrays.hits);
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
