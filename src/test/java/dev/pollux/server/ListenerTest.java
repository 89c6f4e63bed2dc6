package dev.pollux.server;

import static dev.pollux.bindings.linux.Libc.IPPROTO_TCP;
import static dev.pollux.bindings.linux.Libc.SOL_SOCKET;
import static dev.pollux.bindings.linux.Libc.SO_KEEPALIVE;
import static dev.pollux.bindings.linux.Libc.SO_RCVBUF;
import static dev.pollux.bindings.linux.Libc.SO_REUSEADDR;
import static dev.pollux.bindings.linux.Libc.SO_SNDBUF;
import static dev.pollux.bindings.linux.Libc.TCP_KEEPCNT;
import static dev.pollux.bindings.linux.Libc.TCP_KEEPIDLE;
import static dev.pollux.bindings.linux.Libc.TCP_KEEPINTVL;
import static dev.pollux.bindings.linux.Libc.TCP_NODELAY;
import static dev.pollux.bindings.linux.Libc.TCP_USER_TIMEOUT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import dev.pollux.posix.Sockets;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class ListenerTest {
    private static ServerOptions options() {
        return TestServer.options(Backend.EPOLL);
    }

    /** Returns options of a socket that a listener with {@code options} accepted. */
    private static int[] inherited(ServerOptions options, int[]... names) {
        try (Sockets sockets = new Sockets()) {
            int listener = sockets.own(Listener.open(sockets.posix(), options).fd());
            sockets.connect(listener);
            sockets.waitFor(listener);
            int accepted = sockets.accept(listener);
            int[] values = new int[names.length];
            for (int i = 0; i < names.length; i++) {
                MemorySegment value = sockets.ints(-1);
                PosixException.check(sockets.posix().getsockopt(accepted, names[i][0], names[i][1], value,
                        sockets.ints(4)), "getsockopt");
                values[i] = value.get(JAVA_INT, 0);
            }
            return values;
        }
    }

    private static int[] deadPeerTimes(String keepalive, String writeTimeout) {
        int[][] names = {{SOL_SOCKET(), SO_KEEPALIVE()}, {IPPROTO_TCP(), TCP_KEEPIDLE()},
            {IPPROTO_TCP(), TCP_KEEPINTVL()}, {IPPROTO_TCP(), TCP_KEEPCNT()},
            {IPPROTO_TCP(), TCP_USER_TIMEOUT()}};
        return inherited(options().keepalive(Duration.parse(keepalive))
                .writeTimeout(Duration.parse(writeTimeout)), names);
    }

    @Test
    void acceptedSocketInheritsKeepaliveAndUserTimeout() {
        assertThat(deadPeerTimes("PT60S", "PT30S")).containsExactly(1, 60, 10, 6, 120_000);
        assertThat(deadPeerTimes("PT0.001S", "PT30S")).containsExactly(1, 1, 1, 6, 30_000);
        assertThat(deadPeerTimes("PT2.1S", "PT1S")).containsExactly(1, 3, 1, 6, 9_000);
        assertThat(deadPeerTimes("PT60S", "PT0S")).containsExactly(1, 60, 10, 6, 0);
        assertThat(deadPeerTimes("PT0S", "PT30S")).startsWith(0).endsWith(30_000);
        assertThat(deadPeerTimes("PT0S", "PT0S")).startsWith(0).endsWith(0);
    }

    @ParameterizedTest
    @CsvSource({"PT60S, PT30S, 120000", "PT60S, PT0S, 0", "PT0S, PT0S, 0", "PT0S, PT0.5S, 500",
        "PT0S, PT0.000000001S, 1", "PT60S, PT121S, 121000", "PT32767S, PT8760H, 2147483647",
        "PT32767S, PT1S, 65533000"})
    void userTimeoutIsNeverLessThanTheWriteTimeout(String keepalive, String writeTimeout, int millis) {
        assertThat(Listener.userTimeoutMillis(Duration.parse(keepalive), Duration.parse(writeTimeout)))
                .isEqualTo(millis);
    }

    @Test
    void acceptedSocketInheritsTheBufferSizes() {
        int[][] names = {{SOL_SOCKET(), SO_SNDBUF()}, {SOL_SOCKET(), SO_RCVBUF()}};
        assertThat(inherited(options().socketBufferBytes(16 << 10), names))
                .containsExactly(32 << 10, 32 << 10);
        assertThat(inherited(options().socketBufferBytes(0), names)).doesNotContain(32 << 10);
    }

    /** Returns a kernel that refuses all options but SO_REUSEADDR and TCP_NODELAY. */
    private static Posix refusing(Errno errno) {
        return Intercepted.call(NativePosix.confined(), "setsockopt", (arguments, kernel) -> {
            boolean needed = arguments[1].equals(SOL_SOCKET()) && arguments[2].equals(SO_REUSEADDR())
                    || arguments[1].equals(IPPROTO_TCP()) && arguments[2].equals(TCP_NODELAY());
            return needed ? kernel.call() : (Object) (-errno.number);
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"ENOPROTOOPT", "EPERM", "EOPNOTSUPP", "EACCES", "ENOSYS", "ENOMEM"})
    void optionThatTheKernelRefusesIsLoggedAndTheServerServes(Errno errno) throws Exception {
        ServerOptions options = options().socketBufferBytes(16 << 10).posix(() -> refusing(errno));
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            assertThat(server.connect().echo(new byte[] {1})).containsExactly(1);
            assertThat(server.warnings()).hasSize(7).allSatisfy(line -> assertThat(line)
                    .matches("setsockopt [A-Z_]+: " + errno + " \\(.*\\); the server goes on without it"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"EBADF", "EINVAL", "EFAULT", "ENOTSOCK"})
    void optionWhoseFailureIsABugEndsTheStart(Errno errno) {
        long before = TestServer.descriptors();
        try (Server server = new Server(options().posix(() -> refusing(errno)), TestServer.ECHO)) {
            assertThatExceptionOfType(PosixException.class).isThrownBy(server::start)
                    .withMessageStartingWith("setsockopt SO_KEEPALIVE: " + errno);
        }
        assertThat(TestServer.descriptors()).isEqualTo(before);
    }

    @Test
    void ipv4ClientOfAnIpv6ServerHasItsIpv4Address() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this machine has no IPv6");
        ServerOptions options = options().address(SocketAddress.parse("[::]:0"));
        SocketAddress[] seen = new SocketAddress[1];
        try (TestServer server = new TestServer(options, (client, buffer, offset, length) -> {
            seen[0] = client.address();
            client.send(buffer, offset, length);
        })) {
            TestClient client = server.connect();
            client.echo(new byte[] {1});
            assertThat(seen[0]).isEqualTo(SocketAddress.of("127.0.0.1", client.socket.getLocalPort()));
            assertThat(seen[0]).hasToString("127.0.0.1:" + client.socket.getLocalPort());
        }
    }

    /** Its kernel acknowledges each probe of the closed window, and must not count as dead. */
    @Test
    void readerThatStopsForLessThanTheWriteTimeoutIsNotClosed() throws Exception {
        ServerOptions options = options().keepalive(Duration.ZERO).writeTimeout(Duration.ofSeconds(4))
                .socketBufferBytes(16 << 10);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            TestClient client = server.connect(4096);
            byte[] frame = TestClient.frame(TestClient.payload(4092, 1));
            var written = client.writeAside(frame, 100);
            server.await(Counter.CLIENTS_PAUSED, 1);
            assertThat(new CountDownLatch(1).await(2500, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(1);
            for (int i = 0; i < 100; i++) {
                assertThat(client.read(frame.length)).isEqualTo(frame);
            }
            written.get(10, TimeUnit.SECONDS);
        }
    }
}
