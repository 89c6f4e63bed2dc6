package dev.pollux.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.posix.Errno;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is timed does what its name says. */
@Timeout(60)
class CallsTest {
    private static final int[] COUNTS = {1, 2, 7, 100};

    @Test
    void allDowncallsTellTheParentProcess() {
        DowncallBenchmark benchmark = new DowncallBenchmark();
        benchmark.open();
        try {
            int parent = (int) ProcessHandle.current().parent().orElseThrow().pid();
            assertThat(benchmark.plain()).isEqualTo(parent);
            assertThat(benchmark.errnoReusedSegment()).isEqualTo(parent);
            assertThat(benchmark.errnoNewConfinedArena()).isEqualTo(parent);
            assertThat(benchmark.errnoSharedArena()).isEqualTo(parent);
            assertThat(benchmark.critical()).isEqualTo(parent);
            assertThat(benchmark.refusedThroughPosix()).isEqualTo(-Errno.EBADF.number);
        } finally {
            benchmark.close();
        }
    }

    @Test
    void virtualThreadIsNotTakenForGranted() throws InterruptedException {
        DowncallBenchmark.VirtualThread state = new DowncallBenchmark.VirtualThread();
        assertThatThrownBy(state::check).hasMessageContaining("jmh.executor");
        Throwable[] failure = new Throwable[1];
        Thread thread = Thread.ofVirtual().uncaughtExceptionHandler((t, e) -> failure[0] = e).start(() -> {
            state.check();
            DowncallBenchmark benchmark = new DowncallBenchmark();
            benchmark.open();
            assertThat(benchmark.errnoOnVirtualThread(state)).isPositive();
            benchmark.close();
        });
        thread.join();
        assertThat(failure[0]).isNull();
    }

    @Test
    void bothReadsFindNothing() throws IOException {
        ReadEagainBenchmark benchmark = new ReadEagainBenchmark();
        benchmark.connect();
        try {
            assertThat(benchmark.posixRead()).isEqualTo(-Errno.EAGAIN.number);
            assertThat(benchmark.nioRead()).isZero();
        } finally {
            benchmark.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void bothWaysToAskForOneAgree(boolean readable) throws IOException {
        PollOfOneBenchmark benchmark = new PollOfOneBenchmark();
        benchmark.readable = readable;
        benchmark.connect();
        try {
            for (int i = 0; i < 3; i++) { // Level-triggered, both.
                assertThat(benchmark.posixPoll()).isEqualTo(readable ? 1 : 0);
                assertThat(benchmark.nioSelectNow()).isEqualTo(readable ? 1 : 0);
            }
        } finally {
            benchmark.close();
        }
    }

    @ParameterizedTest
    @EnumSource(PollAwaitBenchmark.Ready.class)
    void allWaysToAskForManyAgree(PollAwaitBenchmark.Ready ready) {
        PollAwaitBenchmark benchmark = new PollAwaitBenchmark();
        PollAwaitBenchmark.AtOnce state = new PollAwaitBenchmark.AtOnce();
        state.ready = ready;
        for (int count : COUNTS) {
            state.clients = count;
            state.open();
            int expected = ready == PollAwaitBenchmark.Ready.NOTHING ? 0 : 1;
            for (int i = 0; i < 3; i++) {
                assertThat(benchmark.pollAtOnce(state)).isEqualTo(expected);
                assertThat(benchmark.epollWaitAtOnce(state)).isEqualTo(expected);
                assertThat(benchmark.pollBackendAtOnce(state)).isEqualTo(expected);
                assertThat(benchmark.generationsAtOnce(state)).isEqualTo(expected);
            }
            state.close();
        }
    }

    @ParameterizedTest
    @EnumSource(PollAwaitBenchmark.ReadyOne.class)
    void allWaysToWaitForManyAgree(PollAwaitBenchmark.ReadyOne ready) {
        PollAwaitBenchmark benchmark = new PollAwaitBenchmark();
        PollAwaitBenchmark.Blocking state = new PollAwaitBenchmark.Blocking();
        state.ready = ready;
        for (int count : COUNTS) {
            state.clients = count;
            state.open();
            assertThat(benchmark.pollBlocking(state)).isEqualTo(1);
            assertThat(benchmark.epollWaitBlocking(state)).isEqualTo(1);
            assertThat(benchmark.pollBackendBlocking(state)).isEqualTo(1);
            assertThat(benchmark.generationsBlocking(state)).isEqualTo(1);
            state.close();
        }
    }

    /** With the selector that this JVM has. */
    @ParameterizedTest
    @CsvSource({"1, 0", "2, 1", "7, 6", "100, 0"})
    void selectorSeesTheOneThatIsReady(int count, int ready) throws IOException {
        try (WatchedChannels one = new WatchedChannels(count, ready);
                WatchedChannels none = new WatchedChannels(count, -1)) {
            for (int i = 0; i < 3; i++) {
                assertThat(one.selectNow()).isEqualTo(1);
                assertThat(one.select()).isEqualTo(1);
                assertThat(none.selectNow()).isZero();
            }
        }
    }

    @Test
    void selectorIsNotTakenForGranted() {
        assertThat(SelectorProvider.provider().getClass().getSimpleName()).isEqualTo("EPollSelectorProvider");
        new EpollSelectorAwaitBenchmark().check();
        assertThatThrownBy(() -> new PollSelectorAwaitBenchmark().check()).hasMessageContaining("EPoll");
    }

    @ParameterizedTest
    @ValueSource(longs = {256, 65_536})
    void allBlocksCanBeWrittenTo(long bytes) {
        MemoryBenchmark benchmark = new MemoryBenchmark();
        benchmark.bytes = bytes;
        benchmark.open();
        try {
            for (int i = 0; i < 3; i++) {
                assertThat(benchmark.confinedArena()).isEqualTo(3);
                assertThat(benchmark.sharedArena()).isEqualTo(3);
                assertThat(benchmark.mallocFree()).isEqualTo(3);
                assertThat(benchmark.pool()).isEqualTo(3);
            }
        } finally {
            benchmark.close();
        }
    }
}
