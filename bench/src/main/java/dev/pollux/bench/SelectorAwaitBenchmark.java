package dev.pollux.bench;

import dev.pollux.bench.PollAwaitBenchmark.Ready;
import dev.pollux.bench.PollAwaitBenchmark.ReadyOne;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
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
 * Question: what do the JDK's selectors take for what PollAwaitBenchmark measures?
 * <p>Measured: selectNow and select of one Selector with N keys, of which none or one is ready, on
 * connections of the same kind. Not measured: changes of interest, which a Selector puts off until it
 * selects; the set of selected keys, in whose stead an action is passed.
 * <p>Read as: ns for a call; compare with PollAwaitBenchmark's AtOnce and Blocking at equal parameters.
 * <p>Expect: the one on epoll near epollWait, by a few hundred ns above it; the one on poll to grow with N as
 * poll does, plus a walk over all its keys.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
public abstract class SelectorAwaitBenchmark {
    private final String provider;

    SelectorAwaitBenchmark(String provider) {
        this.provider = provider;
    }

    /** Refuses to measure the one selector under the name of the other. */
    @Setup
    public void check() {
        String found = SelectorProvider.provider().getClass().getName();
        if (!found.equals(provider)) {
            throw new IllegalStateException("this fork has " + found + ", not " + provider);
        }
    }

    /** For selectNow. */
    @State(Scope.Thread)
    public static class AtOnce {
        @Param({"1", "10", "100", "1000", "10000"}) public int clients;
        @Param public Ready ready;

        WatchedChannels watched;

        @Setup
        public void open() {
            watched = new WatchedChannels(clients, switch (ready) {
                case NOTHING -> -1;
                case FIRST -> 0;
                case LAST -> clients - 1;
            });
        }

        @TearDown
        public void close() {
            watched.close();
        }
    }

    /** For select without a time-out. */
    @State(Scope.Thread)
    public static class Blocking {
        @Param({"1", "10", "100", "1000", "10000"}) public int clients;
        @Param public ReadyOne ready;

        WatchedChannels watched;

        @Setup
        public void open() {
            watched = new WatchedChannels(clients, ready == ReadyOne.FIRST ? 0 : clients - 1);
        }

        @TearDown
        public void close() {
            watched.close();
        }
    }

    @Benchmark
    public int selectNow(AtOnce state) throws IOException {
        return state.watched.selectNow();
    }

    @Benchmark
    public int select(Blocking state) throws IOException {
        return state.watched.select();
    }
}
