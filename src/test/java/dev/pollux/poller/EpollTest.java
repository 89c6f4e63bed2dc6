package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.EPOLL_CTL_ADD;
import static dev.pollux.bindings.linux.Libc.EPOLL_CTL_DEL;
import static dev.pollux.bindings.linux.Libc.EPOLL_CTL_MOD;
import static dev.pollux.poller.Interest.NONE;
import static dev.pollux.poller.Interest.READ;
import static dev.pollux.poller.Interest.WRITE;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static dev.pollux.poller.PollerContractTest.assertReady;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.pollux.bindings.linux.epoll_event;
import dev.pollux.posix.EpollEvent;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Intercepted;
import dev.pollux.posix.Posix;
import dev.pollux.posix.PosixException;
import dev.pollux.posix.Sockets;
import dev.pollux.posix.Sockets.Pair;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is epoll(7)'s own; {@link PollerContractTest} has what is every back end's. */
@Timeout(30)
class EpollTest {
    private static final int CLIENTS = 1500;
    private static final long TOKEN = Poller.token(FIXED_SLOTS, 1);
    private static final long NEXT = Poller.token(FIXED_SLOTS, 2); // The same slot.

    private final Sockets sockets = new Sockets();
    private final Pair pair = sockets.unixPair();
    private final List<String> changes = new ArrayList<>();

    @AfterEach
    void close() {
        sockets.close();
    }

    /** An epoll whose changes are written down, from the first client's on. */
    private Epoll open() {
        Posix kernel = Intercepted.call(sockets.posix(), "epollCtl", (arguments, real) -> {
            int operation = (int) arguments[1];
            String name = operation == EPOLL_CTL_ADD() ? "ADD" : operation == EPOLL_CTL_MOD() ? "MOD" : "DEL";
            int bits = operation == EPOLL_CTL_DEL() ? 0 : EpollEvent.events((MemorySegment) arguments[3], 0);
            changes.add(name + " " + arguments[2] + " " + KernelPoller.fromPollBits(bits));
            return real.call();
        });
        Epoll epoll = new Epoll(kernel, CLIENTS);
        changes.clear();
        return epoll;
    }

    private String change(String name, int interest) {
        return name + " " + pair.near() + " " + interest;
    }

    private void assertTold(Epoll epoll, String... expected) {
        epoll.await(0);
        epoll.await(0);
        assertThat(changes).containsExactly(expected);
        changes.clear();
    }

    @Test
    void manyChangesOfOneIterationAreOne() {
        try (Epoll epoll = open()) {
            epoll.add(pair.near(), TOKEN, READ);
            assertTold(epoll, change("ADD", READ));
            epoll.modify(TOKEN, WRITE);
            epoll.modify(TOKEN, READ);
            epoll.modify(TOKEN, READ | WRITE);
            assertTold(epoll, change("MOD", READ | WRITE));
            assertReady(epoll, Map.of(TOKEN, WRITE));
            assertTold(epoll);
        }
    }

    /** The list of changes has room for 64 at first. */
    @ParameterizedTest
    @ValueSource(ints = {63, 64, 65, 200})
    void eachOfManyClientsChangesBetweenTwoWaits(int clients) {
        try (Epoll epoll = open()) {
            for (int i = 0; i < clients; i++) {
                epoll.add(sockets.eventfd(), Poller.token(FIXED_SLOTS + i, 1), READ);
            }
            changes.clear();
            for (int i = 0; i < clients; i++) {
                epoll.modify(Poller.token(FIXED_SLOTS + i, 1), WRITE);
            }
            assertThat(epoll.await(0)).isEqualTo(clients);
            assertThat(changes).hasSize(clients).doesNotHaveDuplicates()
                    .allMatch(change -> change.matches("MOD \\d+ " + WRITE));
        }
    }

