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
    void controlCharactersNeverReachTheTerminal() {
        String evil = "a\u001b[31m\r\u0007\u007f\u0085\u009b\u202e\u2028\u2029\u200b"
                + "\ud800b\ud83d\ude00é\n\tc";
        logger.log(Level.INFO, evil);
        logger.log(Level.INFO, "{0}", evil);
        logger.log(Level.INFO, (Object) evil);
        logger.log(Level.ERROR, "failed", new IllegalStateException(evil));
        new StderrLogger(log, evil).log(Level.ERROR, "source");
        log.print(evil);
        assertThat(written().lines()).hasSizeGreaterThan(6).allMatch(line -> line.codePoints().noneMatch(c ->
                c != '\t' && (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT
                        || Character.getType(c) == Character.SURROGATE || c == 0x2028 || c == 0x2029)));
        assertThat(written()).contains("INFO server: a\\u001b[31m\\r").contains("b\ud83d\ude00é\n\tc\n")
                .contains("IllegalStateException: a\\u001b[31m");
    }

    /** Throws from all that a logger may call. */
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException();
        }

        @Override
        public String toString() {
            throw new IllegalStateException();
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException();
        }
    }

    @Test
    void whatThrowsWhenItIsPrintedDoesNotReachTheCaller() {
        Hostile hostile = new Hostile();
        logger.log(Level.ERROR, "one", hostile);
        logger.log(Level.ERROR, "two {0}, {1}", hostile, 2);
        logger.log(Level.ERROR, hostile);
        logger.log(Level.ERROR, "three", new IllegalStateException("outside", hostile));
        logger.log(Level.ERROR, "{0", "four");
        logger.log(Level.ERROR, (String) null);
        assertThat(written()).contains(
                "ERROR server: one\n" + Hostile.class.getName() + " (its getMessage throws")
                .contains("two {0}, {1} (cannot be formatted")
                .contains("Caused by: " + Hostile.class.getName())
                .contains("{0 (cannot be formatted");
    }

    @Test
    void causesInACircleEnd() {
        IllegalStateException inner = new IllegalStateException("inner");
        IllegalStateException outer = new IllegalStateException("outer", inner);
        inner.initCause(outer);
        logger.log(Level.ERROR, "circle", outer);
        assertThat(Mistakes.line(outer)).isNull();
        assertThat(written()).containsOnlyOnce("Caused by: java.lang.IllegalStateException: inner");
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
