package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StderrLoggerTest {
    private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
    private final StderrLog log = new StderrLog(stderr);
    private final StderrLogger logger = new StderrLogger(log, "dev.pollux.server");

    private String written() {
        log.flush();
        return stderr.toString(StandardCharsets.UTF_8);
    }

    @Test
    void lineSaysTimeLevelSourceAndMessage() {
        logger.log(Level.INFO, "hello");
        assertThat(written())
                .matches("20\\d\\d-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO server: hello\n");
    }

    @ParameterizedTest
    @CsvSource({"0,1970-01-01T00:00:00.000Z", "1767225600123,2026-01-01T00:00:00.123Z",
        "1772323199999,2026-02-28T23:59:59.999Z"})
    void timeIsTheSameAsJavasOwn(long epochMillis, String said) {
        StringBuilder line = new StringBuilder();
        StderrLog.appendTime(line, epochMillis);
        assertThat(line).hasToString(said);
        assertThat(Instant.parse(said).toEpochMilli()).isEqualTo(epochMillis);
    }

    @Test
    void lineBelowTheLevelIsNotMade() {
        log.level(Level.WARNING);
        logger.log(Level.INFO, () -> {
            throw new AssertionError("made for nothing");
        });
        logger.log(Level.WARNING, () -> "seen");
        assertThat(written()).endsWith(" WARNING server: seen\n").containsOnlyOnce("\n");
    }

    @Test
    void offIsSilent() {
        log.level(Level.OFF);
        logger.log(Level.ERROR, "unheard");
        assertThat(written()).isEmpty();
    }

    @Test
    void exceptionComesWithItsTrace() {
        logger.log(Level.ERROR, "failed", new IllegalStateException("why"));
        assertThat(written()).contains("ERROR server: failed\njava.lang.IllegalStateException: why\n\tat ");
    }

    @Test
    void parametersAreFilledIn() {
        logger.log(Level.INFO, "{0} of {1}", 1, 2);
        logger.log(Level.INFO, "{as it is}", (Object[]) null);
        assertThat(written()).contains("server: 1 of 2\n").contains("server: {as it is}\n");
    }

    @Test
    void loggersOfTheJdkSayNothingBelowWarning() {
        log.level(Level.TRACE);
        StderrLogger jdk = new StderrLogger(log, "java.lang.Runtime");
        assertThat(jdk.isLoggable(Level.INFO)).isFalse();
        assertThat(jdk.isLoggable(Level.WARNING)).isTrue();
        assertThat(logger.isLoggable(Level.TRACE)).isTrue();
    }
}