    @Test
    void changesThatCancelOutAreNone() {
        try (Epoll epoll = open()) {
            epoll.add(pair.near(), TOKEN, READ);
            assertTold(epoll, change("ADD", READ));
            epoll.modify(TOKEN, NONE);
            epoll.modify(TOKEN, READ);
            assertTold(epoll);
            sockets.write(pair.far(), 1);
            assertReady(epoll, Map.of(TOKEN, READ));
        }
    }

    @Test
    void withoutInterestTheKernelDoesNotHoldTheDescriptor() {
        try (Epoll epoll = open()) {
            epoll.add(pair.near(), TOKEN, NONE);
            assertTold(epoll);
            epoll.modify(TOKEN, WRITE);
            assertTold(epoll, change("ADD", WRITE));
            epoll.modify(TOKEN, NONE);
            assertTold(epoll, change("DEL", NONE));
            epoll.modify(TOKEN, READ);
            epoll.modify(TOKEN, NONE);
            assertTold(epoll);
            epoll.remove(TOKEN);
            assertTold(epoll);
        }
    }

    @Test
    void removeIsToldAtOnceAndForgetsTheChangesBefore() {
        try (Epoll epoll = open()) {
            epoll.add(pair.near(), TOKEN, READ);
            epoll.modify(TOKEN, READ | WRITE);
            epoll.remove(TOKEN);
            assertThat(changes).containsExactly(change("ADD", READ), change("DEL", NONE));
            changes.clear();
            assertTold(epoll);
        }
    }

    @Test
    void changesOfASlotsLastUserDoNotReachTheNext() {
        try (Epoll epoll = open()) {
            epoll.add(pair.near(), TOKEN, READ);
            epoll.modify(TOKEN, WRITE);
            epoll.remove(TOKEN);
            epoll.add(pair.near(), NEXT, READ);
            assertTold(epoll, change("ADD", READ), change("DEL", NONE), change("ADD", READ));
            assertReady(epoll, Map.of());
            epoll.modify(NEXT, WRITE);
            assertTold(epoll, change("MOD", WRITE));
            assertReady(epoll, Map.of(NEXT, WRITE));
        }
    }

    @Test
    void aDescriptorNumberThatComesBackIsWatchedAnew() {
        try (Epoll epoll = open()) {
            Pair first = sockets.unixPair();
            epoll.add(first.near(), TOKEN, WRITE);
            assertReady(epoll, Map.of(TOKEN, WRITE));
            epoll.remove(TOKEN);
            sockets.close(first.near());
            Pair second = sockets.unixPair();
            assertThat(second.near()).as("the lowest free number").isEqualTo(first.near());
            epoll.add(second.near(), NEXT, WRITE);
            assertReady(epoll, Map.of(NEXT, WRITE));
            epoll.remove(NEXT);
            assertReady(epoll, Map.of());
        }
    }

    @Test
    void moreThanOneWaitHandsOutAreAllReportedInTheEnd() {
        try (Epoll epoll = open()) {
            Set<Long> missing = new HashSet<>();
            for (int i = 0; i < CLIENTS; i++) {
                long token = Poller.token(FIXED_SLOTS + i, 1);
                epoll.add(sockets.eventfd(), token, WRITE);
                missing.add(token);
            }
            int first = epoll.await(0);
            assertThat(first).isBetween(1, CLIENTS - 1);
            for (int wait = 0; wait < 3; wait++) {
                for (int i = 0; i < first; i++) {
                    missing.remove(epoll.token(i));
                }
                first = epoll.await(0);
            }
            assertThat(missing).isEmpty();
        }
    }

