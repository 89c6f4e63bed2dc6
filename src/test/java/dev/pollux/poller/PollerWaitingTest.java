package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.MSG_NOSIGNAL;
import static dev.pollux.poller.Interest.READ;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static dev.pollux.poller.PollerContractTest.PATIENCE_NANOS;
import static dev.pollux.poller.PollerContractTest.assertReady;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.KernelThread;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.Sockets;
import dev.pollux.posix.Sockets.Pair;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How every {@link Poller} waits: for how long, and what ends it. */
@Timeout(60)
class PollerWaitingTest {
    private static final long TOKEN = Poller.token(FIXED_SLOTS, 1);

    private final Sockets sockets = new Sockets();
    private final Posix posix = sockets.posix();

    @AfterEach
    void close() {
        sockets.close();
    }

    private Poller open(Backend backend) {
        Poller poller = backend.open(posix, 1);
        poller.add(sockets.eventfd(), TOKEN, READ);
        return poller;
    }

    @ParameterizedTest
    @EnumSource
    void aWaitOfNoTimeReturnsAtOnce(Backend backend) throws Exception {
        int silent = sockets.eventfd();
        KernelThread<Integer> waiting =
                KernelThread.start(() -> await(backend, silent, 0, new CompletableFuture<>()));
        assertThat(waiting.join()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aWaitIsNeverCutShort(Backend backend) {
        try (Poller poller = open(backend)) {
            for (long timeout : new long[] {1, 1000, 300_000, 999_999, 1_000_000, 1_000_001, 12_345_678}) {
                long start = posix.nanoTime();
                assertThat(poller.await(timeout)).isZero();
                assertThat(posix.nanoTime() - start).isGreaterThanOrEqualTo(timeout);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void timeoutsAreRoundedUpAndNotSpunAway(Backend backend) {
        try (Poller poller = open(backend)) {
            for (long timeout : new long[] {1, 400_000, 1_600_000, 3_999_999}) {
                long before = poller.polls();
                assertThat(poller.await(timeout)).isZero();
                assertThat(poller.polls() - before).as("waits for %d ns", timeout).isBetween(1L, 2L);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaitWithoutLimitEndsWithReadiness(Backend backend) throws Exception {
        Pair pair = sockets.unixPair();
        KernelThread<Integer> waiting =
                KernelThread.start(() -> await(backend, pair.near(), -1, new CompletableFuture<>()));
        waiting.untilBlocked();
        sockets.write(pair.far(), 1);
        assertThat(waiting.join()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aLongWaitEndsWithReadiness(Backend backend) throws Exception {
        Pair pair = sockets.unixPair();
        CompletableFuture<Poller> opened = new CompletableFuture<>();
        KernelThread<Integer> waiting =
                KernelThread.start(() -> await(backend, pair.near(), Long.MAX_VALUE, opened));
        waiting.untilBlocked();
        sockets.write(pair.far(), 1);
        assertThat(waiting.join()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource
    void aWakeupEndsAWaitWithoutLimit(Backend backend) throws Exception {
        int silent = sockets.eventfd();
        CompletableFuture<Poller> opened = new CompletableFuture<>();
        KernelThread<Integer> waiting = KernelThread.start(() -> await(backend, silent, -1, opened));
        Poller poller = opened.get();
        waiting.untilBlocked();
        poller.wakeup();
        assertThat(waiting.join()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aSignalEndsAWaitWithEintr(Backend backend) throws Exception {
        int silent = sockets.eventfd();
        CompletableFuture<Poller> opened = new CompletableFuture<>();
        KernelThread<Integer> waiting = KernelThread.start(() -> await(backend, silent, -1, opened));
        opened.get();
        assertThat(waiting.interruptCall()).isEqualTo(-Errno.EINTR.number);
    }

    private static int await(Backend backend, int fd, long timeoutNanos, CompletableFuture<Poller> opened) {
        try (Posix own = NativePosix.confined(); Poller poller = backend.open(own, 1)) {
            poller.add(fd, TOKEN, READ);
            opened.complete(poller);
            return poller.await(timeoutNanos);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWakeupBeforeAwaitEndsTheNextOneAndNoMore(Backend backend) {
        try (Poller poller = open(backend)) {
            poller.wakeup();
            assertWoken(poller);
            assertNotWoken(poller);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThousandWakeupsAreOneWrite(Backend backend) {
        AtomicInteger writes = new AtomicInteger();
        Posix kernel = Intercepted.call(posix, "shareable", (none, shareable) ->
                Intercepted.call((Posix) shareable.call(), "eventfdWrite", (arguments, write) -> {
                    writes.incrementAndGet();
                    return write.call();
                }));
        try (Poller poller = backend.open(kernel, 1)) {
            for (int i = 0; i < 1000; i++) {
                poller.wakeup();
            }
            assertThat(writes).hasValue(1);
            assertWoken(poller);
            assertNotWoken(poller);
            poller.wakeup();
            assertWoken(poller);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWakeupDoesNotHideReadiness(Backend backend) {
        try (Poller poller = backend.open(posix, 1)) {
            Pair pair = sockets.unixPair();
            poller.add(pair.near(), TOKEN, READ);
            sockets.write(pair.far(), 1);
            poller.wakeup();
            assertReady(poller, Map.of(TOKEN, READ));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWakeupWhileAnotherIsTakenInDoesNotSilenceTheNext(Backend backend) {
        AtomicReference<Poller> target = new AtomicReference<>();
        Posix kernel = Intercepted.call(posix, "read", (arguments, real) -> {
            target.get().wakeup();
            Object result = real.call();
            target.get().wakeup();
            return result;
        });
        try (Poller poller = backend.open(kernel, 1)) {
            target.set(poller);
            for (int i = 0; i < 3; i++) {
                poller.wakeup();
                assertWoken(poller);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWakeupAfterCloseDoesNothing(Backend backend) {
        Poller poller = open(backend);
        poller.close();
        List<Integer> successors = new ArrayList<>(); // One of them has the number of the poller's eventfd.
        for (int i = 0; i < 10; i++) {
            successors.add(sockets.eventfd());
        }
        poller.wakeup();
        for (int fd : successors) {
            Sockets.assertRefused(sockets.read(fd, 8), Errno.EAGAIN);
        }
    }

    private void assertWoken(Poller poller) {
        long start = posix.nanoTime();
        assertThat(poller.await(PATIENCE_NANOS)).isZero();
        assertThat(posix.nanoTime() - start).isLessThan(PATIENCE_NANOS);
    }

    private void assertNotWoken(Poller poller) {
        long start = posix.nanoTime();
        assertThat(poller.await(5_000_000)).isZero();
        assertThat(posix.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
    }

    /** A loop that counts tasks and bytes until it has had all; each await must be ended by one or other. */
    private static final class Loop implements Callable<Integer> {
        final CompletableFuture<Poller> opened = new CompletableFuture<>();
        final AtomicInteger tasks = new AtomicInteger();
        final Semaphore done = new Semaphore(0);
        private final Backend backend;
        private final Pair pair;
        private final int expectedTasks;
        private final int expectedBytes;

        Loop(Backend backend, Pair pair, int expectedTasks, int expectedBytes) {
            this.backend = backend;
            this.pair = pair;
            this.expectedTasks = expectedTasks;
            this.expectedBytes = expectedBytes;
        }

        @Override
        public Integer call() {
            int taken = 0;
            int bytes = 0;
            try (Sockets own = new Sockets(); Poller poller = backend.open(own.posix(), 1)) {
                poller.add(pair.near(), TOKEN, READ);
                opened.complete(poller);
                while (taken < expectedTasks || bytes < expectedBytes) {
                    int ready = poller.await(-1);
                    assertThat(ready).isBetween(0, 1);
                    if (ready == 1) {
                        bytes += (int) own.read(pair.near(), 8);
                    }
                    int batch = tasks.getAndSet(0);
                    taken += batch;
                    done.release(batch);
                }
            }
            return taken;
        }

        void post(Poller poller) {
            tasks.incrementAndGet();
            poller.wakeup();
        }
    }

    @ParameterizedTest
    @EnumSource
    void noWakeupOfAStormIsLost(Backend backend) throws Exception {
        int threads = 4;
        int each = 20_000;
        int bytes = 5_000;
        Pair pair = sockets.unixPair();
        Loop loop = new Loop(backend, pair, threads * each, bytes);
        KernelThread<Integer> looping = KernelThread.start(loop);
        Poller poller = loop.opened.get();
        List<KernelThread<Integer>> wakers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            wakers.add(KernelThread.start(() -> {
                for (int n = 0; n < each; n++) {
                    loop.post(poller);
                }
                return each;
            }));
        }
        MemorySegment one = sockets.arena().allocate(1);
        for (int sent = 0; sent < bytes && !looping.isDone() && !Thread.currentThread().isInterrupted(); ) {
            sent += posix.send(pair.far(), one, 0, 1, MSG_NOSIGNAL()) == 1 ? 1 : 0; // Else it is full.
        }
        for (KernelThread<Integer> waker : wakers) {
            waker.join();
        }
        assertThat(looping.join()).isEqualTo(threads * each);
    }

    @ParameterizedTest
    @EnumSource
    void eachWakeupAloneIsEnough(Backend backend) throws Exception {
        int rounds = 5_000;
        Loop loop = new Loop(backend, sockets.unixPair(), rounds, 0);
        KernelThread<Integer> looping = KernelThread.start(loop);
        Poller poller = loop.opened.get();
        for (int i = 0; i < rounds; i++) {
            loop.post(poller);
            assertThat(loop.done.tryAcquire(10, TimeUnit.SECONDS)).as("task %d was taken", i).isTrue();
        }
        assertThat(looping.join()).isEqualTo(rounds);
    }

    @ParameterizedTest
    @EnumSource
    void wakeupsThatRaceWithCloseTouchNoForeignDescriptor(Backend backend) throws Exception {
        for (int round = 0; round < 50; round++) {
            Poller poller = open(backend);
            KernelThread<Integer> waker = KernelThread.start(() -> {
                for (int i = 0; i < 200; i++) {
                    poller.wakeup();
                }
                return 200;
            });
            poller.await(0);
            poller.close();
            int successor = sockets.eventfd();
            assertThat(waker.join()).isEqualTo(200);
            Sockets.assertRefused(sockets.read(successor, 8), Errno.EAGAIN);
        }
    }
}
