package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.SocketAddress;
import java.io.FileInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many clients: at once, one after the other, and more than there is room for. */
@Timeout(60)
class CrowdContractTest {

    @ParameterizedTest
    @EnumSource(Backend.class)
    void fourThousandClientsInOneBurstAreAllEchoed(Backend backend) throws Exception {
        int count = DescriptorLimits.clients(backend, 4000);
        List<SocketChannel> channels = new ArrayList<>();
        ServerOptions options = TestServer.options(backend).maxClients(count);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            try {
                for (int i = 0; i < count; i++) {
                    InetSocketAddress address = new InetSocketAddress("127.0.0.1", server.port());
                    SocketChannel channel = SocketChannel.open(address);
                    channels.add(channel);
                    channel.write(ByteBuffer.wrap(TestClient.frame(number(i))));
                }
                ByteBuffer reply = ByteBuffer.allocate(8);
                for (int i = 0; i < count; i++) {
                    reply.clear();
                    while (reply.hasRemaining()) {
                        assertThat(channels.get(i).read(reply)).as("client %d", i).isPositive();
                    }
                    assertThat(reply.array()).isEqualTo(TestClient.frame(number(i)));
                }
                assertThat(server.count(Counter.CLIENTS_OPEN)).isEqualTo(count);
            } finally {
                for (SocketChannel channel : channels) {
                    channel.close();
                }
            }
            server.await(Counter.CLOSED_BY_PEER, count);
        }
    }

    private static byte[] number(int i) {
        return new byte[] {(byte) i, (byte) (i >> 8), (byte) (i >> 16), 1};
    }

    @Test
    void twentyThousandConnectsAndClosesLeaveNothing() throws Exception {
        connectAndClose(new ServerOptions().backend(), 20_000);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void connectsAndClosesLeaveNothing(Backend backend) throws Exception {
        connectAndClose(backend, 2_000);
    }

    private static void connectAndClose(Backend backend, int rounds) throws Exception {
        SocketAddress any = SocketAddress.of("0.0.0.0", 0);
        try (TestServer server = new TestServer(TestServer.options(backend).address(any), TestServer.ECHO)) {
            for (int i = 0; i < rounds; i++) {
                // Several addresses, and every other end a reset: else the ports in TIME_WAIT run out.
                InetAddress host = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (1 + i % 8)});
                try (SocketChannel channel = SocketChannel.open(new InetSocketAddress(host, server.port()))) {
                    if (i % 4 == 0) {
                        channel.write(ByteBuffer.wrap(TestClient.frame(number(i))));
                    }
                    if (i % 2 == 0) {
                        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
                    }
                }
            }
            server.await(Counter.CLIENTS_ACCEPTED, rounds);
            server.await(() -> server.closes() == rounds, "all closed");
            assertThat(server.count(Counter.CLIENTS_REFUSED)).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void atTheClientLimitTheOthersWaitAndNobodyIsLost(Backend backend) throws Exception {
        try (TestServer server = new TestServer(TestServer.options(backend).maxClients(3), TestServer.ECHO)) {
            List<TestClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(server.connect().send(number(i)));
            }
            for (int i = 0; i < 20; i++) {
                TestClient client = clients.get(i);
                assertThat(client.receive()).isEqualTo(number(i));
                assertThat(server.count(Counter.CLIENTS_OPEN)).isBetween(1L, 3L);
                assertThat(server.count(Counter.CLIENTS_ACCEPTED)).isLessThanOrEqualTo(i + 3);
                client.close();
            }
            server.await(Counter.CLOSED_BY_PEER, 20);
            assertThat(server.connect().echo(number(1))).isEqualTo(number(1));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aFullServerDoesNotWakeForThoseWhoWait(Backend backend) throws Exception {
        try (TestServer server = new TestServer(TestServer.options(backend).maxClients(1), TestServer.ECHO)) {
            TestClient first = server.connect();
            assertThat(first.echo(number(1))).isEqualTo(number(1));
            server.settle();
            long iterations = server.count(Counter.ITERATIONS_MADE);
            for (int i = 0; i < 50; i++) {
                server.connect();
            }
            assertThat(server.count(Counter.ITERATIONS_MADE)).isEqualTo(iterations);
            assertThat(first.echo(number(2))).isEqualTo(number(2));
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void thoseWhoGaveUpWhileWaitingDoNotTakeAPlaceForLong(Backend backend) throws Exception {
        try (TestServer server = new TestServer(TestServer.options(backend).maxClients(1), TestServer.ECHO)) {
            TestClient first = server.connect();
            assertThat(first.echo(number(1))).isEqualTo(number(1));
            for (int i = 0; i < 10; i++) {
                TestClient impatient = server.connect();
                if (i % 2 == 0) {
                    impatient.reset();
                } else {
                    impatient.close();
                }
            }
            TestClient last = server.connect().send(number(2));
            first.close();
            assertThat(last.receive()).isEqualTo(number(2));
        }
    }

    @Test
    void clientsThatSelectCannotWatchAreRefusedAndTakeNoPlace() throws Exception {
        List<FileInputStream> held = new ArrayList<>();
        ServerOptions options = TestServer.options(Backend.SELECT).maxClients(3);
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            assertThat(server.connect().echo(number(1))).isEqualTo(number(1));
            for (int i = 0; i < Backend.SELECT.descriptorLimit(); i++) {
                held.add(new FileInputStream("/dev/null"));
            }
            for (int i = 1; i <= 5; i++) {
                server.connect().awaitEnd();
                server.await(Counter.CLIENTS_REFUSED, i);
            }
            for (FileInputStream each : held) {
                each.close();
            }
            assertThat(server.connect().echo(number(2))).isEqualTo(number(2));
            assertThat(server.connect().echo(number(3))).isEqualTo(number(3));
            assertThat(server.warnings()).filteredOn(line -> line.contains("refused")).isNotEmpty();
        }
    }

    @Test
    void clientsThatTheKernelHasNoWatchForAreRefusedAndTakeNoPlace() throws Exception {
        boolean[] exhausted = new boolean[1]; // The loop's.
        ServerOptions options = TestServer.options(Backend.EPOLL).maxClients(3)
                .posix(() -> Intercepted.call(NativePosix.confined(), "epollCtl", (arguments, kernel) ->
                        exhausted[0] ? Integer.valueOf(-Errno.ENOSPC.number) : kernel.call()));
        try (TestServer server = new TestServer(options, TestServer.ECHO)) {
            server.onLoop(() -> exhausted[0] = true);
            for (int i = 1; i <= 5; i++) {
                server.connect().awaitEnd();
            }
            server.onLoop(() -> exhausted[0] = false);
            assertThat(server.connect().echo(number(2))).isEqualTo(number(2));
            assertThat(server.count(Counter.CLIENTS_REFUSED)).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void theAcceptBudgetBoundsTheAcceptsOfOneIteration(int budget) {
        for (Backend backend : Backend.values()) {
            ServerOptions options = TestServer.options(backend).acceptBudget(budget);
            try (TestServer server = new TestServer(options, TestServer.ECHO)) {
                long[] before = server.onLoop(() -> {
                    for (int i = 0; i < 20; i++) {
                        server.connect();
                    }
                    return new long[] {server.count(Counter.ACCEPTS_MADE),
                        server.count(Counter.ITERATIONS_MADE)};
                });
                server.await(Counter.CLIENTS_ACCEPTED, 20);
                long accepts = server.count(Counter.ACCEPTS_MADE) - before[0];
                // The one of the task counts, too.
                long iterations = server.count(Counter.ITERATIONS_MADE) - before[1] + 1;
                assertThat(accepts).isBetween(20L, 21L);
                assertThat(iterations * budget).isGreaterThanOrEqualTo(20);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void byDefaultAllWhoWaitAreAcceptedInOneIteration(Backend backend) {
        try (TestServer server = TestServer.echo(backend)) {
            long iterations = server.onLoop(() -> {
                for (int i = 0; i < 20; i++) {
                    server.connect();
                }
                return server.count(Counter.ITERATIONS_MADE);
            });
            server.await(Counter.CLIENTS_ACCEPTED, 20);
            server.await(Counter.CALLS_WOULD_BLOCK, 1);
            assertThat(server.count(Counter.ITERATIONS_MADE)).isBetween(iterations, iterations + 1);
            assertThat(server.count(Counter.ACCEPTS_MADE)).isEqualTo(21);
        }
    }
}
