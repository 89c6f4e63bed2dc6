package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.PosixException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Accept fails in ways that a test cannot bring about: the kernel's answer is changed on its way. */
@Timeout(60)
class AcceptErrorContractTest {
    private volatile Errno failure; // Instead of asking the kernel; null to ask it.
    private final AtomicInteger failuresLeft = new AtomicInteger(Integer.MAX_VALUE);
    private final TestClock clock = new TestClock(
            posix -> Intercepted.call(posix, "accept4", (arguments, kernel) -> accept4(kernel)));

    private Object accept4(Callable<Object> kernel) throws Exception {
        Errno errno = failure;
        boolean fails = errno != null && failuresLeft.getAndDecrement() > 0;
        return fails ? Integer.valueOf(-errno.number) : kernel.call();
    }

    private TestServer server(Backend backend) {
        return new TestServer(TestServer.options(backend).posix(clock).acceptBudget(10), TestServer.ECHO);
    }

    private static Stream<Arguments> each(Errno... errnos) {
        return Arrays.stream(Backend.values())
                .flatMap(backend -> Arrays.stream(errnos).map(errno -> Arguments.of(backend, errno)));
    }

    static Stream<Arguments> shortages() {
        return each(Errno.EMFILE, Errno.ENFILE, Errno.ENOBUFS, Errno.ENOMEM);
    }

    static Stream<Arguments> mishaps() {
        return each(Errno.ECONNABORTED, Errno.EINTR, Errno.EPROTO, Errno.EPERM, Errno.ENETDOWN,
                Errno.ENOPROTOOPT, Errno.EHOSTDOWN, Errno.ENONET, Errno.EHOSTUNREACH, Errno.EOPNOTSUPP,
                Errno.ENETUNREACH);
    }

    static Stream<Arguments> faults() {
        return each(Errno.EBADF, Errno.EINVAL, Errno.EFAULT, Errno.ENOTSOCK);
    }

    @ParameterizedTest
    @MethodSource("shortages")
    void aShortageIsMetWithGrowingPausesAndFewLinesAndEndsWithinASecond(Backend backend, Errno errno)
            throws Exception {
        try (TestServer server = server(backend)) {
            TestClient present = server.connect();
            present.echo(new byte[] {1});
            failure = errno;
            TestClient waiting = server.connect().send(new byte[] {2});
            server.await(Counter.CLIENTS_REFUSED, 1);
            for (int i = 0; i < 1000; i++) { // 10 seconds.
                server.advance(Duration.ofMillis(10));
            }
            // 10, 20, 40, … 640 ms apart, then a second each.
            assertThat(server.count(Counter.CLIENTS_REFUSED)).isBetween(10L, 20L);
            assertThat(present.echo(new byte[] {3})).as("who is there is served").containsExactly(3);
            assertThat(server.warnings()).hasSizeBetween(2, 5).allMatch(line -> line.contains("accept4"))
                    .first().asString().contains(errno.name());
            failure = null;
            server.advance(Duration.ofSeconds(1));
            assertThat(waiting.receive()).containsExactly(2);
            assertThat(server.connect().echo(new byte[] {4})).containsExactly(4);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void afterASuccessTheFirstPauseIsShortAgain(Backend backend) throws Exception {
        try (TestServer server = server(backend)) {
            for (int round = 0; round < 3; round++) {
                failuresLeft.set(3);
                failure = Errno.EMFILE;
                TestClient client = server.connect().send(new byte[] {1});
                server.await(Counter.CLIENTS_REFUSED, 3 * round + 1);
                server.advance(Duration.ofMillis(11));
                server.advance(Duration.ofMillis(21));
                assertThat(server.count(Counter.CLIENTS_REFUSED)).isEqualTo(3 * round + 3);
                server.advance(Duration.ofMillis(41));
                assertThat(client.receive()).containsExactly(1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPauseDoesNotWakeTheLoopForThoseWhoWait(Backend backend) throws Exception {
        failure = Errno.EMFILE;
        try (TestServer server = server(backend)) {
            server.connect();
            server.await(Counter.CLIENTS_REFUSED, 1);
            assertThat(new CountDownLatch(1).await(700, TimeUnit.MILLISECONDS)).isFalse();
            // Pauses of 10 to 320 ms on the real clock: six attempts, each its own iteration.
            assertThat(server.count(Counter.ITERATIONS_MADE)).isLessThan(12);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPlaceThatIsFreedDoesNotEndAPause(Backend backend) throws Exception {
        try (TestServer server = server(backend)) {
            TestClient present = server.connect();
            present.echo(new byte[] {1});
            failure = Errno.EMFILE;
            server.connect();
            server.await(Counter.CLIENTS_REFUSED, 1);
            server.advance(Duration.ofMillis(11));
            server.advance(Duration.ofMillis(21));
            server.advance(Duration.ofMillis(41));
            server.advance(Duration.ofMillis(81));
            long refused = server.count(Counter.CLIENTS_REFUSED);
            present.close();
            server.await(Counter.CLOSED_BY_PEER, 1);
            server.settle();
            assertThat(server.count(Counter.CLIENTS_REFUSED)).isLessThanOrEqualTo(refused + 1);
        }
    }

    @ParameterizedTest
    @MethodSource("mishaps")
    void aConnectionThatBrokeInTheBacklogDoesNotKeepTheNextOneWaiting(Backend backend, Errno errno)
            throws Exception {
        try (TestServer server = server(backend)) {
            server.onLoop(() -> {
                failuresLeft.set(3);
                failure = errno;
                return server.connect();
            });
            server.await(Counter.CLIENTS_ACCEPTED, 1);
            assertThat(server.count(Counter.CLIENTS_REFUSED)).isEqualTo(3);
            assertThat(server.count(Counter.ACCEPTS_MADE)).isLessThanOrEqualTo(5);
            assertThat(server.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("mishaps")
    void aPassWithNothingButFailuresBacksOff(Backend backend, Errno errno) throws Exception {
        failure = errno;
        try (TestServer server = server(backend)) {
            TestClient client = server.connect().send(new byte[] {1});
            server.await(Counter.CLIENTS_REFUSED, 10); // The budget.
            for (int i = 0; i < 100; i++) { // A second.
                server.advance(Duration.ofMillis(10));
            }
            assertThat(server.count(Counter.CLIENTS_REFUSED)).isLessThanOrEqualTo(10 * 10);
            failure = null;
            server.advance(Duration.ofSeconds(1));
            assertThat(client.receive()).containsExactly(1);
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aFaultOfOursEndsTheServer(Backend backend, Errno errno) throws Exception {
        try (TestServer server = server(backend).expectErrors()) {
            TestClient present = server.connect();
            present.echo(new byte[] {1});
            server.onLoop(() -> {
                failure = errno;
                return server.connect(); // Before the loop can end.
            });
            assertThatExceptionOfType(PosixException.class).isThrownBy(server.server::join)
                    .withMessageStartingWith("accept4").withMessageContaining(errno.name());
            present.awaitEnd();
        }
    }
}
