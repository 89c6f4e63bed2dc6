package dev.pollux.server;

import static org.assertj.core.api.Assertions.fail;

import dev.pollux.poller.Backend;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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

    /**
     * In JVMs of their own, so that nobody else's use of the classes spoils what is compiled. One of three
     * must do: in about one of twenty the compiler leaves a slice of 40 bytes in some call for good, often
     * the one that the JDK itself takes of the errno segment (SharedUtils.checkCaptureSegment). Whatever we
     * allocate shows in all of them.
     */
    private static void assertAllocateNothing(Backend backend, int echoes) throws IOException {
        List<String> bytes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (OwnJvm jvm = OwnJvm.start("allocations", backend.name(), String.valueOf(echoes))) {
                long byDefault = Long.parseLong(jvm.line());
                long withEveryTimeout = Long.parseLong(jvm.line());
                // Less than a byte for each echo: what a late compilation costs.
                if (byDefault < echoes && withEveryTimeout < echoes) {
                    return;
                }
                bytes.add(byDefault + ", with every time-out " + withEveryTimeout);
            }
        }
        fail("bytes for " + echoes + " echoes: " + bytes);
    }
}
