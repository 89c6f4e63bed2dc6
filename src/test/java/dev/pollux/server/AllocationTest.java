package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.poller.Backend;
import java.io.IOException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class AllocationTest {
    private static final long NEXT_TO_NOTHING = 8 << 10; // For 100,000 echoes: what a late compilation costs.

    @ParameterizedTest
    @EnumSource(Backend.class)
    void aHundredThousandEchoesAllocateNothingOnTheLoopWithOrWithoutTimeouts(Backend backend) throws IOException {
        try (OwnJvm jvm = OwnJvm.start("allocations", backend.name())) {
            assertThat(Long.parseLong(jvm.line())).as("bytes, with time-outs as by default")
                    .isLessThan(NEXT_TO_NOTHING);
            assertThat(Long.parseLong(jvm.line())).as("bytes, with every time-out").isLessThan(NEXT_TO_NOTHING);
        }
    }
}
