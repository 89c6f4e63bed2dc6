package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Errnos that no man page lists: Linux hands on those of the network, and seccomp any number. */
@Timeout(60)
class AnyErrnoContractTest {
    private static final int NO_NAME = 4095;

    private final AtomicInteger failures = new AtomicInteger(); // Calls that are still to fail.

    private static Stream<Arguments> each(int... errnos) {
        return Arrays.stream(Backend.values())
                .flatMap(backend -> IntStream.of(errnos).mapToObj(errno -> Arguments.of(backend, errno)));
    }

    static Stream<Arguments> unlisted() {
        return each(Errno.ENOPROTOOPT.number, Errno.EOPNOTSUPP.number, Errno.EIO.number, Errno.EACCES.number,
                Errno.ENOSYS.number, Errno.EDOM.number, NO_NAME);
    }

    static Stream<Arguments> broken() {
        return each(Errno.EPIPE.number, Errno.ECONNRESET.number);
    }

    /** A server on which calls of that name fail while there are failures left. */
    private TestServer server(Backend backend, Set<String> calls, int errno) {
        TestClock clock = new TestClock(posix -> {
            Posix failing = posix;
            for (String call : calls) {
                failing = Intercepted.call(failing, call, (arguments, kernel) ->
                        !isOfTheWakeup(call, arguments) && isToFail() ? result(call, errno) : kernel.call());
            }
            return failing;
        });
        return new TestServer(TestServer.options(backend).posix(clock), TestServer.ECHO);
    }

    private boolean isToFail() {
        return failures.get() > 0 && failures.getAndDecrement() > 0;
    }

    /** An eventfd is read into eight bytes. */
    private static boolean isOfTheWakeup(String call, Object[] arguments) {
        return call.equals("read") && (long) arguments[3] == Long.BYTES;
    }

    private static Object result(String call, int errno) {
        if (call.equals("read") || call.equals("send")) {
            return (long) -errno;
        }
        return -errno;
    }

    @ParameterizedTest
    @MethodSource("unlisted")
    void aReadThatFailsClosesItsClientOnly(Backend backend, int errno) throws Exception {
        try (TestServer server = server(backend, Set.of(), errno)) {
            assertThat(server.connect().echo(new byte[] {1})).containsExactly(1);
        }
        try (TestServer server = server(backend, Set.of("read"), errno)) {
            TestClient other = server.connect();
            other.echo(new byte[] {1});
            for (int i = 1; i <= 2; i++) {
                TestClient victim = server.connect();
                server.await(Counter.CLIENTS_ACCEPTED, i + 1);
                failures.set(1);
                victim.send(new byte[] {2});
                server.await(Counter.CLOSED_BY_RESET, i);
                victim.awaitEnd();
            }
            assertThat(other.echo(new byte[] {3})).containsExactly(3);
            assertThat(server.count(Counter.CALLS_FAILED)).isEqualTo(2);
            assertThat(server.warnings()).singleElement().asString()
                    .startsWith("read failed with " + Errno.name(-errno)).contains("127.0.0.1:");
        }
    }

    @ParameterizedTest
    @MethodSource("unlisted")
    void aSendThatFailsClosesItsClientOnly(Backend backend, int errno) throws Exception {
        try (TestServer server = server(backend, Set.of("send"), errno)) {
            TestClient other = server.connect();
            other.echo(new byte[] {1});
            failures.set(1);
            server.connect().send(new byte[] {2}).awaitEnd();
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(other.echo(new byte[] {3})).containsExactly(3);
            assertThat(server.warnings()).singleElement().asString()
                    .startsWith("send failed with " + Errno.name(-errno));
        }
    }

