package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.cli.PolluxProcess.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Floods a server with default limits in 256 MiB by peers that send without a pause and read nothing. */
class MemoryGroupTest {
    private static final long GROUP_BYTES = 256 << 20;
    private static final int PEERS = 1500;
    private static final Path JAR = Path.of("target/pollux.jar");

    @Test
    @Timeout(60)
    void defaultLimitsFitIntoASmallMemoryGroup() throws Exception {
        try (MemoryGroup group = MemoryGroup.assumeOne(MemoryGroupTest.class, GROUP_BYTES)) {
            surviveFlood(group, PolluxProcess.setup(), Duration.ofSeconds(2));
        }
    }

    @Test
    @Tag("acceptance")
    @Timeout(600)
    void twentyServersInSmallMemoryGroupsSurvive() throws Exception {
        assumeTrue(Files.exists(JAR), "make build was not run");
        for (int i = 0; i < 20; i++) {
            try (MemoryGroup group = MemoryGroup.assumeOne(MemoryGroupTest.class, GROUP_BYTES)) {
                surviveFlood(group, PolluxProcess.setup().jar(JAR), Duration.ofSeconds(4));
            }
        }
    }

    /** Without the memory limit these clients would need more than the group has. */
    @Test
    @Tag("acceptance")
    @Timeout(60)
    void memoryLimitHoldsForMoreClientsThanThereIsRoomFor() throws Exception {
        try (MemoryGroup group = MemoryGroup.assumeOne(MemoryGroupTest.class, GROUP_BYTES)) {
            surviveFlood(group, PolluxProcess.setup(), Duration.ofSeconds(5), "--max-clients", "1500");
        }
    }

    /** Proves that the flood of the other tests suffices: these were the defaults once. */
    @Test
    @Tag("acceptance")
    @Timeout(60)
    void serverWithLimitsBeyondItsMemoryGroupIsKilled() throws Exception {
        try (MemoryGroup group = MemoryGroup.assumeOne(MemoryGroupTest.class, GROUP_BYTES)) {
            try (Server server = PolluxProcess.setup().through(group.command())
                    .serve("--max-clients", "4096", "--memory-limit", "1g", "--socket-buffers", "0")) {
                flood(server, Duration.ofSeconds(10));
                System.out.println("Old default: " + (group.mostBytes() >> 20) + " MiB used, and "
                        + (group.mostSocketBytes() >> 20) + " MiB of sockets apart");
                assertThat(server.process().exitCode()).isEqualTo(137);
                assertThat(group.kills()).isPositive();
            }
        }
    }

    private static void surviveFlood(MemoryGroup group, PolluxProcess.Setup setup, Duration time,
            String... flags) throws Exception {
        try (Server server = setup.through(group.command()).serve(flags)) {
            long sent = flood(server, time);
            assertThat(server.process().process().isAlive()).as("alive; exit code %s", code(server)).isTrue();
            server.process().terminate();
            assertThat(server.process().exitCode()).isZero();
            assertThat(group.kills()).as("kills").isZero();
            System.out.println("In " + (GROUP_BYTES >> 20) + " MiB: " + (sent >> 20) + " MiB sent, at most "
                    + (group.mostBytes() >> 20) + " MiB used, and " + (group.mostSocketBytes() >> 20)
                    + " MiB of sockets apart");
            assertThat(group.mostBytes() + group.mostSocketBytes()).isLessThan(GROUP_BYTES);
        }
    }

    private static String code(Server server) {
        Process process = server.process().process();
        return process.isAlive() ? "none" : Integer.toString(process.exitValue());
    }

    /** Returns the bytes that the peers sent until none could send more, or the time was over. */
    private static long flood(Server server, Duration time) throws Exception {
        List<Peer> peers = new ArrayList<>();
        try {
            for (int i = 0; i < PEERS; i++) {
                peers.add(new Peer(server.address().port()));
            }
            long sent = 0;
            int still = 0; // Rounds in a row in which no peer could send.
            long deadline = System.nanoTime() + time.toNanos();
            while (System.nanoTime() - deadline < 0 && still < 50 && server.process().process().isAlive()) {
                long now = 0;
                for (Peer peer : peers) {
                    now += peer.send();
                }
                sent += now;
                still = now == 0 ? still + 1 : 0;
                if (now == 0) {
                    assertThat(new CountDownLatch(1).await(20, TimeUnit.MILLISECONDS)).isFalse();
                }
            }
            return sent;
        } finally {
            for (Peer peer : peers) {
                peer.channel.close();
            }
        }
    }

    /** Sends frames and never reads. */
    private static final class Peer {
        private final SocketChannel channel;
        private final ByteBuffer frames = ByteBuffer.allocateDirect(16 * 4096); // The largest, 16 times.
        private boolean closed;

        Peer(int port) throws IOException {
            for (int i = 0; i < 16; i++) {
                frames.put(Frames.of(new byte[4092]));
            }
            channel = SocketChannel.open();
            channel.setOption(StandardSocketOptions.SO_SNDBUF, 64 << 10); // Or the machine runs out first.
            try {
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                channel.configureBlocking(false);
            } catch (IOException e) {
                closed = true; // The server was killed meanwhile.
            }
            frames.flip();
        }

        int send() {
            try {
                int sent = closed ? 0 : channel.write(frames);
                if (!frames.hasRemaining()) {
                    frames.rewind();
                }
                return sent;
            } catch (IOException e) {
                closed = true; // By the server, whose memory limit it reached.
                return 0;
            }
        }
    }
}
