package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.SHUT_WR;
import static dev.pollux.poller.Interest.HANGUP;
import static dev.pollux.poller.Interest.NONE;
import static dev.pollux.poller.Interest.READ;
import static dev.pollux.poller.Interest.WRITE;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static dev.pollux.poller.Poller.LISTENER_SLOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.Sockets;
import dev.pollux.posix.Sockets.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every {@link Poller} does with descriptors; {@link PollerWaitingTest} has time and threads. */
@Timeout(60)
class PollerContractTest {
    static final long PATIENCE_NANOS = Sockets.PATIENCE_MILLIS * 1_000_000L;

    private static final int MAX_CLIENTS = 300;
    private static final long FIRST = Poller.token(FIXED_SLOTS, 1);
    private static final long SECOND = Poller.token(FIXED_SLOTS + 1, 1);

    private final Sockets sockets = sockets();

    /** On the real kernel; {@link SimulatedPollerContractTest} has another. */
    Sockets sockets() {
        return new Sockets();
    }

    @AfterEach
    void close() {
        sockets.close();
    }

    private Poller open(Backend backend) {
        return backend.open(sockets.posix(), MAX_CLIENTS);
    }

    @ParameterizedTest
    @EnumSource
    void readinessIsReportedAgainUntilTheBytesAreRead(Backend backend) {
        Pair pair = sockets.unixPair();
        try (Poller poller = open(backend)) {
            poller.add(pair.near(), FIRST, READ);
            assertReady(poller, Map.of());
            sockets.write(pair.far(), 3);
            assertReady(poller, Map.of(FIRST, READ));
            assertReady(poller, Map.of(FIRST, READ));
            sockets.read(pair.near(), 2);
            assertReady(poller, Map.of(FIRST, READ));
            sockets.read(pair.near(), 1);
            assertReady(poller, Map.of());
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasThereBeforeAddIsReported(Backend backend) {
        Pair pair = sockets.unixPair();
        sockets.write(pair.far(), 1);
        try (Poller poller = open(backend)) {
            poller.add(pair.near(), FIRST, READ);
            assertReady(poller, Map.of(FIRST, READ));
        }
    }

    @ParameterizedTest
    @EnumSource
    void writingIsPossibleWhileThereIsRoom(Backend backend) {
        Pair pair = sockets.unixPair();
        try (Poller poller = open(backend)) {
            poller.add(pair.near(), FIRST, WRITE);
            assertReady(poller, Map.of(FIRST, WRITE));
            long sent = sockets.fill(pair.near());
            assertReady(poller, Map.of());
            while (sent > 0) {
                sent -= sockets.read(pair.far(), 1 << 16);
            }
            assertReady(poller, Map.of(FIRST, WRITE));
        }
    }

    @ParameterizedTest
    @EnumSource
    void readingAndWritingAreReportedTogether(Backend backend) {
        Pair pair = sockets.unixPair();
        sockets.write(pair.far(), 1);
        try (Poller poller = open(backend)) {
            poller.add(pair.near(), FIRST, READ | WRITE);
            assertReady(poller, Map.of(FIRST, READ | WRITE));
        }
    }

    @ParameterizedTest
    @EnumSource
    void modifyTakesEffect(Backend backend) {
        Pair pair = sockets.unixPair();
        sockets.write(pair.far(), 1);
        try (Poller poller = open(backend)) {
            poller.add(pair.near(), FIRST, NONE);
            for (int interest : new int[] {READ, WRITE, READ | WRITE, NONE, WRITE, READ, NONE}) {
                poller.modify(FIRST, interest);
                assertReady(poller, interest == NONE ? Map.of() : Map.of(FIRST, interest));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutInterestNotEvenAHangUpIsReported(Backend backend) {
        Pair gone = sockets.unixPair();
        Pair reset = sockets.tcpPair();
        sockets.close(gone.far());
        sockets.reset(reset.far());
        try (Poller poller = open(backend)) {
            poller.add(gone.near(), FIRST, NONE);
            poller.add(reset.near(), SECOND, READ);
            poller.modify(SECOND, NONE);
            assertReady(poller, Map.of());
            poller.modify(FIRST, READ);
            poller.modify(SECOND, WRITE);
            assertReady(poller, Map.of(FIRST, hangup(backend, READ), SECOND, hangup(backend, WRITE)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPeerThatHasGoneIsReportedWhateverWasAsked(Backend backend) {
        Pair first = sockets.unixPair();
        Pair second = sockets.unixPair();
        try (Poller poller = open(backend)) {
            poller.add(first.near(), FIRST, READ);
            poller.add(second.near(), SECOND, WRITE);
            sockets.close(first.far());
            sockets.close(second.far());
            assertReady(poller, Map.of(FIRST, hangup(backend, READ), SECOND, hangup(backend, WRITE)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResetIsReportedWhateverWasAsked(Backend backend) {
        Pair first = sockets.tcpPair();
        Pair second = sockets.tcpPair();
        try (Poller poller = open(backend)) {
            poller.add(first.near(), FIRST, READ);
            poller.add(second.near(), SECOND, WRITE);
            sockets.reset(first.far());
            sockets.reset(second.far());
            sockets.waitFor(first.near());
            sockets.waitFor(second.near());
            assertReady(poller, Map.of(FIRST, hangup(backend, READ), SECOND, hangup(backend, WRITE)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHalfClosedConnectionCanBeReadAndIsNotOver(Backend backend) {
        Pair unix = sockets.unixPair();
        Pair tcp = sockets.tcpPair();
        try (Poller poller = open(backend)) {
            poller.add(unix.near(), FIRST, READ);
            poller.add(tcp.near(), SECOND, READ);
            sockets.posix().shutdown(unix.far(), SHUT_WR());
            sockets.posix().shutdown(tcp.far(), SHUT_WR());
            sockets.waitFor(tcp.near());
            assertReady(poller, Map.of(FIRST, READ, SECOND, READ));
            assertThat(sockets.read(tcp.near(), 1)).isZero();
            assertReady(poller, Map.of(FIRST, READ, SECOND, READ));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaitingConnectionMakesTheListenerReadable(Backend backend) {
        int listener = sockets.listener("127.0.0.1");
        long token = Poller.token(LISTENER_SLOT, 0);
        try (Poller poller = open(backend)) {
            poller.add(listener, token, READ);
            assertReady(poller, Map.of());
            sockets.connect(listener);
            assertReady(poller, Map.of(token, READ));
            poller.remove(token);
            assertReady(poller, Map.of());
            poller.add(listener, token, READ);
            assertReady(poller, Map.of(token, READ));
            sockets.accept(listener);
            assertReady(poller, Map.of());
        }
    }

    @ParameterizedTest
    @EnumSource
    void removedDescriptorsAreNotReported(Backend backend) {
        Pair first = sockets.unixPair();
        Pair second = sockets.unixPair();
        try (Poller poller = open(backend)) {
            poller.add(first.near(), FIRST, READ | WRITE);
            poller.add(second.near(), SECOND, WRITE);
            poller.remove(FIRST);
            assertReady(poller, Map.of(SECOND, WRITE));
            poller.remove(SECOND);
            assertReady(poller, Map.of());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSlotThatIsTakenAgainIsReportedWithItsNewGeneration(Backend backend) {
        Pair pair = sockets.unixPair();
        long negative = Poller.token(FIXED_SLOTS, -1);
        try (Poller poller = open(backend)) {
            poller.add(pair.near(), FIRST, WRITE);
            assertReady(poller, Map.of(FIRST, WRITE));
            poller.remove(FIRST);
            poller.add(pair.far(), negative, WRITE);
            assertReady(poller, Map.of(negative, WRITE));
        }
    }

    @ParameterizedTest
    @EnumSource
    void resultsStayWhileTheSetChanges(Backend backend) {
        try (Poller poller = open(backend)) {
            Map<Long, Integer> expected = new HashMap<>();
            for (int i = 0; i < 10; i++) {
                expected.put(Poller.token(FIXED_SLOTS + i, 1), WRITE);
                poller.add(sockets.unixPair().near(), Poller.token(FIXED_SLOTS + i, 1), WRITE);
            }
            Map<Long, Integer> seen = new HashMap<>();
            while (seen.size() < 10) {
                int ready = poller.await(PATIENCE_NANOS);
                assertThat(ready).isPositive();
                for (int i = 0; i < ready; i++) {
                    seen.put(poller.token(i), poller.ready(i));
                    poller.remove(poller.token(i));
                    poller.add(sockets.eventfd(), Poller.token(FIXED_SLOTS + 100 + seen.size(), 1), READ);
                }
            }
            assertThat(seen).isEqualTo(expected);
            assertReady(poller, Map.of());
        }
    }

    @ParameterizedTest
    @EnumSource
    void moreThanTheAgreedDescriptorsAreRefused(Backend backend) {
        int listener = sockets.listener("127.0.0.1");
        try (Poller poller = backend.open(sockets.posix(), 2)) {
            poller.add(sockets.eventfd(), FIRST, READ);
            poller.add(sockets.eventfd(), SECOND, READ);
            int third = sockets.eventfd();
            long token = Poller.token(FIXED_SLOTS + 2, 1);
            assertThatThrownBy(() -> poller.add(third, token, READ))
                    .isInstanceOf(IllegalStateException.class);
            poller.add(listener, LISTENER_SLOT, READ);
            poller.remove(FIRST);
            poller.add(third, token, WRITE);
            assertReady(poller, Map.of(token, WRITE));
        }
    }

    /** A descriptor as the test believes it to be. */
    private static final class Watched {
        final int fd;
        final long token;
        int interest;
        boolean readable;

        Watched(int fd, long token, int interest) {
            this.fd = fd;
            this.token = token;
            this.interest = interest;
        }

        int ready() {
            return interest & (readable ? READ | WRITE : WRITE);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hundredsOfDescriptorsFollowThePlainModel(Backend backend) {
        Random random = new Random(5882);
        List<Watched> model = new ArrayList<>();
        try (Poller poller = open(backend)) {
            for (int i = 0; i < MAX_CLIENTS; i++) {
                long token = Poller.token(FIXED_SLOTS + i, 0);
                model.add(watch(poller, sockets.eventfd(), token, random.nextInt(4)));
            }
            for (int round = 1; round <= 200; round++) {
                for (int change = random.nextInt(40); change > 0; change--) {
                    change(poller, model, random, round);
                }
                Map<Long, Integer> expected = new HashMap<>();
                model.stream().filter(each -> each.ready() != 0)
                        .forEach(each -> expected.put(each.token, each.ready()));
                assertReady(poller, expected);
            }
        }
    }

    private static Watched watch(Poller poller, int fd, long token, int interest) {
        poller.add(fd, token, interest);
        return new Watched(fd, token, interest);
    }

    private void change(Poller poller, List<Watched> model, Random random, int round) {
        int i = random.nextInt(model.size());
        Watched watched = model.get(i);
        switch (random.nextInt(4)) {
            case 0 -> {
                watched.interest = random.nextInt(4);
                poller.modify(watched.token, watched.interest);
            }
            case 1 -> {
                poller.remove(watched.token);
                long token = Poller.token(Poller.slot(watched.token), round);
                model.set(i, watch(poller, watched.fd, token, random.nextInt(4)));
                model.get(i).readable = watched.readable;
            }
            default -> {
                if (watched.readable) {
                    assertThat(sockets.read(watched.fd, 8)).isEqualTo(8);
                } else {
                    assertThat(sockets.posix().eventfdWrite(watched.fd, 1)).isZero();
                }
                watched.readable = !watched.readable;
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void lackOfMemoryIsHandedOn(Backend backend) {
        assertThat(awaitAnswered(backend, Errno.ENOMEM)).isEqualTo(-Errno.ENOMEM.number);
    }

    @ParameterizedTest
    @EnumSource
    void anyOtherErrnoIsOurMistake(Backend backend) {
        for (Errno errno : new Errno[] {Errno.ENOTSOCK, Errno.EFAULT, Errno.EBADF}) {
            assertThatThrownBy(() -> awaitAnswered(backend, errno))
                    .isInstanceOf(PosixException.class).hasMessageContaining(errno.name());
        }
    }

    /** What a peer that has gone shows as. select(2) cannot tell: whatever was asked for will not block. */
    private static int hangup(Backend backend, int interest) {
        return backend == Backend.SELECT ? interest : READ | WRITE | HANGUP;
    }

    private int awaitAnswered(Backend backend, Errno errno) {
        String wait = switch (backend) {
            case POLL -> "poll";
            case POLL_GENERATIONS -> "ppoll";
            case SELECT -> "select";
            case EPOLL -> "epollWait";
        };
        Posix kernel = Intercepted.call(sockets.posix(), wait, (arguments, real) -> -errno.number);
        try (Poller poller = backend.open(kernel, 1)) {
            return poller.await(PATIENCE_NANOS);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closeLeavesTheWatchedDescriptorsOpenAndNoneOfItsOwn(Backend backend) throws IOException {
        Pair pair = sockets.unixPair();
        long before = descriptorsThatAreNoFiles();
        Poller poller = open(backend);
        poller.add(pair.near(), FIRST, READ);
        assertThat(descriptorsThatAreNoFiles()).isGreaterThan(before);
        poller.close();
        assertThat(descriptorsThatAreNoFiles()).isEqualTo(before);
        sockets.write(pair.near(), 1);
    }

    /** Eventfds, epolls, io_urings: what the JVM has none of, so that a difference is ours. */
    long descriptorsThatAreNoFiles() throws IOException {
        try (Stream<Path> links = Files.list(Path.of("/proc/self/fd"))) {
            return links.filter(PollerContractTest::isNoFile).count();
        }
    }

    private static boolean isNoFile(Path link) {
        try {
            return Files.readSymbolicLink(link).toString().startsWith("anon_inode:");
        } catch (IOException e) {
            return false; // Closed since it was listed, as the listing's own is.
        }
    }

    /** What is ready must be just this. A back end may need several awaits to come round to all of it. */
    static void assertReady(Poller poller, Map<Long, Integer> expected) {
        Map<Long, Integer> seen = new HashMap<>();
        for (int round = 0; round < 1000 && (round == 0 || seen.size() < expected.size()); round++) {
            int ready = poller.await(expected.isEmpty() ? 0 : PATIENCE_NANOS);
            Map<Long, Integer> batch = new HashMap<>();
            for (int i = 0; i < ready; i++) {
                assertThat(batch.put(poller.token(i), poller.ready(i))).as("a token twice").isNull();
            }
            seen.putAll(batch);
        }
        assertThat(seen).isEqualTo(expected);
    }
}
