package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.Client;
import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServerRunTest {
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final StderrLog log = new StderrLog(stderr);
    private final AtomicBoolean pollFails = new AtomicBoolean();
    private final Signals signals = new Signals();

    private Server server() {
        ServerOptions options = new ServerOptions().address(SocketAddress.of("127.0.0.1", 0))
                .backend(Backend.POLL).posix(this::kernel);
        return new Server(options, Client::send);
    }

    /** The real kernel, except that poll(2) fails when it is told to. */
    private Posix kernel() {
        Posix real = NativePosix.confined();
        return (Posix) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Posix.class},
                (proxy, method, args) -> {
                    if (method.getName().equals("poll") && pollFails.get()) {
                        return -Errno.EFAULT.number;
                    }
                    try {
                        return method.invoke(real, args);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private int run(Server server, Runnable listening) throws InterruptedException {
        return new ServerRun(server, Duration.ofSeconds(1), log, signals).run(listening);
    }

    @Test
    void serverThatFailsByItselfIsOneLineAndExitCodeOne() throws InterruptedException {
        Server server = server();
        log.level(System.Logger.Level.OFF); // Otherwise the library logs it.
        int code = run(server, () -> {
            pollFails.set(true);
            server.execute(() -> { });
        });
        assertThat(code).isEqualTo(1);
        assertThat(stderr.toString(StandardCharsets.UTF_8))
                .isEqualTo("pollux: the server failed: poll: EFAULT (Bad address)\n");
    }

    @Test
    void serverThatIsClosedEndsWithItsCountersAndExitCodeZero() throws InterruptedException {
        Server server = server();
        assertThat(run(server, () -> server.execute(server::close))).isZero();
        assertThat(stderr.toString(StandardCharsets.UTF_8)).contains(" INFO serve: ").contains("polls_made=")
                .containsOnlyOnce("\n");
    }

    @Test
    void portThatIsTakenIsTheCallersToReport() throws InterruptedException {
        try (Server first = server().start()) {
            Server second = new Server(new ServerOptions().address(first.address()), Client::send);
            assertThatThrownBy(() -> run(second, () -> { })).isInstanceOf(PosixException.class)
                    .hasMessageContaining("EADDRINUSE");
        }
        assertThat(stderr.size()).isZero();
    }
}
