package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.cli.PolluxProcess.Server;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connects two network namespaces that have no addresses but link-local ones. */
@Timeout(60)
class LinkLocalTest {
    @Test
    void serverAndClientUseLinkLocalAddresses() throws Exception {
        assumeTrue(Files.exists(Path.of("/proc/net/if_inet6")), "this machine has no IPv6");
        try (NetworkNamespace near = NetworkNamespace.assumeOne(LinkLocalTest.class);
                NetworkNamespace far = NetworkNamespace.assumeOne(LinkLocalTest.class)) {
            near.connect(far, "fe80::1:1/64", "fe80::1:2/64");
            near.awaitAddress("fe80::1:1");
            far.awaitAddress("fe80::1:2");
            try (Server server = PolluxProcess.setup().through(near.command())
                    .serve("--host", "fe80::1:1%near", "--log-level", "debug")) {
                assertThat(server.address().toString()).matches("\\[fe80::1:1%[0-9]+]:[0-9]+");
                try (PolluxProcess client = PolluxProcess.setup().through(far.command())
                        .start("send", "[fe80::1:1%far]:" + server.address().port(), "hello")) {
                    assertThat(client.exitCode()).as(client.stderr()).isZero();
                    assertThat(client.stdout().readLine()).isEqualTo("hello");
                }
                assertThat(server.process().stderr())
                        .containsPattern(" \\[fe80::[0-9a-f:]+%[0-9]+]:[0-9]+ .* opened");
            }
        }
    }
}
