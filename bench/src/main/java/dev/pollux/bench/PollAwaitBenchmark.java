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
 * Question: what does it cost to ask the kernel which of N descriptors is ready, and how much of it is ours?
 * <p>Measured: one wait, which ends at once, for N socket pairs' ends: poll(2) and epoll_wait(2) by
 * themselves; our back end on poll(2), with its scan; our generational one. AtOnce has time-out 0, Blocking
 * -1, with which poll queues itself at each descriptor until it meets one that is ready. Not measured:
 * sleeping and waking up; TCP's own check, which is dearer than that of a socket pair; a crowd that changes.
 * <p>Read as: ns for a wait. pollBackend minus poll is the scan, and poll the kernel.
 * <p>Expect: poll to grow with N, by some ten to a hundred times what the scan takes; Blocking with LAST
 * dearer than AtOnce; epoll_wait constant; generations near epoll_wait when one is ready, plus its share for
 * the silent, and near poll when nothing is, for then it asks for all.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class PollAwaitBenchmark {

    /** Which descriptor is ready, if any. */
    public enum Ready { NOTHING, FIRST, LAST }

    /** Which descriptor is ready, where one must be, or the wait would not end. */
    public enum ReadyOne { FIRST, LAST }

    /** For time-out 0. */
    @State(Scope.Thread)
    public static class AtOnce {
        @Param({"1", "10", "100", "1000", "10000"}) public int clients;
        @Param public Ready ready;

        Watched watched;

        @Setup
        public void open() {
            watched = new Watched(clients, switch (ready) {
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

    /** For waits without limit. */
    @State(Scope.Thread)
    public static class Blocking {
        @Param({"1", "10", "100", "1000", "10000"}) public int clients;
        @Param public ReadyOne ready;

        Watched watched;

        @Setup
        public void open() {
            watched = new Watched(clients, ready == ReadyOne.FIRST ? 0 : clients - 1);
        }

        @TearDown
        public void close() {
            watched.close();
        }
    }

    @Benchmark
    public int pollAtOnce(AtOnce state) {
        return state.watched.poll(0);
    }

    @Benchmark
    public int pollBlocking(Blocking state) {
        return state.watched.poll(-1);
    }

    @Benchmark
    public int epollWaitAtOnce(AtOnce state) {
        return state.watched.epollWait(0);
    }

    @Benchmark
    public int epollWaitBlocking(Blocking state) {
        return state.watched.epollWait(-1);
    }

    @Benchmark
    public int pollBackendAtOnce(AtOnce state) {
        return state.watched.pollBackend(0);
    }

    @Benchmark
    public int pollBackendBlocking(Blocking state) {
        return state.watched.pollBackend(-1);
    }

    @Benchmark
    public int generationsAtOnce(AtOnce state) {
        return state.watched.generations(0);
    }

    @Benchmark
    public int generationsBlocking(Blocking state) {
        return state.watched.generations(-1);
    }
}
