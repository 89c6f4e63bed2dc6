package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServerStartTest {
    private static ServerOptions options(int port) {
        return new ServerOptions().address(SocketAddress.of("127.0.0.1", port));
    }

    @Test
    void aBusyPortIsNamedWithWhatToDoAboutIt() throws IOException {
        long descriptors = TestServer.descriptors();
        try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            int port = busy.getLocalPort();
            try (Server server = new Server(options(port), TestServer.ECHO)) {
                assertThatExceptionOfType(PosixException.class).isThrownBy(server::start)
                        .withMessage("bind 127.0.0.1:" + port + ": EADDRINUSE (Address already in use);"
                                + " is another server running? --port 0 takes a free one")
                        .matches(e -> e.errno() == Errno.EADDRINUSE.number);
            }
        }
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
    }

    @Test
    void anAddressThatIsNotOfThisMachineIsNamed() {
        ServerOptions options = new ServerOptions().address(SocketAddress.of("192.0.2.1", 0));
        try (Server server = new Server(options, TestServer.ECHO)) {
            assertThatExceptionOfType(PosixException.class).isThrownBy(server::start)
                    .withMessageStartingWith("bind 192.0.2.1:0: EADDRNOTAVAIL")
                    .withMessageContaining("--host");
        }
    }

    @Test
    void clientsCanConnectWhenStartReturns() throws IOException {
        for (int i = 0; i < 20; i++) {
            try (Server server = new Server(options(0), TestServer.ECHO).start();
                    TestClient client = new TestClient(server.address().port())) {
                assertThat(server.address().toString()).isEqualTo("127.0.0.1:" + server.address().port());
                assertThat(client.echo(new byte[] {1})).containsExactly(1);
            }
        }
    }

    @Test
    void ipv6IsServed() throws IOException {
        ServerOptions options = new ServerOptions().address(SocketAddress.of("::1", 0));
        try (Server server = new Server(options, TestServer.ECHO).start();
                Socket socket = new Socket("::1", server.address().port())) {
            socket.setSoTimeout(TestClient.PATIENCE_MILLIS);
            socket.getOutputStream().write(TestClient.frame(new byte[] {5}));
            assertThat(socket.getInputStream().readNBytes(5)).isEqualTo(TestClient.frame(new byte[] {5}));
            assertThat(server.address()).hasToString("[::1]:" + server.address().port());
        }
    }

    @Test
    void aSecondStartIsRefused() {
        try (Server server = new Server(options(0), TestServer.ECHO).start()) {
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(server::start);
        }
    }

    @Test
    void aFreedPortCanBeTakenAgainAtOnce() throws IOException {
        int port = 0;
        for (int i = 0; i < 5; i++) {
            Server server = new Server(options(port), TestServer.ECHO).start();
            port = server.address().port();
            try (TestClient client = new TestClient(port)) {
                assertThat(client.echo(new byte[] {1})).containsExactly(1);
                server.close(); // First, so that its end of the connection is the one in TIME_WAIT.
            }
        }
    }

    @Test
    void whatIsNotStartedCanBeClosedAndDoesNotExecute() {
        Server server = new Server(options(0), TestServer.ECHO);
        assertThat(server.address()).isNull();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> server.execute(() -> { }));
        server.drain(Duration.ofSeconds(1));
        server.close();
    }

    @Test
    void aFailureWhileTheLoopIsMadeSurfacesFromStartAndLeavesNothing() {
        long descriptors = TestServer.descriptors();
        ServerOptions options = options(0).posix(() -> Intercepted.call(NativePosix.confined(),
                "eventfd", (arguments, kernel) -> -Errno.EMFILE.number));
        Server server = new Server(options, TestServer.ECHO);
        assertThatExceptionOfType(PosixException.class).isThrownBy(server::start)
                .withMessageStartingWith("eventfd: EMFILE");
        assertThatExceptionOfType(PosixException.class).isThrownBy(server::join);
        server.close();
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
    }

    @Test
    void eachCallThatFailsWhileThePortIsOpenedIsNamedAndLeavesNothing() {
        for (String call : new String[] {"socket", "setsockopt", "bind", "listen", "getsockname"}) {
            long descriptors = TestServer.descriptors();
            ServerOptions options = options(0).posix(() -> Intercepted.call(NativePosix.confined(), call,
                    (arguments, kernel) -> -Errno.ENOBUFS.number));
            try (Server server = new Server(options, TestServer.ECHO)) {
                assertThatExceptionOfType(PosixException.class).isThrownBy(server::start)
                        .withMessageStartingWith(call).withMessageContaining("ENOBUFS");
            }
            assertThat(TestServer.descriptors()).as(call).isEqualTo(descriptors);
        }
    }

    @Test
    void aFailureThatIsOursEndsTheServerWithNothingLeft() throws Exception {
        long descriptors = TestServer.descriptors();
        boolean[] broken = new boolean[1]; // Written and read on the loop's thread.
        ServerOptions options = options(0).posix(() -> Intercepted.call(NativePosix.confined(), "read",
                // Not the eventfd of the wake-up: it is read with room for just 8 bytes.
                (arguments, kernel) -> broken[0] && (long) arguments[3] > 8
                        ? (long) -Errno.EFAULT.number : kernel.call()));
        Server server = new Server(options, TestServer.ECHO).start();
        try (TestClient client = new TestClient(server.address().port())) {
            assertThat(client.echo(new byte[] {1})).containsExactly(1);
            FutureTask<Void> task = new FutureTask<>(() -> broken[0] = true, null);
            server.execute(task);
            task.get(10, TimeUnit.SECONDS);
            client.send(new byte[] {2});
            assertThatExceptionOfType(PosixException.class).isThrownBy(server::join)
                    .withMessageStartingWith("read of descriptor").withMessageContaining("EFAULT");
            client.awaitEnd();
        }
        server.close();
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
    }

    @Test
    void aLoopCanBeDrivenByTheThreadThatOpensIt() throws Exception {
        long before = TestServer.descriptors();
        Server server = new Server(TestServer.options(Backend.POLL), TestServer.ECHO).open();
        assertThatIllegalStateException().isThrownBy(server::start);
        try (TestClient client = new TestClient(server.address().port()).send(new byte[] {7})) {
            while (server.snapshot().get(Counter.FRAMES_SENT) == 0) { // Bounded by the test's time-out.
                assertThat(server.runOnce()).isTrue();
            }
            assertThat(client.receive()).containsExactly(7);
            CompletableFuture.runAsync(() ->
                    assertThatIllegalStateException().isThrownBy(server::runOnce)).join();
            server.close();
            server.join();
            assertThat(server.runOnce()).isFalse();
        }
        assertThat(TestServer.descriptors()).isEqualTo(before);
    }

    @Test
    void aLoopThatIsStartedIsNotForOthersToDrive() {
        try (TestServer server = TestServer.echo(Backend.POLL)) {
            assertThatIllegalStateException().isThrownBy(server.server::runOnce);
        }
    }
}
