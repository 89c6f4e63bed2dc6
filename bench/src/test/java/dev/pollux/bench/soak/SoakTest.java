package dev.pollux.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bench.harness.JsonReader;
import dev.pollux.poller.Backend;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** All of it for a few seconds. */
@Timeout(120)
class SoakTest {
    @TempDir
    private Path directory;

    @Test
    void aFewSecondsLeaveTheServerAsItWasInTheBeginning() throws Exception {
        List<Backend> backends = List.of(Backend.EPOLL, Backend.POLL_GENERATIONS);
        Arguments arguments = new Arguments(5, 42, backends, Set.of(), 40, directory, "soak-test");
        List<Share> shares = Soak.run(arguments, "as a test");
        assertThat(shares).extracting(Share::backend).isEqualTo(backends);
        for (Share share : shares) {
            assertThat(share.faults()).as(share.backend().toString()).isEmpty();
            assertThat(share.end().accepted()).isGreaterThan(100);
            assertThat(share.lives().get(Behaviour.CHURN)).isPositive();
            assertThat(share.lives().get(Behaviour.RESET)).isPositive();
            assertThat(share.end().counter("closed_frame_too_long")).isPositive();
            assertThat(share.checkedBytes()).isGreaterThan(1_000_000);
            assertThat(share.samples()).hasSizeGreaterThan(10);
        }
        assertThat(shares).extracting(Share::hit).containsOnly(0L);
        assertThat(Files.readString(directory.resolve("soak-test.svg"))).contains("</svg");
        assertThat(Files.readString(directory.resolve("soak-test.md")))
                .contains("| poll-generations |", "as in the beginning", "(soak-test.svg)");
        String json = Files.readString(directory.resolve("soak-test.json"));
        assertThat((List<?>) JsonReader.readObject(json).get("turns")).hasSize(2);
    }

    @Test
    void troubleOfTheServersOwnCostsOnlyWhomItHits() throws Exception {
        List<Backend> backends = List.of(Backend.EPOLL, Backend.POLL_GENERATIONS);
        Arguments arguments = new Arguments(18, 43, backends, EnumSet.allOf(Trouble.class), 40, directory,
                "soak-trouble");
        for (Share share : Soak.run(arguments, "as a test")) {
            assertThat(share.faults()).as(share.backend().toString()).isEmpty();
            assertThat(share.hit()).isPositive();
            assertThat(share.end().counter("calls_failed")).isPositive();
            assertThat(share.end().counter("closed_handler_failed")).isPositive();
        }
        assertThat(Files.readString(directory.resolve("soak-trouble.md")))
                .contains("troubles of the server: stops,handler,errnos,memory");
    }
}