    /** The connection is sound, so that the poller reports no hang-up by itself. */
    @ParameterizedTest
    @MethodSource("broken")
    void aSendThatFindsNoConnectionEndsItsClientWithoutAHangUp(Backend backend, int errno) throws Exception {
        try (TestServer server = server(backend, Set.of("send"), errno)) {
            failures.set(1);
            TestClient client = server.connect().send(new byte[] {2});
            client.awaitEnd();
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(server.count(Counter.CLIENTS_OPEN)).isZero();
            assertThat(server.warnings()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("unlisted")
    void anAcceptThatFailsIsTriedAgainAfterAPause(Backend backend, int errno) throws Exception {
        try (TestServer server = server(backend, Set.of("accept4"), errno)) {
            TestClient present = server.connect();
            present.echo(new byte[] {1});
            failures.set(1);
            TestClient waiting = server.connect().send(new byte[] {2});
            assertThat(waiting.receive()).containsExactly(2);
            assertThat(present.echo(new byte[] {3})).containsExactly(3);
            assertThat(server.count(Counter.CALLS_FAILED)).isEqualTo(1);
        }
    }

    /** EPERM belongs to one connection, says accept(2); from a sandbox it never ends. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void anAcceptThatFailsForGoodKeepsNoClientWaiting(Backend backend) throws Exception {
        try (TestServer server = server(backend, Set.of("accept4"), Errno.EPERM.number)) {
            TestClient present = server.connect();
            present.echo(new byte[] {1});
            failures.set(Integer.MAX_VALUE);
            server.connect();
            server.await(Counter.CALLS_FAILED, 16);
            for (int i = 0; i < 20; i++) {
                assertThat(present.echo(new byte[] {3})).containsExactly(3);
            }
            server.server.drain(Duration.ZERO); // It accepts once more.
        }
    }

    /** poll(2) refuses more entries than RLIMIT_NOFILE, which an operator can lower. */
    @ParameterizedTest
    @EnumSource(value = Backend.class, names = {"POLL", "POLL_GENERATIONS"})
    void aPollWithMoreEntriesThanTheLimitIsTriedAgain(Backend backend) throws Exception {
        try (TestServer server = server(backend, waitsOf(backend), Errno.EINVAL.number)) {
            TestClient client = server.connect();
            failures.set(5);
            assertThat(client.echo(new byte[] {1})).containsExactly(1);
            server.await(() -> {
                server.server.execute(() -> { });
                return failures.get() <= 0;
            }, "the failed waits");
            assertThat(client.echo(new byte[] {1})).containsExactly(1);
        }
    }

    static Stream<Arguments> waits() {
        return each(Errno.EPERM.number, Errno.ENOSYS.number, Errno.ENOMEM.number, NO_NAME);
    }

    private static Set<String> waitsOf(Backend backend) {
        return switch (backend) {
            case POLL, POLL_GENERATIONS -> Set.of("poll", "ppoll");
            case SELECT -> Set.of("select");
            case EPOLL -> Set.of("epollWait");
        };
    }

    /** The pause after a failed wait is a poll, too, and may fail as well. */
    @ParameterizedTest
    @MethodSource("waits")
    void aWaitThatFailsIsTriedAgain(Backend backend, int errno) throws Exception {
        try (TestServer server = server(backend, waitsOf(backend), errno)) {
            TestClient client = server.connect();
            for (int i = 0; i < 3; i++) {
                failures.set(9);
                server.await(() -> {
                    server.server.execute(() -> { });
                    return failures.get() <= 0;
                }, "the failed waits");
                assertThat(client.echo(new byte[] {1})).containsExactly(1);
            }
            assertThat(server.warnings()).singleElement().asString().contains("waiting", Errno.name(-errno));
        }
    }

    @ParameterizedTest
    @MethodSource("waits")
    void tenWaitsInARowThatFailEndTheServerWithTheReason(Backend backend, int errno) throws Exception {
        try (TestServer server = server(backend, waitsOf(backend), errno).expectErrors()) {
            TestClient client = server.onLoop(server::connect); // Before the loop can end.
            failures.set(Integer.MAX_VALUE);
            server.server.execute(() -> { });
            client.awaitEnd();
            assertThatExceptionOfType(PosixException.class).isThrownBy(server.server::join)
                    .withMessageContaining("10 times in a row").withMessageContaining(Errno.name(-errno));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aSignalInterruptsAnyNumberOfWaits(Backend backend) throws Exception {
        try (TestServer server = server(backend, waitsOf(backend), Errno.EINTR.number)) {
            failures.set(1000);
            assertThat(server.connect().echo(new byte[] {1})).containsExactly(1);
            server.await(() -> failures.get() <= 0, "all signals");
            assertThat(server.warnings()).isEmpty();
        }
    }

    /** Nothing more would be heard of it, with any errno; a shortage passes (EpollTest). */
    @ParameterizedTest
    @EnumSource(value = Errno.class, names = {"EPERM", "EEXIST", "ENOENT", "ELOOP", "EIO"})
    void aClientWhoseInterestCannotBeChangedIsClosed(Errno errno) throws Exception {
        AtomicInteger changes = new AtomicInteger();
        ServerOptions options = Flood.options(Backend.EPOLL).posix(() -> Intercepted.call(Posix.confined(),
                "epollCtl", (arguments, kernel) -> failures.get() > 0 && changes.incrementAndGet() > 0
                        && failures.getAndDecrement() > 0 ? -errno.number : kernel.call()));
        try (TestServer server = new TestServer(options, Flood.HANDLER)) {
            TestClient slow = server.connect(4096);
            slow.send(new byte[4]); // None.
            server.await(Counter.FRAMES_RECEIVED, 1);
            failures.set(1);
            Flood.ask(slow, Flood.MANY);
            server.await(Counter.CLOSED_BY_RESET, 1);
            assertThat(changes.get()).isPositive();
            TestClient other = server.connect();
            assertThat(Flood.ask(other, 1).receive()).hasSize((64 << 10) - 4);
        }
    }

    /** Each backend takes the place of one that a sandbox denies, unless it was named. */
    @ParameterizedTest
    @EnumSource(value = Errno.class, names = {"EPERM", "ENOSYS", "ENOMEM"})
    void withoutEpollTheNextBackEndServesAndThatIsLogged(Errno errno) throws Exception {
        ServerOptions options = TestServer.options(null).posix(() -> Intercepted.call(Posix.confined(),
                "epollCreate1", (arguments, kernel) -> -errno.number));
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            assertThat(server.connect().echo(new byte[] {1})).containsExactly(1);
            assertThat(server.warnings()).singleElement().asString()
                    .contains("poll-generations", "epoll_create1", errno.name());
        }
        assertThatExceptionOfType(PosixException.class).isThrownBy(
                () -> new TestServer(options.backend(Backend.EPOLL), TestServer.ECHO))
                .withMessageContaining(errno.name());
    }

    /** Not EBADF and its like: those end the server (AcceptErrorContractTest, CloseReasonTest). */
    @ParameterizedTest
    @EnumSource(value = Errno.class, names = {"EBADF", "EFAULT", "EINVAL", "ENOTSOCK"})
    void anErrnoThatProvesABugEndsTheServer(Errno errno) throws Exception {
        try (TestServer server = server(Backend.POLL, Set.of("send"), errno.number).expectErrors()) {
            failures.set(1);
            server.connect().send(new byte[] {2}).awaitEnd();
            assertThatExceptionOfType(PosixException.class).isThrownBy(server.server::join)
                    .withMessageContaining(errno.name());
        }
    }
}
