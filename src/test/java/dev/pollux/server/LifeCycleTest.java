package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults.Subject;
import dev.pollux.testkit.SimulatedKernel;
import dev.pollux.testkit.SimulatedPeer;
import dev.pollux.testkit.SimulatedServer;
import dev.pollux.testkit.SystemCall;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Starts and ends in every order, from the caller's thread, another one, and callbacks. */
@Timeout(60)
class LifeCycleTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static ServerOptions options() {
        return TestServer.options(Backend.POLL);
    }

    private static void assertStateRefused(ThrowingCallable call) {
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(call);
    }

    @Test
    void aServerThatIsClosedBeforeItsStartNeverStarts() throws Exception {
        Server server = new Server(options(), TestServer.ECHO);
        server.close();
        server.join();
        server.close();
        server.drain(SECOND);
        assertStateRefused(server::start);
        assertStateRefused(server::open);
        assertThat(server.address()).isNull();
    }

    @Test
    void aDrainBeforeTheStartIsAnEndToo() throws Exception {
        Server server = new Server(options(), TestServer.ECHO);
        server.drain(SECOND);
        server.join();
        assertStateRefused(server::start);
    }

    @Test
    void aServerThatIsEndedWhileItStartsEnds() throws Exception {
        long descriptors = TestServer.descriptors();
        for (int i = 0; i < 150; i++) {
            Server server = new Server(options(), TestServer.ECHO);
            boolean drains = i % 2 == 0;
            CompletableFuture<Void> ending = CompletableFuture.runAsync(() -> {
                if (drains) {
                    server.drain(SECOND);
                } else {
                    server.close();
                }
            });
            try {
                server.start();
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("starts once"); // The end came first.
            }
            ending.get(10, TimeUnit.SECONDS);
            CompletableFuture.runAsync(() -> join(server)).get(10, TimeUnit.SECONDS);
            if (server.address() != null) {
                assertThatExceptionOfType(ConnectException.class).isThrownBy(
                        () -> new Socket("127.0.0.1", server.address().port()).close());
            }
        }
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
    }

    private static void join(Server server) {
        try {
            server.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aServerThatIsClosedFromElsewhereWhileItOpensEnds() throws Exception {
        long descriptors = TestServer.descriptors();
        for (int i = 0; i < 100; i++) {
            Server server = new Server(options(), TestServer.ECHO);
            CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
            try {
                server.open();
                while (server.runOnce()) { }
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("starts once");
            }
            closing.get(10, TimeUnit.SECONDS);
        }
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
    }

    @Test
    void aStartWhoseThreadCannotBeMadeLeavesNothingAndCanBeTriedAgain() throws Exception {
        long descriptors = TestServer.descriptors();
        AtomicBoolean refuses = new AtomicBoolean(true);
        Server server = new Server(options(), TestServer.ECHO, task -> {
            if (refuses.getAndSet(false)) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            return new Thread(task);
        });
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(server::start);
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
        server.start();
        try (TestClient client = new TestClient(server.address().port())) {
            assertThat(client.echo(new byte[] {1})).containsExactly(1);
        }
        server.close();
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
    }

    @Test
    void anOpenThatFailsLeavesNothingAndCanBeTriedAgain() {
        long descriptors = TestServer.descriptors();
        AtomicBoolean refuses = new AtomicBoolean(true);
        Server server = new Server(options().posix(() -> Intercepted.call(Posix.confined(), "eventfd",
                (arguments, kernel) -> refuses.getAndSet(false) ? -Errno.EMFILE.number : kernel.call())),
                TestServer.ECHO);
        assertThatExceptionOfType(PosixException.class).isThrownBy(server::open)
                .withMessageContaining("EMFILE");
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
        server.open();
        server.close();
        assertThat(TestServer.descriptors()).isEqualTo(descriptors);
    }

    /** It used to give one client's reply to another. */
    @Test
    void anIterationInsideACallbackIsRefused() throws Exception {
        Server[] server = new Server[1];
        Handler nesting = (client, buffer, offset, length) -> {
            client.send(buffer, offset, length);
            if (buffer.get(java.lang.foreign.ValueLayout.JAVA_BYTE, offset) == 'n') {
                server[0].runOnce();
            }
        };
        server[0] = new Server(options(), nesting);
        server[0].open();
        try (Log log = new Log(); TestClient alice = new TestClient(server[0].address().port());
                TestClient bob = new TestClient(server[0].address().port())) {
            alice.send("n secret of Alice".getBytes(StandardCharsets.US_ASCII));
            bob.send("Bob".getBytes(StandardCharsets.US_ASCII));
            while (server[0].snapshot().get(Counter.FRAMES_RECEIVED) < 2) {
                server[0].runOnce();
            }
            assertThat(bob.receive()).asString().isEqualTo("Bob");
            assertThat(alice.receive()).asString().isEqualTo("n secret of Alice");
            assertThat(log.warnings()).singleElement().asString()
                    .contains("runOnce cannot be called in a callback");
        } finally {
            server[0].close();
        }
    }

    @Test
    void anEndInsideOnCloseRunsOnce() throws Exception {
        for (boolean drains : new boolean[] {false, true}) {
            AtomicInteger closed = new AtomicInteger();
            Server[] server = new Server[1];
            Handler ending = new Handler() {
                @Override
                public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                }

                @Override
                public void onClose(Client client, CloseReason reason) {
                    closed.incrementAndGet();
                    if (drains) {
                        server[0].drain(SECOND);
                    } else {
                        server[0].close();
                    }
                }
            };
            long descriptors = TestServer.descriptors();
            server[0] = new Server(options(), ending);
            server[0].open();
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                clients.add(new TestClient(server[0].address().port()));
            }
            while (server[0].snapshot().get(Counter.CLIENTS_OPEN) < 3) {
                server[0].runOnce();
            }
            server[0].close();
            assertThat(server[0].runOnce()).isFalse();
            assertThat(closed).hasValue(3);
            clients.forEach(TestClient::close);
            assertThat(TestServer.descriptors()).isEqualTo(descriptors);
        }
    }

    @Test
    void aTaskThatWasAcceptedRunsAndALaterOneIsRejected() throws Exception {
        for (int i = 0; i < 50; i++) {
            Server server = new Server(options(), TestServer.ECHO).start();
            AtomicInteger accepted = new AtomicInteger();
            AtomicInteger run = new AtomicInteger();
            CompletableFuture<Void> adding = CompletableFuture.runAsync(() -> {
                try {
                    while (true) {
                        server.execute(run::incrementAndGet);
                        accepted.incrementAndGet();
                    }
                } catch (RejectedExecutionException e) {
                    return;
                }
            });
            server.close();
            adding.get(10, TimeUnit.SECONDS);
            server.join();
            assertThat(run).hasValue(accepted.get());
        }
    }

    @Test
    void aTaskOfTheLastRoundThatAddsAnotherIsNoError() {
        try (TestServer server = TestServer.echo(Backend.POLL)) {
            Runnable[] again = new Runnable[1];
            again[0] = () -> server.server.execute(again[0]);
            again[0].run();
        } // It fails if an error was logged.
    }

    @Test
    void joinOnTheLoopsThreadIsRefused() {
        try (TestServer server = TestServer.echo(Backend.POLL)) {
            assertThat(server.onLoop(() -> {
                assertStateRefused(server.server::join);
                return "refused";
            })).isEqualTo("refused");
        }
    }

    @Test
    void aLoopThatDiesIsLogged() throws Exception {
        ServerOptions options = options().posix(() -> Intercepted.call(Posix.confined(), "accept4",
                (arguments, kernel) -> -Errno.ENOTSOCK.number));
        try (TestServer server = new TestServer(options, TestServer.ECHO).expectErrors()) {
            server.onLoop(server::connect); // Before the loop can end.
            assertThatExceptionOfType(PosixException.class).isThrownBy(server.server::join);
            assertThat(server.log.errors()).singleElement().asString()
                    .startsWith("the server failed: accept4: ENOTSOCK");
        }
    }

    /** One recursion for each used to end in a StackOverflowError, with descriptors left. */
    @Test
    void clientsWhoseCloseFailsDoNotKeepTheOthers() throws Exception {
        int count = 12_000;
        SimulatedKernel kernel = new SimulatedKernel().descriptorLimit(count + 100);
        ServerOptions options = options().maxClients(count);
        SimulatedServer server = SimulatedServer.start(options, TestServer.ECHO, kernel);
        List<SimulatedPeer> peers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            peers.add(server.connect());
        }
        while (server.snapshot().get(Counter.CLIENTS_OPEN) < count) {
            server.runOnce();
        }
        kernel.faults(call -> call.name() == SystemCall.CLOSE && call.subject() == Subject.CONNECTION
                ? Fault.fail(Errno.EBADF) : Fault.NONE);
        assertThatExceptionOfType(PosixException.class).isThrownBy(server::close)
                .withMessageContaining("EBADF");
        assertThat(server.snapshot().get(Counter.CLIENTS_OPEN)).isZero();
        kernel.assertClean();
    }

    /** Run by the next test, in a JVM that denies native access. */
    public static void main(String[] arguments) {
        for (int i = 0; i < 2; i++) { // The second time a class may have failed to initialise.
            try {
                new Server(options(), TestServer.ECHO).start();
            } catch (Throwable t) {
                System.out.println(t);
            }
        }
    }

    @Test
    void whereNativeAccessIsDeniedTheAdviceIsTheMessage() throws IOException, InterruptedException,
            ExecutionException {
        Assumptions.assumeTrue(Runtime.version().feature() >= 24, "--illegal-native-access came with JDK 24");
        Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "--illegal-native-access=deny", "-cp", System.getProperty("java.class.path"),
                LifeCycleTest.class.getName()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader lines = process.inputReader()) {
            String advice = "java.lang.IllegalCallerException: native access is denied: start java with"
                    + " --enable-native-access=ALL-UNNAMED";
            assertThat(lines.lines()).containsExactly(advice, advice);
        } finally {
            process.destroyForcibly().waitFor();
        }
    }
}
