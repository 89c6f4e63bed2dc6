package dev.pollux.poller;

import static dev.pollux.poller.Interest.WRITE;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static dev.pollux.poller.PollerContractTest.assertReady;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.Sockets;
import dev.pollux.testkit.SimulatedKernel;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What tells the back ends apart, and what each gives back in the end. */
@Timeout(30)
class BackendTest {
    private final Sockets sockets = new Sockets(new SimulatedKernel().posix());

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void namesAreThoseOfTheCommandLine() {
        assertThat(Backend.values()).extracting(Backend::toString)
                .containsExactly("poll", "poll-generations", "select", "epoll");
    }

    @Test
    void onlySelectCannotWatchLargeDescriptors() {
        assertThat(Backend.values()).extracting(Backend::descriptorLimit)
                .containsExactly(Integer.MAX_VALUE, Integer.MAX_VALUE, 1024, Integer.MAX_VALUE);
    }

    @Test
    void autoIsEpoll() {
        assertThat(Backend.auto()).isEqualTo(Backend.EPOLL);
    }

    @Test
    void aTokenIsASlotAndAGeneration() {
        for (int generation : new int[] {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
            for (int slot : new int[] {0, 1, 5000, Integer.MAX_VALUE}) {
                long token = Poller.token(slot, generation);
                assertThat(Poller.slot(token)).isEqualTo(slot);
                assertThat(Poller.generation(token)).isEqualTo(generation);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void slotsMayBeFarApart(Backend backend) {
        long far = Poller.token(5000, 1);
        long near = Poller.token(FIXED_SLOTS, 1);
        try (Poller poller = backend.open(sockets.posix(), 2)) {
            poller.add(sockets.eventfd(), far, WRITE);
            poller.add(sockets.eventfd(), near, WRITE);
            assertReady(poller, Map.of(far, WRITE, near, WRITE));
            poller.remove(near);
            assertReady(poller, Map.of(far, WRITE));
            poller.remove(far);
            assertReady(poller, Map.of());
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeFreesTheMemoryThatTheKernelWasLent(Backend backend) {
        List<MemorySegment> lent = new ArrayList<>();
        Posix kernel = sockets.posix();
        for (String call : List.of("poll", "ppoll", "select", "epollWait", "epollCtl", "read")) {
            kernel = Intercepted.call(kernel, call, (arguments, real) -> {
                for (Object argument : arguments) {
                    if (argument instanceof MemorySegment segment && segment.address() != 0) {
                        lent.add(segment);
                    }
                }
                return real.call();
            });
        }
        Poller poller = backend.open(kernel, 1);
        poller.wakeup();
        assertThat(poller.await(1_000_000)).isZero();
        assertThat(poller.await(1_000_000)).isZero();
        assertThat(lent).hasSizeGreaterThanOrEqualTo(3).allMatch(segment -> segment.scope().isAlive());
        poller.close();
        assertThat(lent).noneMatch(segment -> segment.scope().isAlive());
    }

    @ParameterizedTest
    @EnumSource
    void closeClosesTheKernelThatOtherThreadsWakeItWith(Backend backend) {
        AtomicInteger closed = new AtomicInteger();
        Posix kernel = Intercepted.call(sockets.posix(), "shareable", (none, shareable) ->
                Intercepted.call((Posix) shareable.call(), "close", (arguments, close) -> {
                    closed.addAndGet(arguments == null ? 1 : 0);
                    return close.call();
                }));
        Poller poller = backend.open(kernel, 1);
        assertThat(closed).hasValue(0);
        poller.close();
        assertThat(closed).hasValue(1);
    }
}
