package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLERR;
import static dev.pollux.bindings.linux.Libc.POLLHUP;
import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.Sockets;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is poll(2)'s own; {@link PollerContractTest} has what is every back end's. */
@Timeout(30)
class PollTest {
    private static final int CLIENTS = 100;
    private static final long TOKEN = Poller.token(FIXED_SLOTS, 1);

    private final Sockets sockets = new Sockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 41, CLIENTS - 1})
    void scanEndsAtTheLastReadyEntry(int last) {
        try (Poll poll = new Poll(sockets.posix(), CLIENTS)) {
            int[] fds = watchSilentOnes(poll);
            sockets.posix().eventfdWrite(fds[0], 1);
            sockets.posix().eventfdWrite(fds[last], 1);

            assertThat(poll.await(0)).isEqualTo(last == 0 ? 1 : 2);

            assertThat(poll.scanned()).isEqualTo(FIXED_SLOTS + last + 1);
        }
    }

    @Test
    void nothingIsScannedWhenNothingIsReady() {
        try (Poll poll = new Poll(sockets.posix(), CLIENTS)) {
            watchSilentOnes(poll);
            assertThat(poll.await(0)).isZero();
            assertThat(poll.scanned()).isZero();
        }
    }

    @Test
    void aWakeupIsFoundWithoutScanningTheClients() {
        try (Poll poll = new Poll(sockets.posix(), CLIENTS)) {
            watchSilentOnes(poll);
            poll.wakeup();
            assertThat(poll.await(0)).isZero();
            assertThat(poll.scanned()).isEqualTo(Poller.WAKEUP_SLOT + 1);
        }
    }

    private int[] watchSilentOnes(Poll poll) {
        int[] fds = new int[CLIENTS];
        for (int i = 0; i < CLIENTS; i++) {
            fds[i] = sockets.eventfd();
            poll.add(fds[i], Poller.token(FIXED_SLOTS + i, 1), Interest.READ);
        }
        return fds;
    }

    @Test
    void aDescriptorThatIsNotOpenIsOurMistakeAndNamed() {
        int never = Integer.MAX_VALUE - 1; // Above any limit, so that nobody opens it meanwhile.
        try (Poll poll = new Poll(sockets.posix(), CLIENTS)) {
            poll.add(never, TOKEN, Interest.READ);
            assertThatThrownBy(() -> poll.await(0))
                    .isInstanceOf(PosixException.class)
                    .hasMessageContainingAll("POLLNVAL", "" + never, "EBADF");
            poll.modify(TOKEN, Interest.NONE);
            assertThat(poll.await(0)).isZero();
        }
    }

    @Test
    void errorsAndHangUpsAloneAreReportedAsEverything() {
        assertReported(POLLERR(), Interest.READ | Interest.WRITE | Interest.HANGUP);
        assertReported(POLLHUP(), Interest.READ | Interest.WRITE | Interest.HANGUP);
        assertReported(POLLIN() | POLLHUP(), Interest.READ | Interest.WRITE | Interest.HANGUP);
        assertReported(POLLIN(), Interest.READ);
    }

    private void assertReported(int revents, int ready) {
        Posix kernel = Intercepted.call(sockets.posix(), "poll", (arguments, real) -> {
            pollfd.revents(pollfd.asSlice((MemorySegment) arguments[0], FIXED_SLOTS), (short) revents);
            return 1;
        });
        try (Poll poll = new Poll(kernel, CLIENTS)) {
            poll.add(sockets.eventfd(), TOKEN, Interest.READ);
            assertThat(poll.await(0)).isEqualTo(1);
            assertThat(poll.token(0)).isEqualTo(TOKEN);
            assertThat(poll.ready(0)).isEqualTo(ready);
        }
    }

    @Test
    void timeoutsBeyondAnIntAreCutAndNotWrappedRound() {
        int[] millis = new int[1];
        Posix kernel = Intercepted.call(sockets.posix(), "poll", (arguments, real) -> {
            millis[0] = (int) arguments[3];
            return -Errno.EINTR.number;
        });
        try (Poll poll = new Poll(kernel, CLIENTS)) {
            assertThat(poll.await(Long.MAX_VALUE)).isEqualTo(-Errno.EINTR.number);
            assertThat(millis[0]).isEqualTo(Integer.MAX_VALUE);
            assertThat(poll.await(1)).isEqualTo(-Errno.EINTR.number);
            assertThat(millis[0]).isEqualTo(1);
            assertThat(poll.await(0)).isEqualTo(-Errno.EINTR.number);
            assertThat(millis[0]).isZero();
            assertThat(poll.await(-1)).isEqualTo(-Errno.EINTR.number);
            assertThat(millis[0]).isEqualTo(-1);
        }
    }
}
