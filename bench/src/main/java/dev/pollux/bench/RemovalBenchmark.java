package dev.pollux.bench;

import java.util.Random;
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
 * Question: what does it cost to take a client's entry out of the array, and what does a gap cost afterwards?
 * <p>Measured: swapRemove, shift, mark: one client goes and another one comes, at places in random order.
 * swapRemoveScan, markScan: the search through what is left when once {@code peak} times as many were there.
 * Not measured: the kernel's walk over the gaps; the scan of shift, whose array is as dense as swapRemove's.
 * <p>Read as: ns for a removal and an arrival; ns for a scan.
 * <p>Expect: swapRemove and mark constant but for misses of the cache, shift growing with the array; markScan
 * {@code peak} times swapRemoveScan.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class RemovalBenchmark {
    private static final int TURNS = 1 << 14;

    @Param({"64", "1024", "16384"}) public int clients;

    private int[] order; // Which of the peers goes.
    private int turn;
    private Peer[] peers; // All that there are in turn, one more than clients.
    private int absent; // The one that is not there.
    private Removal.Swap swap;
    private Removal.Shift shift;
    private Removal.Mark mark;

    @Setup
    public void fill() {
        order = new Random(clients).ints(TURNS, 0, clients + 1).toArray();
        peers = AssociationBenchmark.peers(clients + 1, new Random(1));
        swap = new Removal.Swap(clients);
        shift = new Removal.Shift(clients);
        mark = new Removal.Mark(clients);
        for (int i = 0; i < clients; i++) {
            swap.add(peers[i].fd(), peers[i].token());
            shift.add(peers[i].fd(), peers[i].token());
            mark.add(peers[i].fd(), peers[i].token());
        }
        absent = clients;
    }

    @TearDown
    public void close() {
        swap.close();
        shift.close();
        mark.close();
    }

    @Benchmark
    public int swapRemove() {
        return churn(swap);
    }

    @Benchmark
    public int shift() {
        return churn(shift);
    }

    @Benchmark
    public int mark() {
        return churn(mark);
    }

    /** In each fork with one kind only, so that the calls are direct ones. */
    private int churn(Removal removal) {
        int leaving = order[turn++ & TURNS - 1];
        if (leaving == absent) { // Rare: take its neighbour.
            leaving = leaving == 0 ? 1 : leaving - 1;
        }
        Peer gone = peers[leaving];
        Peer fresh = peers[absent];
        removal.remove(gone.token());
        removal.add(fresh.fd(), fresh.token());
        absent = leaving;
        return removal.size();
    }

    @Benchmark
    public int swapRemoveScan(AfterPeak after) {
        return ScanForms.nextOr4(after.swap.entries(), after.swap.size(), 0);
    }

    @Benchmark
    public int markScan(AfterPeak after) {
        return ScanForms.nextOr4(after.mark.entries(), after.mark.size(), 0);
    }

    /** As many clients as the benchmark has, after others have gone. */
    @State(Scope.Thread)
    public static class AfterPeak {
        @Param({"1", "4"}) public int peak;

        Removal.Swap swap;
        Removal.Mark mark;

        @Setup
        public void comeAndGo(RemovalBenchmark benchmark) {
            int most = benchmark.clients * peak;
            swap = new Removal.Swap(most);
            mark = new Removal.Mark(most);
            Peer[] all = AssociationBenchmark.peers(most, new Random(2));
            for (Peer peer : all) {
                swap.add(peer.fd(), peer.token());
                mark.add(peer.fd(), peer.token());
            }
            // A token is a slot here, and slots are shuffled, so that gaps are anywhere.
            for (int i = benchmark.clients; i < most; i++) {
                swap.remove(i);
                mark.remove(i);
            }
        }

        @TearDown
        public void close() {
            swap.close();
            mark.close();
        }
    }
}