    @Test
    void scannedAreThoseThatWereReported() {
        try (Epoll epoll = open()) {
            epoll.add(pair.near(), TOKEN, WRITE);
            for (int i = 1; i < 5; i++) {
                epoll.add(sockets.eventfd(), Poller.token(FIXED_SLOTS + i, 1), i < 3 ? WRITE : READ);
            }
            assertThat(epoll.await(0)).isEqualTo(3);
            assertThat(epoll.scanned()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ENOMEM", "ENOSPC"})
    void aWaitIsShortWhileTheKernelHasNoRoomForAChange(Errno errno) {
        boolean[] full = new boolean[1];
        List<Integer> millis = new ArrayList<>();
        Posix narrow = Intercepted.call(sockets.posix(), "epollCtl",
                (arguments, real) -> full[0] ? -errno.number : real.call());
        Posix kernel = Intercepted.call(narrow, "epollWait", (arguments, real) -> {
            millis.add((int) arguments[3]);
            return -Errno.EINTR.number;
        });
        try (Epoll epoll = new Epoll(kernel, CLIENTS)) {
            epoll.add(pair.near(), TOKEN, READ);
            epoll.await(-1);
            full[0] = true;
            epoll.modify(TOKEN, WRITE);
            for (long timeoutNanos : new long[] {-1, Long.MAX_VALUE, 5_000_000, 0}) {
                epoll.await(timeoutNanos);
            }
            full[0] = false;
            epoll.await(-1);
            assertThat(millis).containsExactly(-1, 10, 10, 5, 0, -1);
            assertThat(epoll.scanned()).isZero();
        }
    }

    @Test
    void aKernelWithoutItIsNamed() {
        int before = sockets.eventfd();
        sockets.close(before);
        Posix kernel = Intercepted.call(sockets.posix(), "epollCreate1",
                (arguments, real) -> -Errno.ENOSYS.number);
        assertThatThrownBy(() -> Backend.EPOLL.open(kernel, 1)).isInstanceOf(PosixException.class)
                .hasMessageContainingAll("epoll_create1", "ENOSYS", "--poller");
        assertThat(sockets.eventfd()).as("the lowest free number").isEqualTo(before);
    }

    @Test
    void aSetThatCannotTakeTheWakeupLeavesNoDescriptorOpen() {
        int before = sockets.eventfd();
        sockets.close(before);
        Posix kernel = Intercepted.call(sockets.posix(), "epollCtl",
                (arguments, real) -> -Errno.ENOSPC.number);
        assertThatThrownBy(() -> Backend.EPOLL.open(kernel, 1)).isInstanceOf(PosixException.class)
                .hasMessageContainingAll("epoll_ctl", "ENOSPC");
        assertThat(sockets.eventfd()).as("the lowest free number").isEqualTo(before);
    }

    @Test
    void anAddThatIsRefusedLeavesTheSetAsItWas() {
        try (Epoll epoll = open()) {
            int never = Integer.MAX_VALUE - 1;
            assertThatThrownBy(() -> epoll.add(never, TOKEN, READ)).isInstanceOf(PosixException.class)
                    .hasMessageContainingAll("" + never, "EBADF");
            epoll.add(pair.near(), NEXT, WRITE);
            assertReady(epoll, Map.of(NEXT, WRITE));
        }
    }

    @Test
    void offsetsAreThoseOfTheBindings() {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "the bindings are those of x86-64");
        assertThat(EpollEvent.BYTES).isEqualTo(epoll_event.sizeof());
        MemorySegment array = sockets.arena().allocate(3 * EpollEvent.BYTES);
        EpollEvent.set(array, 1, 0x8000_0005, 0x0123_4567_89AB_CDEFL);
        MemorySegment entry = epoll_event.asSlice(array, 1);
        assertThat(epoll_event.events(entry)).isEqualTo(0x8000_0005);
        assertThat(epoll_event.data(entry).toArray(JAVA_BYTE))
                .containsExactly(0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01);
        assertThat(EpollEvent.events(array, 1)).isEqualTo(0x8000_0005);
        assertThat(EpollEvent.data(array, 1)).isEqualTo(0x0123_4567_89AB_CDEFL);
        for (int neighbour = 0; neighbour <= 2; neighbour += 2) {
            assertThat(EpollEvent.events(array, neighbour)).isZero();
            assertThat(EpollEvent.data(array, neighbour)).isZero();
        }
    }
}
