package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.POLLOUT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.bindings.linux.pollfd;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollSetTest {
    private static final int FIXED = 2;
    private static final int OTHERS = 300;

    private final PollSet set = new PollSet(FIXED, OTHERS);

    @AfterEach
    void close() {
        set.close();
    }

    @Test
    void unusedFixedEntriesAreOutOfTheKernelsSight() {
        assertThat(set.size()).isEqualTo(FIXED);
        assertThat(rawFd(0)).isNegative();
        assertThat(rawFd(1)).isNegative();
    }

    @Test
    void entriesFollowOneAnotherWithoutHoles() {
        for (int i = 0; i < 10; i++) {
            set.add(100 + i, Poller.token(50 - i, 7), POLLIN());
        }
        assertThat(set.size()).isEqualTo(FIXED + 10);
        for (int i = 0; i < 10; i++) {
            assertEntry(FIXED + i, 100 + i, Poller.token(50 - i, 7), POLLIN());
        }
    }

    @Test
    void removeMovesTheLastEntryIntoTheHole() {
        long first = Poller.token(10, 1);
        long middle = Poller.token(11, 1);
        long last = Poller.token(12, 1);
        set.add(100, first, POLLIN());
        set.add(101, middle, POLLIN());
        set.add(102, last, POLLOUT());

        set.remove(first);

        assertThat(set.size()).isEqualTo(FIXED + 2);
        assertEntry(FIXED, 102, last, POLLOUT());
        assertEntry(FIXED + 1, 101, middle, POLLIN());
    }

    @Test
    void removeOfTheLastEntryMovesNone() {
        long first = Poller.token(10, 1);
        long last = Poller.token(11, 1);
        set.add(100, first, POLLIN());
        set.add(101, last, POLLIN());
        set.remove(last);
        assertThat(set.size()).isEqualTo(FIXED + 1);
        assertEntry(FIXED, 100, first, POLLIN());
        set.remove(first);
        assertThat(set.size()).isEqualTo(FIXED);
    }

    @Test
    void aSlotFreedIsTakenByItsNextGeneration() {
        set.add(100, Poller.token(10, 1), POLLIN());
        set.remove(Poller.token(10, 1));
        set.add(200, Poller.token(10, 2), POLLIN());
        assertEntry(FIXED, 200, Poller.token(10, 2), POLLIN());
        assertThatThrownBy(() -> set.index(Poller.token(10, 1))).isInstanceOf(AssertionError.class);
    }

    @Test
    void fixedEntriesNeverMove() {
        set.add(31, 1, POLLIN());
        set.add(100, Poller.token(10, 1), POLLIN());
        set.add(30, 0, POLLIN());
        assertEntry(0, 30, 0, POLLIN());
        assertEntry(1, 31, 1, POLLIN());

        set.remove(0);

        assertThat(set.size()).isEqualTo(FIXED + 1);
        assertThat(rawFd(0)).isNegative();
        assertEntry(1, 31, 1, POLLIN());
        assertEntry(FIXED, 100, Poller.token(10, 1), POLLIN());

        set.add(32, 0, POLLIN());
        assertEntry(0, 32, 0, POLLIN());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, 1 << 30})
    void withoutInterestTheDescriptorIsHiddenAndComesBack(int fd) {
        long token = Poller.token(10, 1);
        set.add(fd, token, 0);
        assertEntry(FIXED, fd, token, 0);
        set.modify(token, POLLIN());
        assertEntry(FIXED, fd, token, POLLIN());
        set.modify(token, 0);
        set.modify(token, 0);
        assertEntry(FIXED, fd, token, 0);
        set.modify(token, POLLIN() | POLLOUT());
        assertEntry(FIXED, fd, token, POLLIN() | POLLOUT());
    }

    @Test
    void anAddedEntryIsNotReady() {
        set.add(100, Poller.token(10, 1), POLLIN());
        poison(FIXED, -1);
        set.remove(Poller.token(10, 1));
        set.add(101, Poller.token(11, 1), POLLIN());
        assertThat(set.revents(FIXED)).isZero();
    }

    @Test
    void growthKeepsTheEntries() {
        int before = set.capacity();
        set.add(30, 0, POLLIN());
        for (int i = 0; i < OTHERS; i++) {
            set.add(100 + i, Poller.token(FIXED + i, i), i % 2 == 0 ? POLLIN() : 0);
        }
        assertThat(set.capacity()).isGreaterThan(before).isEqualTo(FIXED + OTHERS);
        assertEntry(0, 30, 0, POLLIN());
        for (int i = 0; i < OTHERS; i++) {
            assertEntry(FIXED + i, 100 + i, Poller.token(FIXED + i, i), i % 2 == 0 ? POLLIN() : 0);
        }
    }

    @Test
    void aFullSetRefusesMoreAndStaysAsItIs() {
        for (int i = 0; i < OTHERS; i++) {
            set.add(100 + i, Poller.token(FIXED + i, 0), POLLIN());
        }
        assertThatThrownBy(() -> set.add(9, Poller.token(999, 0), POLLIN()))
                .isInstanceOf(IllegalStateException.class).hasMessageContaining(OTHERS + " clients");
        assertThat(set.size()).isEqualTo(FIXED + OTHERS);
        set.remove(Poller.token(FIXED, 0));
        set.add(9, Poller.token(999, 0), POLLIN());
        assertEntry(set.size() - 1, 9, Poller.token(999, 0), POLLIN());
    }

    @Test
    void bothScansFindTheSameEntries() {
        Random random = new Random(1);
        int[] revents = {POLLIN(), POLLOUT(), 0x0008, 0x0010, 0x0020, 0x7FFF, 0x8000, 0xFFFF};
        for (int size = 0; size <= 200; size++) {
            try (PollSet scanned = new PollSet(0, 210)) {
                for (int i = 0; i < 210; i++) {
                    scanned.add(random.nextInt(Integer.MAX_VALUE), i, random.nextBoolean() ? -1 : 0);
                }
                while (scanned.size() > size) {
                    scanned.remove(scanned.size() - 1);
                }
                for (int density = 1; density <= 100; density += 33) {
                    for (int i = 0; i < 210; i++) { // Beyond size as well: what lies there is stale.
                        boolean ready = random.nextInt(100) < density;
                        poison(scanned, i, ready ? revents[random.nextInt(revents.length)] : 0);
                    }
                    assertScansAgree(scanned);
                }
            }
        }
    }

    /** Only revents tell: nothing else of an entry need have a bit that is set. */
    @Test
    void scanSeesReventsBesideDescriptorsOfRoundNumbers() {
        try (PollSet scanned = new PollSet(0, 64)) {
            for (int i = 0; i < 64; i++) {
                scanned.add(i << 16, i, 0);
                scanned.modify(i, POLLIN());
            }
            for (int i = 0; i < 64; i++) {
                poison(scanned, i, 0);
            }
            assertThat(scanned.nextReady(0)).isEqualTo(64);
            for (int i = 63; i >= 0; i--) {
                poison(scanned, i, POLLIN());
                assertThat(scanned.nextReady(0)).isEqualTo(i);
            }
        }
    }

    @Test
    void arrayGrowsWhenItIsFullAndTheSmallOneIsFreed() {
        MemorySegment first = set.entries();
        assertThat(first.byteSize()).isEqualTo(64 * pollfd.sizeof());
        for (int i = FIXED; i < 64; i++) {
            set.add(i, Poller.token(i, 1), POLLIN());
            assertThat(set.entries()).isSameAs(first);
        }
        set.add(64, Poller.token(64, 1), POLLIN());
        assertThat(set.entries().byteSize()).isEqualTo(128 * pollfd.sizeof());
        assertThat(first.scope().isAlive()).isFalse();
    }

    private static void assertScansAgree(PollSet scanned) {
        for (int from = 0; from <= scanned.size(); from++) {
            int found = scanned.nextReady(from);
            if (found != scanned.nextReadyOneByOne(from)) {
                assertThat(found).as("from %d of %d", from, scanned.size())
                        .isEqualTo(scanned.nextReadyOneByOne(from));
            }
            assertThat(found).isBetween(from, scanned.size());
            assertThat(found == scanned.size() || scanned.revents(found) != 0).isTrue();
        }
    }

    private record Watched(int fd, int events) {
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomChangesFollowThePlainModel(long seed) {
        Random random = new Random(seed);
        Map<Long, Watched> model = new HashMap<>();
        List<Long> tokens = new ArrayList<>();
        int generation = 0;
        for (int step = 0; step < 4000; step++) {
            boolean growing = step / 1000 % 2 == 0;
            if (tokens.isEmpty() || tokens.size() < OTHERS && random.nextInt(10) < (growing ? 6 : 2)) {
                long token = Poller.token(freeSlot(random, tokens), ++generation);
                Watched watched = new Watched(random.nextInt(1 << 20), random.nextInt(4));
                set.add(watched.fd, token, watched.events);
                tokens.add(token);
                model.put(token, watched);
            } else if (random.nextInt(10) < 3) {
                long token = tokens.get(random.nextInt(tokens.size()));
                int events = random.nextInt(4);
                set.modify(token, events);
                model.computeIfPresent(token, (key, old) -> new Watched(old.fd, events));
            } else {
                long token = tokens.remove(random.nextInt(tokens.size()));
                set.remove(token);
                model.remove(token);
            }
            if (step % 10 == 0) {
                assertFollows(model);
            }
        }
    }

    private static int freeSlot(Random random, List<Long> tokens) {
        while (true) {
            int slot = FIXED + random.nextInt(2 * OTHERS);
            if (tokens.stream().noneMatch(token -> Poller.slot(token) == slot)) {
                return slot;
            }
        }
    }

    private void assertFollows(Map<Long, Watched> model) {
        assertThat(set.size()).isEqualTo(FIXED + model.size());
        for (int i = FIXED; i < set.size(); i++) {
            Watched watched = model.get(set.token(i));
            assertThat(watched).as("token of entry %d", i).isNotNull();
            assertEntry(i, watched.fd, set.token(i), watched.events);
        }
    }

    private void assertEntry(int index, int fd, long token, int events) {
        assertThat(set.token(index)).isEqualTo(token);
        assertThat(set.index(token)).isEqualTo(index);
        assertThat(set.fd(index)).isEqualTo(fd);
        assertThat(set.revents(index)).isZero();
        assertThat(rawFd(index)).as("descriptor that the kernel sees").isEqualTo(events == 0 ? ~fd : fd);
        assertThat(pollfd.events(pollfd.asSlice(set.entries(), index))).isEqualTo((short) events);
    }

    private int rawFd(int index) {
        return set.entries().get(JAVA_INT, index * pollfd.sizeof() + pollfd.fd$offset());
    }

    private void poison(int index, int revents) {
        poison(set, index, revents);
    }

    private static void poison(PollSet set, int index, int revents) {
        set.entries().set(JAVA_SHORT, index * pollfd.sizeof() + pollfd.revents$offset(), (short) revents);
    }
}
