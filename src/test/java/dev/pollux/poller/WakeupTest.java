package dev.pollux.poller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.Sockets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A wake-up whose calls fail. */
@Timeout(30)
class WakeupTest {
    private final Sockets sockets = new Sockets();
    private final Queue<Errno> failures = new ArrayDeque<>();

    @AfterEach
    void close() {
        sockets.close();
    }

    private Object next(Callable<Object> kernel, boolean isLong) throws Exception {
        Errno failure = failures.poll();
        if (failure == null) {
            return kernel.call();
        }
        if (isLong) {
            return (long) -failure.number;
        }
        return -failure.number;
    }

    /** Fails as often as it is told. */
    private Wakeup open(Errno... errnos) {
        Posix shared = Intercepted.call(sockets.posix().shareable(), "eventfdWrite",
                (arguments, kernel) -> next(kernel, false));
        Posix reading = Intercepted.call(sockets.posix(), "read", (arguments, kernel) -> next(kernel, true));
        Posix posix = Intercepted.call(reading, "shareable", (arguments, kernel) -> shared);
        Wakeup wakeup = new Wakeup(posix);
        failures.addAll(Arrays.asList(errnos));
        return wakeup;
    }

    private boolean isSignalled(Wakeup wakeup) {
        return sockets.posix().poll(sockets.entries(wakeup.fd()), 0, 1, 0) == 1;
    }

    @Test
    void signalThatIsInterruptedIsRepeated() {
        Wakeup wakeup = open(Errno.EINTR, Errno.EINTR);
        wakeup.signal();
        assertThat(isSignalled(wakeup)).isTrue();
        wakeup.drain();
        assertThat(isSignalled(wakeup)).isFalse();
        wakeup.close();
    }

    @Test
    void fullCounterIsAsGoodAsASignal() {
        Wakeup wakeup = open(Errno.EAGAIN);
        wakeup.signal();
        assertThat(failures).isEmpty();
        wakeup.close();
    }

    @Test
    void signalThatFailsSaysSoAndTheNextTriesAgain() {
        Wakeup wakeup = open(Errno.EBADF);
        assertThatThrownBy(wakeup::signal).isInstanceOf(PosixException.class)
                .hasMessageContainingAll("eventfd_write of descriptor " + wakeup.fd(), "EBADF");
        wakeup.signal();
        assertThat(isSignalled(wakeup)).isTrue();
        wakeup.close();
    }

    /** The descriptor stays ready, or there was nothing: it is only looked at too often. */
    @ParameterizedTest
    @EnumSource(names = {"EAGAIN", "EINTR"})
    void readThatFindsNothingIsNoFailure(Errno errno) {
        Wakeup wakeup = open();
        wakeup.signal();
        failures.add(errno);
        wakeup.drain();
        wakeup.drain();
        assertThat(isSignalled(wakeup)).isFalse();
        wakeup.signal();
        assertThat(isSignalled(wakeup)).isTrue();
        wakeup.close();
    }

    @Test
    void readThatFailsSaysSo() {
        Wakeup wakeup = open(Errno.EBADF);
        assertThatThrownBy(wakeup::drain).isInstanceOf(PosixException.class)
                .hasMessageContainingAll("read of descriptor " + wakeup.fd(), "an eventfd", "EBADF");
        wakeup.close();
    }
}
