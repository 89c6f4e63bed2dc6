package dev.pollux.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class TcpInfoTest {
    private static final int INITIAL_WINDOW = 10; // RFC 6928, and Linux since 2.6.39.
    private static final int MOST_MICROS = 10_000_000;

    private final Sockets sockets = new Sockets();
    private final Posix posix = sockets.posix();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void aConnectionOnThisMachineHasAShortRoundTripAndNothingLost() {
        Sockets.Pair pair = sockets.tcpPair();
        sockets.write(pair.near(), 100);
        sockets.waitFor(pair.far());
        sockets.read(pair.far(), 100);
        TcpInfo info = TcpInfo.of(posix, pair.near());
        assertThat(info.roundTripMicros()).isBetween(1L, (long) MOST_MICROS);
        assertThat(info.roundTripVarianceMicros()).isBetween(1L, (long) MOST_MICROS);
        assertThat(info.congestionWindowSegments()).isGreaterThanOrEqualTo(INITIAL_WINDOW);
        assertThat(info.lostSegments()).isZero();
        assertThat(info.resentSegments()).isZero();
    }

    /** A listener with room for one lets the next SYN fall, and TCP sends it again after a second. */
    @Test
    void aConnectionThatNobodyTakesHasItsSynUnacknowledgedAndSendsItAgain() {
        int listener = sockets.bound("127.0.0.1");
        PosixException.check(posix.listen(listener, 0), "listen");
        sockets.connect(listener);
        sockets.waitFor(listener);
        int waiting = sockets.connect(listener);
        TcpInfo before = TcpInfo.of(posix, waiting);
        assertThat(before.roundTripMicros()).isZero();
        assertThat(before.unackedSegments()).isEqualTo(1);
        assertThat(before.resentSegments()).isZero();
        MemorySegment entries = sockets.entries(waiting);
        for (int i = 0; i < 200 && TcpInfo.of(posix, waiting).resentSegments() == 0; i++) {
            posix.poll(entries, 0, 1, 50);
        }
        TcpInfo info = TcpInfo.of(posix, waiting);
        assertThat(info.resentSegments()).isEqualTo(1);
        assertThat(info.congestionWindowSegments()).as("after a loss").isEqualTo(1);
    }

    @Test
    void aSocketOfAnotherFamilyIsRefused() {
        int fd = sockets.unixPair().near();
        assertThatExceptionOfType(PosixException.class).isThrownBy(() -> TcpInfo.of(posix, fd))
                .withMessage("getsockopt TCP_INFO of descriptor " + fd
                        + ": EOPNOTSUPP (Operation not supported)");
    }
}
