package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.FD_SETSIZE;
import static dev.pollux.poller.Interest.READ;
import static dev.pollux.poller.Interest.WRITE;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static dev.pollux.poller.PollerContractTest.assertReady;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.bindings.linux.timeval;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.Sockets;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is select(2)'s own; {@link PollerContractTest} has what is every back end's. */
@Timeout(30)
class SelectTest {
    private static final int CLIENTS = 2000;
    private static final long TOKEN = Poller.token(FIXED_SLOTS, 1);

    private final Sockets sockets = new Sockets();

    @AfterEach
    void close() {
        sockets.close();
    }

    @Test
    void descriptorsThatDoNotFitAreRefusedAndTheOthersWork() {
        try (Select select = new Select(sockets.posix(), CLIENTS)) {
            List<Integer> fds = new ArrayList<>();
            do {
                fds.add(sockets.eventfd()); // The lowest free number each time, so that none is left out.
            } while (fds.getLast() < FD_SETSIZE());
            Map<Long, Integer> writable = new HashMap<>();
            for (int fd : fds.subList(0, fds.size() - 1)) {
                long token = Poller.token(FIXED_SLOTS + fd, fd);
                select.add(fd, token, WRITE);
                writable.put(token, WRITE);
            }
            long token = Poller.token(FIXED_SLOTS + FD_SETSIZE(), 0);
            assertThatThrownBy(() -> select.add(FD_SETSIZE(), token, READ)).isInstanceOf(PosixException.class)
                    .hasMessageContainingAll("select", "descriptor 1024", "below 1024 only", "--poller");
            assertThat(writable).containsKey(Poller.token(FIXED_SLOTS + FD_SETSIZE() - 1, FD_SETSIZE() - 1));
            assertReady(select, writable);
            writable.keySet().forEach(select::remove);
            assertReady(select, Map.of());
        }
    }

    @Test
    void aSetThatCannotTakeTheWakeupLeavesNoDescriptorOpen() {
        List<Object> closed = new ArrayList<>();
        Posix many = Intercepted.call(sockets.posix(), "eventfd", (arguments, real) -> FD_SETSIZE());
        Posix kernel = Intercepted.call(many, "close", (arguments, real) -> {
            closed.add(arguments[0]);
            return 0;
        });
        assertThatThrownBy(() -> Backend.SELECT.open(kernel, 1)).isInstanceOf(PosixException.class)
                .hasMessageContaining("descriptor 1024");
        assertThat(closed).containsExactly(FD_SETSIZE());
    }

    /** A select that finds what it is told to, among descriptors that need not be open. */
    private Posix answering(long[] reads, long[] writes) {
        return Intercepted.call(sockets.posix(), "select", (arguments, real) -> {
            MemorySegment.copy(reads, 0, (MemorySegment) arguments[1], JAVA_LONG, 0, reads.length);
            MemorySegment.copy(writes, 0, (MemorySegment) arguments[2], JAVA_LONG, 0, writes.length);
            int pending = 0;
            for (int word = 0; word < reads.length; word++) {
                pending += Long.bitCount(reads[word]) + Long.bitCount(writes[word]);
            }
            return pending;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 31, 32, 62, 63, 64, 65, 127, 128, 191, 192, 511, 512, 960, 1022, 1023})
    void eachBitIsItsOwnDescriptor(int fd) {
        long[] words = new long[16];
        words[fd / 64] = 1L << fd % 64;
        long[] none = new long[16];
        assertFound(fd, words, none, READ);
        assertFound(fd, none, words, WRITE);
        assertFound(fd, words, words, READ | WRITE);
    }

    private void assertFound(int fd, long[] reads, long[] writes, int ready) {
        try (Select select = new Select(answering(reads, writes), CLIENTS)) {
            select.add(fd, TOKEN, READ | WRITE);
            assertReady(select, Map.of(TOKEN, ready));
            assertThat(select.scanned()).as("up to the word of the last one").isEqualTo((fd / 64 + 1) * 64L);
        }
    }

    @Test
    void theCountIsOfBothSetsTogether() {
        int[] fds = {16, 63, 64, 100, 1000};
        long[] reads = new long[16];
        long[] writes = new long[16];
        Map<Long, Integer> expected = new HashMap<>();
        for (int fd : fds) {
            reads[fd / 64] |= fd == 64 ? 0 : 1L << fd % 64;
            writes[fd / 64] |= fd == 63 ? 0 : 1L << fd % 64;
            int ready = fd == 64 ? WRITE : fd == 63 ? READ : READ | WRITE;
            expected.put(Poller.token(FIXED_SLOTS + fd, 1), ready);
        }
        try (Select select = new Select(answering(reads, writes), CLIENTS)) {
            for (int fd : fds) {
                select.add(fd, Poller.token(FIXED_SLOTS + fd, 1), READ | WRITE);
            }
            assertThat(select.await(0)).isEqualTo(fds.length);
            assertReady(select, expected);
        }
    }

    @Test
    void theKernelIsAskedAgainForWhatItAnsweredNoTo() {
        Sockets.Pair pair = sockets.unixPair();
        try (Select select = new Select(sockets.posix(), CLIENTS)) {
            select.add(pair.near(), TOKEN, READ);
            assertReady(select, Map.of());
            sockets.write(pair.far(), 1);
            assertReady(select, Map.of(TOKEN, READ));
        }
    }

    @Test
    void whatIsLeftOfATimeoutDoesNotShortenTheNext() {
        List<Long> micros = new ArrayList<>();
        Posix kernel = Intercepted.call(sockets.posix(), "select", (arguments, real) -> {
            MemorySegment timeout = (MemorySegment) arguments[4];
            micros.add(timeout.equals(MemorySegment.NULL) ? -1
                    : timeval.tv_sec(timeout) * 1_000_000 + timeval.tv_usec(timeout));
            if (micros.getLast() >= 0) {
                timeval.tv_sec(timeout, 0); // As Linux does.
                timeval.tv_usec(timeout, 1);
            }
            return -Errno.EINTR.number;
        });
        try (Select select = new Select(kernel, CLIENTS)) {
            long second = 1_000_000_000;
            for (long timeout : new long[] {3 * second + 1, 3 * second + 1, -1, 0, 1, second - 999, second}) {
                assertThat(select.await(timeout)).isEqualTo(-Errno.EINTR.number);
            }
            assertThat(select.await(Long.MAX_VALUE)).isEqualTo(-Errno.EINTR.number);
        }
        assertThat(micros.subList(0, 7))
                .containsExactly(3_000_001L, 3_000_001L, -1L, 0L, 1L, 1_000_000L, 1_000_000L);
        assertThat(micros.getLast()).isGreaterThanOrEqualTo(Integer.MAX_VALUE * 1_000_000L);
    }
}
