package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
    private static final List<String> KNOWN =
            List.of("--host", "--port", "--poller", "--max-clients", "--idle-timeout", "-h");

    @ParameterizedTest
    @CsvSource({"--prot,--port", "--por,--port", "--ports,--port", "-port,--port", "port,--port",
        "--PORT,--port", "--max_clients,--max-clients", "--maxclients,--max-clients",
        "--clients,--max-clients", "--hots,--host"})
    void mistypedWordIsFound(String typed, String meant) {
        assertThat(Nearest.of(typed, KNOWN)).isEqualTo(meant);
    }

    @ParameterizedTest
    @CsvSource({"--verbose", "--x", "-x", "--", "1", "--color"})
    void otherWordIsNot(String typed) {
        assertThat(Nearest.question(typed, KNOWN)).isEmpty();
    }

    @Test
    void veryLongWordTakesNoTime() {
        assertThat(Nearest.of("x".repeat(1_000_000), KNOWN)).isNull();
    }
}
