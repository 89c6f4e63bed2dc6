package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a handler may do, and what becomes of it when it does it badly. */
@Timeout(60)
class HandlerContractTest {
    private final List<String> calls = new CopyOnWriteArrayList<>();

    /** An echo that notes its calls and fails where the test wants it to. */
    private class Noting implements Handler {
        @Override
        public void onOpen(Client client) {
            calls.add("open");
        }

        @Override
        public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
            calls.add("frame");
            client.send(buffer, offset, length);
        }

        @Override
        public void onClose(Client client, CloseReason reason) {
            calls.add(reason.name());
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void eachClientIsOpenedServedAndClosedOnce(Backend backend) throws Exception {
        try (TestServer server = new TestServer(TestServer.options(backend), new Noting())) {
            TestClient client = server.connect();
            client.echo(new byte[] {1});
            client.echo(new byte[0]);
            client.close();
            server.await(Counter.CLOSED_BY_PEER, 1);
        }
        assertThat(calls).containsExactly("open", "frame", "frame", "PEER_CLOSED");
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void oneThatFailsInOnOpenLosesThatClientOnly(Backend backend) throws Exception {
        Handler handler = new Noting() {
            @Override
            public void onOpen(Client client) {
                super.onOpen(client);
                if (calls.size() == 1) {
                    throw new IllegalStateException("not today");
                }
            }
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            TestClient first = server.connect().send(new byte[] {1});
            assertThat(first.readToEnd()).isZero();
            first.close();
            server.await(Counter.CLOSED_HANDLER_FAILED, 1);
            assertThat(server.connect().echo(new byte[] {2})).containsExactly(2);
            assertThat(server.warnings()).singleElement().asString().contains("the handler failed")
                    .contains("not today").contains("HandlerContractTest");
        }
        assertThat(calls).containsExactly("open", "HANDLER_FAILED", "open", "frame", "SERVER_CLOSED");
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void oneThatFailsInOnFrameLosesThatClientAfterTheRepliesSoFar(Backend backend) throws Exception {
        for (Throwable failure : new Throwable[] {new IllegalStateException("no"), new StackOverflowError(),
            new AssertionError("never")}) {
            calls.clear();
            Handler handler = new Noting() {
                @Override
                public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                    super.onFrame(client, buffer, offset, length);
                    if (length == 3) {
                        HandlerContractTest.<RuntimeException>fail(failure);
                    }
                }
            };
            try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
                TestClient other = server.connect();
                byte[] frames = {1, 0, 0, 0, 7, 3, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0};
                TestClient client = server.connect().write(frames);
                assertThat(client.read(12)).startsWith(1, 0, 0, 0, 7, 3);
                assertThat(client.readToEnd()).as("the third frame's reply").isZero();
                client.close();
                server.await(Counter.CLOSED_HANDLER_FAILED, 1);
                assertThat(other.echo(new byte[] {2})).containsExactly(2);
            }
            assertThat(calls).containsExactly("open", "open", "frame", "frame", "HANDLER_FAILED", "frame",
                    "SERVER_CLOSED");
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void fail(Throwable failure) throws T {
        throw (T) failure;
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void oneThatFailsInOnCloseIsLoggedAndTheLoopGoesOn(Backend backend) throws Exception {
        Handler handler = new Noting() {
            @Override
            public void onClose(Client client, CloseReason reason) {
                super.onClose(client, reason);
                throw new IllegalStateException("cannot let go");
            }
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            server.connect().finish().awaitEnd();
            server.await(Counter.CLOSED_BY_PEER, 1);
            assertThat(server.connect().echo(new byte[] {2})).containsExactly(2);
            assertThat(server.warnings()).singleElement().asString().contains("cannot let go");
        }
        assertThat(calls).containsExactly("open", "PEER_CLOSED", "open", "frame", "SERVER_CLOSED");
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void manyFailuresAreLoggedOnce(Backend backend) throws Exception {
        Handler handler = (client, buffer, offset, length) -> {
            throw new IllegalStateException("again");
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            for (int i = 0; i < 100; i++) {
                TestClient client = server.connect().send(new byte[0]);
                client.awaitEnd();
                client.close();
            }
            server.await(Counter.CLOSED_HANDLER_FAILED, 100);
            assertThat(server.warnings()).hasSizeLessThan(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aGreetingBeforeAnyFrameAndACloseAfterItArrive(Backend backend) throws Exception {
        Handler handler = new Noting() {
            @Override
            public void onOpen(Client client) {
                client.send(MemorySegment.ofArray(new byte[] {1, 2, 3}), 0, 3);
                client.close();
                calls.add("sent: " + client.send(MemorySegment.NULL, 0, 0));
            }
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            TestClient client = server.connect();
            assertThat(client.receive()).containsExactly(1, 2, 3);
            assertThat(client.readToEnd()).isZero();
            client.close();
            server.await(Counter.CLOSED_BY_HANDLER, 1);
        }
        assertThat(calls).containsExactly("sent: false", "CLOSED_BY_HANDLER");
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void clientsBelongToTheLoopsThread(Backend backend) throws Exception {
        List<Client> clients = new CopyOnWriteArrayList<>();
        Handler handler = new Noting() {
            @Override
            public void onOpen(Client client) {
                clients.add(client);
            }
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            TestClient client = server.connect();
            server.await(() -> clients.size() == 1, "a client");
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> clients.get(0).send(MemorySegment.NULL, 0, 0))
                    .withMessageContaining("Server.execute");
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> clients.get(0).close());
            MemorySegment five = MemorySegment.ofArray(new byte[] {5});
            assertThat(server.onLoop(() -> clients.get(0).send(five, 0, 1))).isTrue();
            assertThat(client.receive()).containsExactly(5);
            assertThat(server.onLoop(() -> Thread.currentThread().getName())).isEqualTo("pollux-loop");
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPayloadOutsideItsBufferIsRefused(Backend backend) {
        List<Client> clients = new CopyOnWriteArrayList<>();
        Handler handler = new Noting() {
            @Override
            public void onOpen(Client client) {
                clients.add(client);
            }
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            server.connect();
            server.await(() -> clients.size() == 1, "a client");
            MemorySegment ten = MemorySegment.ofArray(new byte[10]);
            long[][] ranges = {{0, 11}, {10, 1}, {-1, 5}, {0, -1}, {5, Long.MAX_VALUE}, {Long.MAX_VALUE, 5}};
            for (long[] range : ranges) {
                server.onLoop(() -> assertThatExceptionOfType(IndexOutOfBoundsException.class)
                        .isThrownBy(() -> clients.get(0).send(ten, range[0], range[1])));
            }
            assertThat(server.count(Counter.FRAMES_SENT)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aClientCarriesWhatTheHandlerGivesIt(Backend backend) throws Exception {
        Handler handler = new Noting() {
            @Override
            public void onOpen(Client client) {
                assertThat(client.state()).isNull();
                client.state(new ArrayList<Long>());
            }

            @Override
            @SuppressWarnings("unchecked")
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                ((List<Long>) client.state()).add(length);
            }

            @Override
            public void onClose(Client client, CloseReason reason) {
                calls.add(client.address() + " " + client.state());
            }
        };
        String address;
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            TestClient client = server.connect().send(new byte[3]).send(new byte[0]).finish();
            address = "127.0.0.1:" + client.socket.getLocalPort();
            client.readToEnd();
            server.await(Counter.CLOSED_BY_PEER, 1);
        }
        assertThat(calls).containsExactly(address + " [3, 0]");
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aTaskThatFailsIsLoggedAndTheNextOnesRun(Backend backend) throws Exception {
        try (TestServer server = TestServer.echo(backend).expectErrors()) {
            server.server.execute(() -> {
                throw new IllegalStateException("task");
            });
            server.server.execute(() -> {
                throw new AssertionError("task");
            });
            server.settle();
            assertThat(server.log.errors()).as("the second is held back").hasSize(1);
            assertThat(server.connect().echo(new byte[] {1})).containsExactly(1);
        }
    }

    /** Everybody gets everything: as a chat does. */
    private static final class Broadcast implements Handler {
        final List<Client> clients = new ArrayList<>(); // The loop's.

        @Override
        public void onOpen(Client client) {
            clients.add(client);
        }

        @Override
        public void onFrame(Client from, MemorySegment buffer, long offset, long length) {
            for (Client client : clients) {
                client.send(buffer, offset, length);
            }
        }

        @Override
        public void onClose(Client client, CloseReason reason) {
            clients.remove(client);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whatIsSentToOthersArrivesInOrder(Backend backend) throws Exception {
        try (TestServer server = new TestServer(TestServer.options(backend), new Broadcast())) {
            List<TestClient> clients = List.of(server.connect(), server.connect(), server.connect());
            server.await(Counter.CLIENTS_OPEN, 3);
            for (int i = 0; i < 200; i++) {
                clients.get(i % 3).send(TestClient.payload(i, i));
                for (TestClient client : clients) {
                    assertThat(client.receive()).isEqualTo(TestClient.payload(i, i));
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aSlowReceiverIsClosedByItsOwnLimitAndSlowsNobody(Backend backend) throws Exception {
        try (TestServer server = new TestServer(TestServer.options(backend), new Broadcast())) {
            TestClient slow = server.connect(4096);
            TestClient sender = server.connect();
            TestClient listener = server.connect();
            server.await(Counter.CLIENTS_OPEN, 3);
            byte[] payload = TestClient.payload(4000, 1);
            for (int i = 0; server.count(Counter.CLOSED_UNSENT_LIMIT) == 0; i++) {
                assertThat(i).as("frames that the kernel keeps for one who does not read").isLessThan(10_000);
                assertThat(sender.echo(payload)).isEqualTo(payload);
                assertThat(listener.receive()).isEqualTo(payload);
            }
            assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(2);
            assertThat(server.count(Counter.OFF_HEAP_BYTES_MOST))
                    .isLessThanOrEqualTo((256 << 10) + Outbound.mostBytes(256 << 10));
            slow.reset();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void closingAnotherClientFromACallbackDeliversWhatItWasSent(Backend backend) throws Exception {
        Broadcast handler = new Broadcast();
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            TestClient one = server.connect();
            TestClient two = server.connect();
            server.await(Counter.CLIENTS_OPEN, 2);
            server.onLoop(() -> {
                MemorySegment bye = MemorySegment.ofArray(new byte[] {66});
                handler.clients.forEach(client -> client.send(bye, 0, 1));
                List.copyOf(handler.clients).forEach(Client::close);
                return null;
            });
            for (TestClient client : List.of(one, two)) {
                assertThat(client.receive()).containsExactly(66);
                assertThat(client.readToEnd()).isZero();
                client.close();
            }
            server.await(Counter.CLOSED_BY_HANDLER, 2);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void thePayloadIsLentAndReadableUntilTheCallbackReturns(Backend backend) throws Exception {
        Handler handler = (client, buffer, offset, length) -> {
            client.send(MemorySegment.ofArray(new byte[5000]), 0, 5000); // Replies must not run over it.
            if (buffer.get(ValueLayout.JAVA_BYTE, offset) == 1) {
                client.close();
            }
            calls.add(String.valueOf(buffer.get(ValueLayout.JAVA_BYTE, offset + length - 1)));
        };
        ServerOptions options = TestServer.options(backend).bufferSize(1 << 20);
        try (TestServer server = new TestServer(options, handler)) {
            byte[] large = new byte[200_000]; // Continued in place: its memory is the client's.
            large[0] = 1;
            large[large.length - 1] = 99;
            TestClient client = server.connect().send(large);
            assertThat(client.receive()).hasSize(5000);
            assertThat(client.readToEnd()).isZero();
        }
        assertThat(calls).containsExactly("99");
    }

    /** With checks on, as in this JVM: whoever keeps a slice finds out in his own tests. */
    @ParameterizedTest
    @EnumSource(Backend.class)
    void aPayloadThatIsKeptIsOverwritten(Backend backend) throws Exception {
        List<MemorySegment> kept = new ArrayList<>();
        Handler handler = (client, buffer, offset, length) -> {
            kept.add(buffer.asSlice(offset, length));
            client.send(buffer, offset, length);
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            assertThat(server.connect().echo(new byte[] {1, 2})).containsExactly(1, 2);
            byte[] later = server.onLoop(() -> kept.getFirst().toArray(ValueLayout.JAVA_BYTE));
            assertThat(later).containsExactly((byte) 0xDD, (byte) 0xDD);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void theKernelsViewOfAConnectionEndsWithItsDescriptor(Backend backend) throws Exception {
        List<Client> seen = new CopyOnWriteArrayList<>();
        Handler handler = new Noting() {
            @Override
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                calls.add("resent " + client.tcpInfo().orElseThrow().resentSegments());
                seen.add(client);
                super.onFrame(client, buffer, offset, length);
            }

            @Override
            public void onClose(Client client, CloseReason reason) {
                calls.add("known " + client.tcpInfo().isPresent());
            }
        };
        try (TestServer server = new TestServer(TestServer.options(backend), handler)) {
            server.connect().echo(new byte[] {1});
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> seen.getFirst().tcpInfo());
        }
        assertThat(calls).containsExactly("open", "resent 0", "frame", "known false");
    }
}
