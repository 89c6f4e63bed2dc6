package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.frame.FrameReader;
import dev.pollux.frame.FrameTooLongException;
import dev.pollux.frame.Framing;
import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.Recorded;
import dev.pollux.posix.SocketAddress;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What peers and handlers can bring into the log, and what the log must not keep to itself. */
@Timeout(60)
class LogContractTest {
    private final TestClock clock = new TestClock();

    private TestServer server(ServerOptions options, Handler handler) {
        return new TestServer(options.posix(clock), handler);
    }

    /** A client whose frame makes the handler fail, from its beginning to its end. */
    private static void failOnce(TestServer server) throws IOException {
        try (TestClient client = server.connect().send(new byte[1])) {
            client.awaitEnd();
        }
    }

    private static String text(MemorySegment buffer, long offset, long length) {
        byte[] payload = buffer.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        return new String(payload, StandardCharsets.UTF_8);
    }

    @Test
    void anExceptionsMessageCannotWriteALineOfItsOwn() throws Exception {
        Handler parsing = (client, buffer, offset, length) -> Long.parseLong(text(buffer, offset, length));
        try (TestServer server = server(TestServer.options(Backend.POLL), parsing)) {
            server.connect().send(("1\n2026-01-01T00:00:00.000Z ERROR server: all is lost"
                    + "\u001B[2J\u202E\u0085\u2028x").getBytes(StandardCharsets.UTF_8)).awaitEnd();
            assertThat(server.warnings()).singleElement().asString()
                    .contains("NumberFormatException", "1\\n2026",
                            "all is lost\\u001b[2J\\u202e\\u0085\\u2028x")
                    .doesNotContain("\u001B", "\u202E", "\u0085", "\u2028");
            assertThat(server.warnings().getFirst().lines().skip(1)).isNotEmpty()
                    .allMatch(line -> line.startsWith("\tat "));
        }
    }

    @Test
    void aLongMessageIsCut() throws Exception {
        Handler failing = (client, buffer, offset, length) -> {
            throw new IllegalStateException("x".repeat(1 << 20));
        };
        try (TestServer server = server(TestServer.options(Backend.POLL), failing)) {
            server.connect().send(new byte[1]).awaitEnd();
            assertThat(server.warnings()).singleElement().asString().hasSizeLessThan(20_000)
                    .contains("… (1048576 characters)");
        }
    }

