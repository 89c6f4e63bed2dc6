package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many clients: at once, one after the other, and more than there is room for. */
@Timeout(60)
class CrowdContractTest {

    /** As many as wished, or as the descriptor limit allows with both ends in this process: then it says so. */
    private static int allowed(int wished) {
        int room = DescriptorLimits.here() / 2 - 200;
        if (room < wished) {
            System.out.println("CrowdContractTest: only " + room + " of " + wished + " clients, for the descriptor limit");
        }
        return Math.min(room, wished);
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void fourThousandClientsInOneBurstAreAllEchoed(Backend backend) throws Exception {
        int count = allowed(4000);
        List<SocketChannel> channels = new ArrayList<>();
        try (TestServer server = TestServer.echo(backend)) {
            try {
                for (int i = 0; i < count; i++) {
                    SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", server.port()));
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

    @ParameterizedTest
    @EnumSource(Backend.class)
    void twentyThousandConnectsAndClosesLeaveNothing(Backend backend) throws Exception {
        int rounds = 20_000;
        SocketAddress any = SocketAddress.of("0.0.0.0", 0);
        try (TestServer server = new TestServer(TestServer.options(backend).address(any), TestServer.ECHO)) {
            for (int i = 0; i < rounds; i++) {
                // Several addresses, and every other end a reset: else the ports that wait in TIME_WAIT run out.
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

    @ParameterizedTest
    @ValueSource(ints = {1, 5})
    void theAcceptBudgetBoundsTheAcceptsOfOneIteration(int budget) {
        for (Backend backend : Backend.values()) {
            try (TestServer server = new TestServer(TestServer.options(backend).acceptBudget(budget), TestServer.ECHO)) {
                long[] before = server.onLoop(() -> {
                    for (int i = 0; i < 20; i++) {
                        server.connect();
                    }
                    return new long[] {server.count(Counter.ACCEPTS_MADE), server.count(Counter.ITERATIONS_MADE)};
                });
                server.await(Counter.CLIENTS_ACCEPTED, 20);
                long accepts = server.count(Counter.ACCEPTS_MADE) - before[0];
                long iterations = server.count(Counter.ITERATIONS_MADE) - before[1] + 1; // The one of the task, too.
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
