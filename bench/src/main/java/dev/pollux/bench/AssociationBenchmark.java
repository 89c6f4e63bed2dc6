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
 * Question: what does it cost to get from a ready entry to its client, and to keep that way as clients come
 * and go?
 * <p>Measured: LookUp, from an entry's index to the client; AddRemove, one client replaced by another, with
 * the array for poll(2) kept in step. Not measured: anything that is done with the client; the system calls
 * by which epoll learns of a change (slotInToken is the memory's side of it).
 * <p>Read as: ns for one look-up, or one removal and one arrival, at places in random order.
 * <p>Expect: inStep near slotInToken and well below the maps, the more the more clients there are: a map has
 * one miss of the cache more, HashMap two.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class AssociationBenchmark {
    static final int FIRST_FD = 5;
    private static final int TURNS = 1 << 14;

    @Param({"64", "1024", "4096", "16384"}) public int clients;

    private int[] order; // Indexes, to be visited in turn.
    private int turn;
    private Peer spare; // Comes next in place of the one that goes.
    private Association.InStep inStep;
    private Association.ByHashMap hashMap;
    private Association.ByIntMap intMap;
    private Association.SlotInToken slotInToken;

    @Setup
    public void fill() {
        Random random = new Random(clients);
        Peer[] peers = peers(clients, random);
        spare = new Peer(FIRST_FD + clients, clients);
        order = random.ints(TURNS, 0, clients).toArray();
        inStep = new Association.InStep(peers);
        hashMap = new Association.ByHashMap(peers);
        intMap = new Association.ByIntMap(peers);
        slotInToken = new Association.SlotInToken(peers);
    }

    /**
     * Descriptors in one run, as the kernel hands them out, in the order of an array that has seen removals.
     */
    static Peer[] peers(int count, Random random) {
        int[] fds = ScanArrays.shuffled(count, random);
        int[] slots = ScanArrays.shuffled(count, random);
        int[] places = ScanArrays.shuffled(count, random);
        Peer[] peers = new Peer[count];
        for (int i = 0; i < count; i++) {
            peers[places[i]] = new Peer(FIRST_FD + fds[i], slots[i]);
        }
        return peers;
    }

    @TearDown
    public void close() {
        inStep.close();
        hashMap.close();
        intMap.close();
        slotInToken.close();
    }

    private int next() {
        return order[turn++ & TURNS - 1];
    }

    @Benchmark
    public Object inStepLookUp() {
        return inStep.at(next());
    }

    @Benchmark
    public Object inStepAddRemove() {
        spare = inStep.replace(next(), spare);
        return spare;
    }

    @Benchmark
    public Object hashMapLookUp() {
        return hashMap.at(next());
    }

    @Benchmark
    public Object hashMapAddRemove() {
        spare = hashMap.replace(next(), spare);
        return spare;
    }

    @Benchmark
    public Object intMapLookUp() {
        return intMap.at(next());
    }

    @Benchmark
    public Object intMapAddRemove() {
        spare = intMap.replace(next(), spare);
        return spare;
    }

    @Benchmark
    public Object slotInTokenLookUp() {
        return slotInToken.at(next());
    }

    @Benchmark
    public Object slotInTokenAddRemove() {
        spare = slotInToken.replace(next(), spare);
        return spare;
    }
}