    /** An exception that fails wherever it is looked at. */
    private static final class Nasty extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new StackOverflowError();
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new OutOfMemoryError("no trace");
        }

        @Override
        public String toString() {
            throw new AssertionError("no text");
        }
    }

    static Stream<Named<Throwable>> anything() {
        RuntimeException own = new RuntimeException("its own cause") {
            private static final long serialVersionUID = 1;

            @Override
            public synchronized Throwable getCause() {
                return this;
            }
        };
        return Stream.<Throwable>of(new Nasty(), own,
                new PosixException("bind 127.0.0.1:1", -Errno.EADDRINUSE.number),
                new PosixException("read of descriptor 7", -Errno.EBADF.number), new StackOverflowError(),
                new OutOfMemoryError("of the handler"), new AssertionError("of the handler"),
                new InterruptedException(), tooLong(),
                new IllegalStateException("around another", new Nasty()))
                .map(thrown -> Named.of(thrown.getClass().getName(), thrown));
    }

    /** What a handler's own reader throws, which is not about the frame that the handler was given. */
    private static RuntimeException tooLong() {
        FrameReader reader = new FrameReader(Framing.u32le(), 8);
        reader.over(MemorySegment.ofArray(new byte[] {9, 0, 0, 0}), 0, 4, 0);
        try {
            reader.next();
            throw new AssertionError("no exception");
        } catch (FrameTooLongException e) {
            return e;
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void throwAny(Throwable t) throws T {
        throw (T) t;
    }

    /** In onFrame, in onClose, and in a task. */
    @ParameterizedTest
    @MethodSource("anything")
    void whateverACallbackThrowsCostsItsClientOnly(Throwable thrown) throws Exception {
        Handler failing = new Handler() {
            @Override
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                if (length == 1) {
                    LogContractTest.<RuntimeException>throwAny(thrown);
                }
                client.send(buffer, offset, length);
            }

            @Override
            public void onClose(Client client, CloseReason reason) {
                LogContractTest.<RuntimeException>throwAny(thrown);
            }
        };
        try (TestServer server = server(TestServer.options(Backend.POLL), failing)) {
            TestClient other = server.connect();
            other.echo(new byte[2]);
            failOnce(server);
            server.await(Counter.CLOSED_HANDLER_FAILED, 1);
            server.expectErrors().server.execute(() -> LogContractTest.<RuntimeException>throwAny(thrown));
            server.settle();
            assertThat(other.echo(new byte[3])).hasSize(3);
            assertThat(server.warnings()).anyMatch(line -> line.startsWith("the handler failed"))
                    .anyMatch(line -> line.startsWith("a task given to execute failed"));
            server.server.close();
            server.server.join(); // Without an exception.
        }
    }

    @ParameterizedTest
    @MethodSource("anything")
    void whateverOnOpenThrowsClosesThatClient(Throwable thrown) throws Exception {
        Handler failing = new Handler() {
            private boolean first = true;

            @Override
            public void onOpen(Client client) {
                if (first) {
                    first = false;
                    LogContractTest.<RuntimeException>throwAny(thrown);
                }
            }

            @Override
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                client.send(buffer, offset, length);
            }
        };
        try (TestServer server = server(TestServer.options(Backend.POLL), failing)) {
            TestClient failed = server.connect();
            failed.awaitEnd();
            failed.close();
            server.await(Counter.CLOSED_HANDLER_FAILED, 1);
            assertThat(server.connect().echo(new byte[3])).hasSize(3);
        }
    }

    /** The example of the report: a handler that opens another server on a port that is taken. */
    @Test
    void aHandlerThatOpensAServerOnABusyPortLosesItsClient() throws Exception {
        SocketAddress[] busy = new SocketAddress[1];
        Handler opening = (client, buffer, offset, length) ->
                new Server(new ServerOptions().address(busy[0]), TestServer.ECHO).open();
        try (TestServer server = server(TestServer.options(Backend.POLL), opening)) {
            busy[0] = server.server.address();
            failOnce(server);
            server.await(Counter.CLOSED_HANDLER_FAILED, 1);
            assertThat(server.warnings()).singleElement().asString().contains("EADDRINUSE");
        }
    }

    /** The engine marks its own failures: a handler that catches one does not keep the server alive. */
    @Test
    void aHandlerThatCatchesAFailureOfTheEngineDoesNotHideIt() throws Exception {
        byte[] payload = new byte[40_000];
        Handler catching = (client, buffer, offset, length) -> {
            try {
                for (int i = 0; i < 3; i++) { // More than the send buffer holds.
                    client.send(MemorySegment.ofArray(payload), 0, payload.length);
                }
            } catch (RuntimeException e) {
                return;
            }
        };
        ServerOptions options = TestServer.options(Backend.POLL).posix(new TestClock(posix ->
                Intercepted.call(posix, "send", (arguments, kernel) -> (long) -Errno.EBADF.number)));
        try (TestServer server = new TestServer(options, catching).expectErrors()) {
            server.connect().send(new byte[1]).awaitEnd();
            assertThatExceptionOfType(PosixException.class).isThrownBy(server.server::join)
                    .withMessageContaining("EBADF");
            assertThat(server.log.errors()).singleElement().asString().contains("EBADF");
        }
    }

    /** Out of stack or heap in the midst of a send: how much of the replies was sent is not known. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLackOfStackOrHeapInsideASendCostsThatClientOnly(boolean heap) throws Exception {
        AtomicBoolean fails = new AtomicBoolean();
        ServerOptions options = TestServer.options(Backend.POLL).posix(new TestClock(posix ->
                Intercepted.call(posix, "send", (arguments, kernel) -> {
                    if (fails.getAndSet(false)) {
                        throw heap ? new OutOfMemoryError("injected") : new StackOverflowError();
                    }
                    return kernel.call();
                })));
        byte[] payload = new byte[40_000];
        Handler twice = (client, buffer, offset, length) -> {
            try {
                for (int i = 0; i < 2; i++) { // More than the send buffer holds.
                    client.send(MemorySegment.ofArray(payload), 0, payload.length);
                }
            } catch (Error e) {
                return; // The engine knows all the same.
            }
        };
        try (TestServer server = new TestServer(options, twice)) {
            TestClient other = server.connect();
            other.send(new byte[1]).read(2 * (payload.length + 4));
            fails.set(true);
            server.connect().send(new byte[1]).awaitEnd();
            server.await(Counter.CLOSED_NO_RESOURCES, 1);
            assertThat(other.send(new byte[1]).read(2 * (payload.length + 4))).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFullHeapCostsTheClientThatNeedsIt(Backend backend) throws Exception {
        AtomicBoolean fails = new AtomicBoolean();
        ServerOptions options = TestServer.options(backend).posix(new TestClock(posix ->
                Intercepted.call(posix, "read", (arguments, kernel) -> {
                    if ((long) arguments[3] > Long.BYTES && fails.getAndSet(false)) {
                        throw new OutOfMemoryError("injected");
                    }
                    return kernel.call();
                })));
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            TestClient other = server.connect();
            other.echo(new byte[1]);
            fails.set(true);
            server.connect().send(new byte[1]).awaitEnd();
            server.await(Counter.CLOSED_NO_RESOURCES, 1);
            assertThat(other.echo(new byte[2])).hasSize(2);
        }
    }

    @Test
    void manyTasksThatFailAreLoggedOnce() throws Exception {
        try (TestServer server = server(TestServer.options(Backend.POLL), TestServer.ECHO).expectErrors()) {
            for (int i = 0; i < 1000; i++) {
                server.server.execute(() -> {
                    throw new IllegalStateException("each time");
                });
            }
            server.settle();
            assertThat(server.log.errors()).hasSize(1);
            server.advance(Duration.ofSeconds(2));
            assertThat(server.log.errors()).last().asString().contains("999 more like this");
        }
    }

    @Test
    void whatWasHeldBackIsReportedWithoutAFurtherEvent() throws Exception {
        Handler failing = (client, buffer, offset, length) -> {
            throw new IllegalStateException("each time");
        };
        try (TestServer server = server(TestServer.options(Backend.EPOLL), failing)) {
            for (int i = 1; i <= 12; i++) {
                failOnce(server);
                server.await(Counter.CLOSED_HANDLER_FAILED, i);
            }
            assertThat(server.warnings()).hasSize(1);
            server.advance(Duration.ofSeconds(2));
            assertThat(server.warnings()).hasSize(2).last().asString()
                    .isEqualTo("11 more like this were not logged: clients closed for HANDLER_FAILED");
            server.advance(Duration.ofMinutes(5));
            assertThat(server.warnings()).hasSize(2);
        }
    }

    @Test
    void whatWasHeldBackIsReportedAtTheEnd() throws Exception {
        Handler failing = (client, buffer, offset, length) -> {
            throw new IllegalStateException("each time");
        };
        List<String> warnings;
        try (TestServer server = server(TestServer.options(Backend.POLL), failing)) {
            for (int i = 1; i <= 3; i++) {
                failOnce(server);
                server.await(Counter.CLOSED_HANDLER_FAILED, i);
            }
            server.server.close();
            warnings = server.log.warnings();
        }
        assertThat(warnings).hasSize(2).last().asString().startsWith("2 more like this");
    }

    @Test
    void oneKindOfTroubleDoesNotHideAnother() throws Exception {
        ServerOptions options = TestServer.options(Backend.POLL).frameTimeout(Duration.ofSeconds(5))
                .unsentLimitBytes(1 << 20);
        Handler handler = (client, buffer, offset, length) -> {
            byte[] much = new byte[1 << 19];
            for (int i = 0; i < 20; i++) {
                client.send(MemorySegment.ofArray(much), 0, much.length);
            }
        };
        try (TestServer server = server(options, handler)) {
            TestClient slow = server.connect(4096);
            slow.write(new byte[] {9});
            server.await(Counter.BYTES_RECEIVED, 1);
            server.advance(Duration.ofSeconds(6));
            server.await(Counter.CLOSED_FRAME_TIMEOUT, 1);
            server.connect(4096).send(new byte[1]);
            server.await(Counter.CLOSED_UNSENT_LIMIT, 1);
            assertThat(server.warnings()).anyMatch(line -> line.contains("FRAME_TIMEOUT"))
                    .anyMatch(line -> line.contains("UNSENT_LIMIT"));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theClientLimitIsLoggedOnceCountedAndRecorded(Backend backend) throws Exception {
        int recorded;
        try (Recorded recording = new Recorded("ClientLimitReached")) {
            try (TestServer server = server(TestServer.options(backend).maxClients(2), TestServer.ECHO)) {
                TestClient first = server.connect();
                first.echo(new byte[1]);
                server.connect().echo(new byte[1]);
                TestClient waiting = server.connect().send(new byte[] {3});
                server.settle();
                assertThat(server.count(Counter.CLIENT_LIMIT_REACHED)).isEqualTo(1);
                first.close();
                assertThat(waiting.receive()).containsExactly(3);
                server.settle();
                assertThat(server.count(Counter.CLIENT_LIMIT_REACHED)).isEqualTo(2);
                assertThat(server.warnings()).singleElement().asString()
                        .startsWith("the client limit is reached, 2:");
            }
            recorded = recording.events().size();
        }
        assertThat(recorded).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFrameThatItsPeerLeavesUnfinishedIsCountedAndNotDelivered(Backend backend) throws Exception {
        List<String> delivered = new ArrayList<>();
        Handler noting = (client, buffer, offset, length) -> delivered.add(text(buffer, offset, length));
        ServerOptions options = TestServer.options(backend).framing(Framing.line());
        try (TestServer server = server(options, noting)) {
            TestClient client = server.connect().write("one\ntwo".getBytes(StandardCharsets.US_ASCII));
            client.finish();
            client.awaitEnd();
            client.close();
            server.await(Counter.CLOSED_BY_PEER, 1);
            TestClient resetting = server.connect().write("three\nfo".getBytes(StandardCharsets.US_ASCII));
            server.await(Counter.BYTES_RECEIVED, 15);
            resetting.reset();
            server.await(Counter.CLOSED_BY_RESET, 1);
            TestClient whole = server.connect().write("five\n".getBytes(StandardCharsets.US_ASCII)).finish();
            whole.awaitEnd();
            whole.close();
            server.await(Counter.CLOSED_BY_PEER, 2);
            server.settle();
            assertThat(delivered).containsExactly("one", "three", "five");
            assertThat(server.count(Counter.FRAMES_CUT_OFF)).isEqualTo(2);
            assertThat(server.log.debug()).filteredOn(line -> line.contains("closed:")).hasSize(3)
                    .satisfiesExactly(line -> assertThat(line).endsWith("ended after 3 bytes of a frame"),
                            line -> assertThat(line).endsWith("ended after 2 bytes of a frame"),
                            line -> assertThat(line).endsWith("unsent"));
        }
    }
}
