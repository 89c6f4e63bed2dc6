package dev.pollux.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PosixExceptionTest {
    private static final int IN_USE = -Errno.EADDRINUSE.number;

    @Test
    void messageNamesCallAndErrno() {
        PosixException failure = new PosixException("bind 127.0.0.1:5882", IN_USE);
        assertThat(failure).hasMessage("bind 127.0.0.1:5882: EADDRINUSE (Address already in use)");
        assertThat(failure.errno()).isEqualTo(Errno.EADDRINUSE.number);
    }

    @Test
    void adviceFollowsASemicolon() {
        assertThat(new PosixException("bind", IN_USE, "is another server running?"))
                .hasMessage("bind: EADDRINUSE (Address already in use); is another server running?");
    }

    @Test
    void checkHandsOnWhatDidNotFail() {
        assertThat(PosixException.check(0, "poll")).isZero();
        assertThat(PosixException.check(Integer.MAX_VALUE, "poll")).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void checkThrowsForAnErrno() {
        assertThatThrownBy(() -> PosixException.check(-Errno.EBADF.number, "poll"))
                .isInstanceOf(PosixException.class).hasMessage("poll: EBADF (Bad file descriptor)");
    }
}
