package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.cli.PolluxProcess.Server;
import java.io.BufferedReader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sends ICMP errors about a peer's own connection. The kernel returns them from read(2) when it gives up on
 * the peer, as errnos that read(2)'s man page does not list.
 */
@Timeout(60)
class IcmpErrorTest {
    private static final String PROTOCOL_UNREACHABLE = "2"; // ENOPROTOOPT
    private static final String SOURCE_ROUTE_FAILED = "5"; // EOPNOTSUPP
    private static final int PEERS = 2;

    @Test
    void serverOutlivesPeersThatEndWithUnlistedErrnos() throws Exception {
        NetworkNamespace.assumeRuns(IcmpErrorTest.class, "python3", "--version");
        try (NetworkNamespace net = NetworkNamespace.assumeOne(IcmpErrorTest.class)) {
            net.assumeRuns("ip", "tuntap", "add", "dev", "tun0", "mode", "tun");
            net.run("ip", "address", "add", "10.9.0.1/24", "dev", "tun0");
            net.run("ip", "link", "set", "tun0", "up");
            // The kernel gives up after 3 s then, and not after a quarter of an hour.
            net.run("sh", "-c", "echo 2 > /proc/sys/net/ipv4/tcp_retries2");
            // Without a write timeout there is no TCP_USER_TIMEOUT, which would come before tcp_retries2.
            try (Server server = PolluxProcess.setup().through(net.command()).serve("--host", "10.9.0.1",
                    "--write-timeout", "0", "--log-level", "debug")) {
                Process peers = net.start("python3", "src/test/peers/icmp_peer.py", "tun0", "10.9.0.1",
                        Integer.toString(server.address().port()), "10.9.0.2", PROTOCOL_UNREACHABLE,
                        SOURCE_ROUTE_FAILED);
                try {
                    BufferedReader said = peers.inputReader();
                    assertThat(said.readLine()).isEqualTo("sent");
                    awaitCloses(server);
                    peers.getOutputStream().write('\n');
                    peers.getOutputStream().flush();
                    assertThat(said.readLine()).as("the bystander, and a newcomer").isEqualTo("served");
                    assertThat(server.process().process().isAlive()).isTrue();
                } finally {
                    peers.destroyForcibly().waitFor();
                }
            }
        }
    }

    private static void awaitCloses(Server server) throws Exception {
        for (int i = 0; i < 100; i++) {
            String log = server.process().stderr();
            assertThat(server.process().process().isAlive()).as(log).isTrue();
            if (log.lines().filter(line -> line.matches(".* 10\\.9\\.0\\.2:\\d+ .* closed: .*")).count()
                    == PEERS) {
                return;
            }
            assertThat(new CountDownLatch(1).await(100, TimeUnit.MILLISECONDS)).isFalse();
        }
        throw new AssertionError("not closed within 10 s: " + server.process().stderr());
    }
}
