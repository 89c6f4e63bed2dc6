package dev.pollux.poller;

import static dev.pollux.poller.Interest.READ;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.Sockets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each back end keeps about its clients, and what it says when a call fails. */
@Timeout(30)
class PollerBooksTest {
    private final Sockets sockets = new Sockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    private void add(Poller poller, int client) {
        poller.add(sockets.eventfd(), token(client), READ);
    }

    private static long token(int client) {
        return Poller.token(FIXED_SLOTS + client, 1);
    }

    private void assertFull(Poller poller, int client) {
        int fd = sockets.eventfd();
        assertThatThrownBy(() -> poller.add(fd, token(client), READ))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("full");
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void firstSlotCountsLikeAllOthers(Backend backend) {
        try (Poller poller = backend.open(sockets.posix(), 1)) {
            add(poller, 0);
            assertFull(poller, 1);
            poller.remove(token(0));
            add(poller, 1);
            assertFull(poller, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void whoIsRemovedLeavesOnePlaceAndNoMore(Backend backend) {
        try (Poller poller = backend.open(sockets.posix(), 3)) {
            for (int round = 0; round < 5; round++) {
                add(poller, 0);
                add(poller, 1);
                add(poller, 2);
                assertFull(poller, 3);
                poller.remove(token(1));
                add(poller, 3);
                assertFull(poller, 1);
                poller.remove(token(0));
                poller.remove(token(2));
                poller.remove(token(3));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"POLL, poll, poll", "POLL_GENERATIONS, ppoll, poll", "SELECT, select, select",
        "EPOLL, epollWait, epoll_wait"})
    void waitThatFailsIsNamed(Backend backend, String method, String call) {
        Posix failing = Intercepted.call(sockets.posix(), method, (arguments, real) -> -Errno.EFAULT.number);
        try (Poller poller = backend.open(failing, 1)) {
            assertThatThrownBy(() -> poller.await(1_000_000)).isInstanceOf(PosixException.class)
                    .hasMessageStartingWith(call + ": EFAULT");
        }
    }
}
