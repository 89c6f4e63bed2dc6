package dev.pollux.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each server that is measured does what it is measured for. */
class PeerServersTest {
    private static final int MAX_PAYLOAD = 4092;
    /** Payloads with which a prefix straddles the end of the tutorial's own buffer, and the limits. */
    private static final int[] TRAPS = {0, 1, 19, 42, 85, 174, MAX_PAYLOAD - 1, MAX_PAYLOAD};
    private static final int PATIENCE_MILLIS = 10_000;

    private static Workshop workshop;

    @BeforeAll
    static void open() throws IOException {
        workshop = new Workshop();
    }

    @AfterAll
    static void close() {
        workshop.close();
    }

    static List<Peer> peers() {
        return Peer.all();
    }

    @ParameterizedTest
    @MethodSource("peers")
    void framesComeBackHoweverTheyAreCut(Peer peer) throws Exception {
        try (ServerProcess server = start(peer); Socket client = connect(server)) {
            Random random = new Random(peer.name().hashCode());
            byte[] frames = frames(random);
            int[] cuts = random.ints(0, frames.length).limit(600).sorted().toArray();
            assertThat(echo(client, frames, cuts)).isEqualTo(frames);
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void prefixesMayArriveByteByByte(Peer peer) throws Exception {
        try (ServerProcess server = start(peer); Socket client = connect(server)) {
            byte[] frames = frame(new Random(1), 3);
            for (int i = 0; i < 3; i++) {
                int[] cuts = {1, 2, 3, 4, 5, 6};
                assertThat(echo(client, frames, cuts)).isEqualTo(frames);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("peers")
    void frameBeyondTheLimitEndsItsConnectionOnly(Peer peer) throws Exception {
        try (ServerProcess server = start(peer);
                Socket bad = connect(server);
                Socket good = connect(server)) {
            bad.getOutputStream().write(new byte[] {-4, -1, -1, -1, 0}); // With 4 added it wraps round to 0.
            assertThat(endOf(bad)).isTrue();
            byte[] frame = frame(new Random(2), 60);
            assertThat(echo(good, frame, new int[0])).isEqualTo(frame);
        }
    }

    private static ServerProcess start(Peer peer) throws IOException, InterruptedException {
        assumeTrue(peer.program() == null || Workshop.hasCompiler(), "there is no C compiler");
        try {
            return ServerProcess.start(workshop, peer, List.of(Peer.USUAL_HEAP), -1);
        } catch (IOException e) {
            assumeTrue(!peer.name().equals("netty-io_uring"), "no io_uring here: " + e.getMessage());
            throw e;
        }
    }

    private static Socket connect(ServerProcess server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private static byte[] frames(Random random) {
        ByteBuffer all = ByteBuffer.allocate(1 << 20);
        for (int trap : TRAPS) {
            for (int i = 0; i < 20; i++) {
                all.put(frame(random, trap));
            }
        }
        for (int i = 0; i < 100; i++) {
            all.put(frame(random, random.nextInt(MAX_PAYLOAD + 1)));
        }
        return Arrays.copyOf(all.array(), all.position());
    }

    private static byte[] frame(Random random, int payload) {
        byte[] noise = new byte[payload];
        random.nextBytes(noise);
        ByteBuffer frame = ByteBuffer.allocate(4 + payload).order(ByteOrder.LITTLE_ENDIAN);
        return frame.putInt(payload).put(noise).array();
    }

    /** Writes the bytes in pieces, from another thread, so that neither side has to wait for room. */
    private static byte[] echo(Socket client, byte[] bytes, int[] cuts) throws Exception {
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            try {
                int from = 0;
                for (int cut : cuts) {
                    client.getOutputStream().write(bytes, from, cut - from);
                    from = cut;
                }
                client.getOutputStream().write(bytes, from, bytes.length - from);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        byte[] back = client.getInputStream().readNBytes(bytes.length);
        writer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        return back;
    }

    private static boolean endOf(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (SocketException e) {
            return true; // A reset is an end as well.
        }
    }
}
