package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.poller.Backend;
import java.io.IOException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class AllocationTest {
    @ParameterizedTest
    @EnumSource(Backend.class)
    void echoesAllocateNothingOnTheLoop(Backend backend) throws IOException {
        assertAllocateNothing(backend, backend == new ServerOptions().backend() ? 100_000 : 20_000);
    }

    /** In a JVM of its own, so that nobody else's use of the classes spoils what is compiled. */
    private static void assertAllocateNothing(Backend backend, int echoes) throws IOException {
        try (OwnJvm jvm = OwnJvm.start("allocations", backend.name(), String.valueOf(echoes))) {
            // Less than a byte for each echo: what a late compilation costs.
            assertThat(Long.parseLong(jvm.line())).as("bytes, time-outs as by default").isLessThan(echoes);
            assertThat(Long.parseLong(jvm.line())).as("bytes, with every time-out").isLessThan(echoes);
        }
    }
}
