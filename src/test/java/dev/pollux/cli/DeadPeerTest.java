package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.cli.PolluxProcess.Server;
import java.io.BufferedReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Cuts a peer's network off, in two namespaces with a cable between them: the server's neighbour entry
 * becomes one of a machine that is not there, so that nothing reaches the peer.
 */
@Timeout(60)
@Tag("acceptance")
class DeadPeerTest {
    private static final String SERVER = "10.9.1.1";
    private static final String PEER = "10.9.1.2";

    /** Opens two connections with an echo on each, and sends one more frame on the first for each input. */
    static final class Peer {
        private Peer() {
        }

        public static void main(String[] args) throws Exception {
            InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
            try (Socket owed = new Socket(); Socket idle = new Socket()) {
                owed.connect(server, 10_000);
                idle.connect(server, 10_000);
                Frames.echo(owed, "here");
                Frames.echo(idle, "here");
                System.out.println(owed.getLocalPort() + " " + idle.getLocalPort());
                while (System.in.read() >= 0) {
                    Frames.write(owed, "this arrives, and its echo does not");
                }
            }
        }
    }

    @Test
    void peerThatNothingReachesIsClosedWhenKeepaliveGivesUp() throws Exception {
        // 2 s, and six probes of 1 s each.
        assertClosed(7_000, 11_000, 7_000, 11_000, "--keepalive", "2s", "--write-timeout", "1s");
    }

    @Test
    void peerThatIsOwedBytesHasAtLeastTheWriteTimeout() throws Exception {
        assertClosed(10_000, 14_000, 0, 14_000, "--keepalive", "1s", "--write-timeout", "10s");
    }

    @Test
    void peerThatIsOwedBytesIsClosedAfterTheWriteTimeoutEvenWithoutKeepalive() throws Exception {
        assertClosed(3_000, 6_000, 0, Integer.MAX_VALUE, "--keepalive", "0", "--write-timeout", "3s");
    }

    /** Takes the milliseconds between which the connection that is owed bytes is closed, and the idle one. */
    private static void assertClosed(int owedFrom, int owedTo, int idleFrom, int idleTo, String... flags)
            throws Exception {
        try (NetworkNamespace near = NetworkNamespace.assumeOne(DeadPeerTest.class);
                NetworkNamespace far = NetworkNamespace.assumeOne(DeadPeerTest.class)) {
            near.connect(far, SERVER + "/24", PEER + "/24");
            String[] all = Stream.concat(Stream.of("--host", SERVER, "--log-level", "debug"),
                    Stream.of(flags)).toArray(String[]::new);
            try (Server server = PolluxProcess.setup().through(near.command()).serve(all)) {
                Process peer = far.start(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp", "target/test-classes", Peer.class.getName(), SERVER,
                        Integer.toString(server.address().port()));
                try {
                    BufferedReader said = peer.inputReader();
                    String[] ports = said.readLine().split(" ");
                    near.run("ip", "neighbour", "replace", PEER, "lladdr", "02:00:00:00:00:99", "dev", "near",
                            "nud", "permanent");
                    long since = System.nanoTime();
                    peer.getOutputStream().write('\n');
                    peer.getOutputStream().flush();
                    awaitClosed(server, since, ports[0], owedFrom, owedTo);
                    if (idleTo < Integer.MAX_VALUE) {
                        awaitClosed(server, since, ports[1], idleFrom, idleTo);
                    }
                } finally {
                    peer.destroyForcibly().waitFor();
                }
            }
        }
    }

    private static void awaitClosed(Server server, long since, String port, int from, int to)
            throws Exception {
        String line = "(?s).* " + PEER.replace(".", "\\.") + ":" + port + " [^\\n]* closed: .*";
        while (!server.process().stderr().matches(line)) {
            assertThat(millis(since)).as(server.process().stderr()).isLessThan(to);
            assertThat(new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS)).isFalse();
        }
        System.out.println("Port " + port + " was closed after " + millis(since) + " ms");
        assertThat(millis(since)).isGreaterThan(from);
    }

    private static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
    }
}
