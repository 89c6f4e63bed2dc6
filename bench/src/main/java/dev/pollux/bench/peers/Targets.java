package dev.pollux.bench.peers;

import static dev.pollux.bench.peers.Figure.CPU;
import static dev.pollux.bench.peers.Figure.P999;
import static dev.pollux.bench.peers.Figure.P99_WITHIN_PROMISE;
import static dev.pollux.bench.peers.Figure.RESIDENT;
import static dev.pollux.bench.peers.Figure.START;

import java.util.List;
import java.util.stream.Stream;

/** The loads, and what they are to show: the one place that says so. */
final class Targets {
    /** Whichever of our back ends has the lowest median under the load. */
    static final String BEST = "best of ours";
    static final String GENERATIONS = "pollux-poll-generations";
    static final String EPOLL = "pollux-epoll";
    static final String POLL = "pollux-poll";
    static final String SELECTOR = "jdk-selector";
    static final String NETTY = "netty-epoll";
    static final String C_EPOLL = "c-epoll-shared";
    static final String TUTORIAL = "c-tutorial-poll";
    /** Ours, started from an AOT cache. */
    static final String WITH_CACHE = "ours with an AOT cache";

    /** Rows of these are measured in their own way, not by a load. */
    static final String RESIDENT_10000 = "resident";
    static final String START_UP = "start";

    static final List<Load> LOADS = List.of(
            Load.busy("64x16", "64 × 16 outstanding", 64, 64, 16, 64),
            Load.busy("64x1", "64 × 1", 64, 64, 1, 64),
            Load.busy("1x1", "1 × 1", 1, 1, 1, 64),
            Load.busy("16of1000", "16 active among 1,000", 1_000, 16, 1, 64),
            Load.busy("16of4000", "16 active among 4,000", 4_000, 16, 1, 64),
            Load.busy("8of10000", "8 active among 10,000 idle", 10_008, 8, 1, 64),
            Load.trickle("trickle4000", "one at a time among 4,000, 100 a second", 4_000, 100),
            Load.trickle("trickle10000", "one at a time among 10,000, 100 a second", 10_000, 100),
            Load.light("light4000", "1,000 a second among 4,000", 4_000, 1_000),
            Load.busy("bulk", "bulk: 64 × 4 outstanding of 4,000 bytes", 64, 64, 4, 4_000));

    /** What the plot needs beside them: 16 active clients among ever more. */
    static final List<Load> PLOTTED = List.of(
            Load.busy("16of16", "16 active, none idle", 16, 16, 1, 64),
            Load.busy("16of100", "16 active among 100", 100, 16, 1, 64),
            Load.busy("16of10000", "16 active among 10,000", 10_000, 16, 1, 64));

    static final List<Row> ROWS = List.of(
            new Row("64x16", CPU, BEST, SELECTOR, 1.00),
            new Row("64x1", CPU, BEST, SELECTOR, 1.00),
            new Row("1x1", CPU, BEST, SELECTOR, 1.00),
            new Row("64x16", CPU, BEST, NETTY, 0.70),
            new Row("64x1", CPU, BEST, NETTY, 0.90),
            new Row("1x1", CPU, BEST, NETTY, 0.95),
            new Row("64x16", CPU, BEST, C_EPOLL, 1.10),
            new Row("64x1", CPU, BEST, C_EPOLL, 1.10),
            new Row("1x1", CPU, BEST, C_EPOLL, 1.10),
            new Row("64x1", CPU, GENERATIONS, SELECTOR, 0.95),
            new Row("64x1", CPU, GENERATIONS, POLL, 1.05),
            new Row("16of1000", CPU, EPOLL, SELECTOR, 1.00),
            new Row("16of4000", CPU, EPOLL, SELECTOR, 1.00),
            new Row("8of10000", CPU, EPOLL, SELECTOR, 1.00),
            new Row("16of1000", CPU, GENERATIONS, TUTORIAL, 0.45),
            new Row("16of4000", CPU, GENERATIONS, TUTORIAL, 0.09),
            new Row("8of10000", CPU, GENERATIONS, TUTORIAL, 0.025),
            new Row("16of1000", CPU, GENERATIONS, SELECTOR, 1.05, 1.00),
            new Row("16of4000", CPU, GENERATIONS, SELECTOR, 1.20, 1.10),
            new Row("8of10000", CPU, GENERATIONS, SELECTOR, 1.35, 1.10),
            new Row("trickle4000", P99_WITHIN_PROMISE, GENERATIONS, EPOLL, 1.00),
            new Row("trickle10000", P99_WITHIN_PROMISE, GENERATIONS, EPOLL, 1.00),
            new Row("trickle4000", P999, GENERATIONS, EPOLL, 2.00),
            new Row("trickle10000", P999, GENERATIONS, EPOLL, 2.00),
            new Row("trickle4000", CPU, POLL, TUTORIAL, 1.00),
            new Row("trickle10000", CPU, POLL, TUTORIAL, 1.00),
            new Row("light4000", CPU, GENERATIONS, POLL, 0.20),
            new Row("bulk", CPU, BEST, SELECTOR, 1.00),
            new Row(RESIDENT_10000, RESIDENT, BEST, SELECTOR, 1.00),
            new Row(START_UP, START, BEST, SELECTOR, 1.60),
            new Row(START_UP, START, WITH_CACHE, SELECTOR, 1.00));

    /** What --sweep-share costs and gives: these loads for {@link #SHARES}. */
    static final List<Load> SHARED = List.of(
            Load.busy("share-16of4000", "shares: 16 active among 4,000", 4_000, 16, 1, 64),
            Load.busy("share-8of10000", "shares: 8 active among 10,000 idle", 10_008, 8, 1, 64),
            Load.trickle("share-trickle10000", "shares: one at a time among 10,000, 100 a second", 10_000,
                    100));

    /** Poll-generations with shares of 5, 10 and 20 %, and what to compare them with. */
    static final List<String> SHARES = List.of(GENERATIONS + "@0.05", GENERATIONS + "@0.1",
            GENERATIONS + "@0.2", EPOLL, SELECTOR);

    private Targets() {
    }

    /** What can be asked for. */
    static List<String> names() {
        return Stream.of(LOADS.stream().map(Load::id), PLOTTED.stream().map(Load::id),
                SHARED.stream().map(Load::id),
                Stream.of(RESIDENT_10000, START_UP)).flatMap(names -> names).toList();
    }
}
