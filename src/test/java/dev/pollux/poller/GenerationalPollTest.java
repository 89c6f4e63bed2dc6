package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.POLLOUT;
import static dev.pollux.poller.Interest.NONE;
import static dev.pollux.poller.Interest.READ;
import static dev.pollux.poller.Interest.WRITE;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.poller.FakePollKernel.Call;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who is where in {@link GenerationalPoll}'s array, and who is asked; {@link GenerationalPollTimeTest}
 * has when.
 * The kernel is a simulated one, see {@link FakePollKernel}; that of {@link PollerContractTest} is real.
 */
@Timeout(30)
class GenerationalPollTest {
    private static final int MAX_CLIENTS = 700;
    private static final int SILENT_SWEEPS = GenerationalPoll.SILENT_SWEEPS;
    private static final int READY_FOR_ALL = POLLIN() | POLLOUT();

    /** A descriptor as the test believes it to be. */
    private record Watched(int fd, int interest) {
    }

    private final FakePollKernel kernel = new FakePollKernel();
    private final GenerationalPoll poller =
            new GenerationalPoll(kernel.posix(), PollerOptions.of(MAX_CLIENTS));
    private final Map<Long, Watched> model = new HashMap<>();
    private int generation;

    // What is known of the sweep that goes on.
    private int sweep;
    private final Set<Long> owed = new HashSet<>(); // Old when it began; not removed or promoted since.
    private final Set<Long> old = new HashSet<>(); // Old when it began.
    private final Set<Long> asked = new HashSet<>();
    private int sweeps;
    private int demotions;

    @AfterEach
    void close() {
        poller.close();
    }

    private long add(int slot, int interest) {
        long token = Poller.token(slot, ++generation);
        Watched watched = new Watched(slot + 10, interest);
        model.put(token, watched);
        poller.add(watched.fd, token, interest);
        return token;
    }

    private void modify(long token, int interest) {
        model.put(token, new Watched(model.get(token).fd, interest));
        poller.modify(token, interest);
        if ((interest & WRITE) != 0) {
            owed.remove(token);
        }
    }

    private void remove(long token) {
        model.remove(token);
        owed.remove(token);
        poller.remove(token);
    }

    private boolean isYoung(long token) {
        return poller.set.index(token) < poller.young();
    }

    /** Lets sweeps go by with one chatterbox ready, so that there is no quiet, and the clock jumping. */
    private void sweeps(int count, int chatterboxFd) {
        int last = poller.sweep() + count;
        kernel.ready(chatterboxFd, POLLIN());
        while (poller.sweep() != last) {
            kernel.nanos += 1_000_000;
            poller.await(0);
        }
    }

    @Test
    void aNewClientIsYoungAndBecomesOldAfterSomeSilentSweeps() {
        long chatterbox = add(2, READ);
        long token = add(3, READ);
        assertThat(isYoung(token)).isTrue();
        sweeps(SILENT_SWEEPS, model.get(chatterbox).fd);
        assertThat(isYoung(token)).isTrue();
        sweeps(1, model.get(chatterbox).fd);
        assertThat(isYoung(token)).isFalse();
        sweeps(10, model.get(chatterbox).fd);
        assertThat(isYoung(chatterbox)).isTrue();
        assertThat(isYoung(token)).isFalse();
    }

    @Test
    void allThatAreSilentBecomeOldTogetherAndTheActiveStayYoung() {
        int chatterbox = model.get(add(2, READ)).fd;
        for (int slot = 3; slot < 60; slot++) {
            kernel.ready(model.get(add(slot, READ)).fd, slot % 10 == 0 ? POLLIN() : 0);
        }
        for (int i = 0; i < 3; i++) {
            sweeps(SILENT_SWEEPS + 1, chatterbox);
            assertThat(poller.young()).isEqualTo(FIXED_SLOTS + 1 + 5);
        }
    }

    @Test
    void allThatOneSliceFindsBecomeYoung() {
        int chatterbox = model.get(add(2, READ)).fd;
        for (int slot = 3; slot < 60; slot++) {
            add(slot, READ);
        }
        sweeps(SILENT_SWEEPS + 2, chatterbox);
        assertThat(poller.young()).isEqualTo(FIXED_SLOTS + 1);
        for (int slot = 3; slot < 60; slot += 3) {
            kernel.ready(slot + 10, POLLIN());
        }
        sweeps(1, chatterbox);
        assertThat(poller.young()).isEqualTo(FIXED_SLOTS + 1 + 19);
    }

    @Test
    void anOldClientThatIsReadyBecomesYoungForSomeSweeps() {
        int chatterbox = model.get(add(2, READ)).fd;
        long token = add(3, READ);
        sweeps(SILENT_SWEEPS + 3, chatterbox);
        kernel.ready(13, POLLIN());
        sweeps(1, chatterbox);
        assertThat(isYoung(token)).isTrue();
        kernel.ready(13, 0);
        sweeps(SILENT_SWEEPS - 1, chatterbox); // It was heard of in the one before this.
        assertThat(isYoung(token)).isTrue();
        sweeps(1, chatterbox);
        assertThat(isYoung(token)).isFalse();
    }

    @Test
    void aClientThatWaitsToWriteIsYoungUntilItHasWritten() {
        int chatterbox = model.get(add(2, READ)).fd;
        long token = add(3, READ);
        sweeps(SILENT_SWEEPS + 3, chatterbox);
        modify(token, READ | WRITE);
        assertThat(isYoung(token)).isTrue();
        sweeps(5 * SILENT_SWEEPS, chatterbox);
        assertThat(isYoung(token)).isTrue();
        modify(token, READ);
        assertThat(isYoung(token)).isTrue();
        sweeps(1, chatterbox);
        assertThat(isYoung(token)).isFalse();
    }

    @Test
    void aPausedClientBecomesOldAndIsReportedWhenResumed() {
        int chatterbox = model.get(add(2, READ)).fd;
        long token = add(3, READ);
        modify(token, NONE);
        kernel.ready(13, POLLIN());
        sweeps(SILENT_SWEEPS + 3, chatterbox);
        assertThat(isYoung(token)).isFalse();
        modify(token, READ);
        sweeps(1, chatterbox);
        assertThat(isYoung(token)).isTrue();
    }

    @Test
    void theListenerIsNeitherPromotedNorDemoted() {
        poller.add(9, Poller.token(Poller.LISTENER_SLOT, 0), READ);
        add(2, READ);
        sweeps(3 * SILENT_SWEEPS, 9);
        assertThat(poller.young()).isEqualTo(FIXED_SLOTS);
        assertThat(poller.set.index(Poller.LISTENER_SLOT)).isEqualTo(Poller.LISTENER_SLOT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void removingTheLastUnaskedOnesCostsNoEmptySlice(int others) {
        int chatterbox = model.get(add(2, READ)).fd;
        for (int slot = 3; slot < 3 + GenerationalPoll.SMALLEST_SLICE + 40; slot++) {
            add(slot, READ);
        }
        sweeps(SILENT_SWEEPS + 1, chatterbox);
        while (poller.cursor() == poller.young()) {
            kernel.nanos += 100_000;
            poller.await(0);
        }
        while (poller.set.size() > poller.cursor()) {
            remove(poller.set.token(poller.set.size() - 1));
        }
        for (int i = 0; i < others; i++) {
            remove(poller.set.token(poller.set.size() - 1));
        }
        long before = poller.delayNanos(1_000_000);
        kernel.asked = call -> assertThat(call.count()).as("entries of %s", call).isPositive();
        sweeps(5, chatterbox);
        assertThat(poller.delayNanos(1_000_000)).as("the cost that was learnt")
                .isBetween(before / 2, before * 3 / 2);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void eachOldOneIsAskedOnceInEachSweepWhateverChanges(long seed) {
        Random random = new Random(seed);
        kernel.poisons = true;
        kernel.asked = this::noteAsked;
        int chatterboxFd = model.get(add(2, READ)).fd;
        List<Integer> free = new ArrayList<>();
        for (int slot = 3; slot < MAX_CLIENTS; slot++) {
            free.add(slot);
        }
        for (int step = 0; step < 4000; step++) {
            boolean growing = step / 700 % 2 == 0;
            for (int change = random.nextInt(growing ? 4 : 3); change > 0; change--) {
                change(random, free, growing);
                assertBorders();
            }
            kernel.ready(chatterboxFd, random.nextInt(1000) < 20 || step % 1500 < 1000 ? POLLIN() : 0);
            kernel.nanos += random.nextInt(2_000_000);
            awaitAndCheck(new long[] {0, 0, 20_000, 300_000, 4_000_000}[random.nextInt(5)]);
            assertBorders();
        }
        assertThat(sweeps).as("sweeps").isGreaterThan(200);
        assertThat(demotions).as("demotions").isGreaterThan(200);
    }

    private void change(Random random, List<Integer> free, boolean growing) {
        int kind = random.nextInt(20);
        if (kind < (growing ? 7 : 1)) {
            if (!free.isEmpty()) {
                add(free.removeLast(), random.nextInt(5) == 0 ? random.nextInt(4) : READ);
            }
            return;
        }
        long token = anywhere(random);
        if (token == 0 || Poller.slot(token) == 2) {
            return;
        }
        Watched watched = model.get(token);
        if (kind < 9) {
            remove(token);
            kernel.ready(watched.fd, 0);
            free.add(random.nextInt(free.size() + 1), Poller.slot(token));
        } else if (kind < 12) {
            modify(token, random.nextInt(3) == 0 ? random.nextInt(4) : READ);
        } else if (kind < 15) {
            kernel.ready(watched.fd, random.nextInt(READY_FOR_ALL + 1));
        } else {
            kernel.ready(watched.fd, 0);
            modify(token, READ);
        }
    }

    /** An entry of one of the three regions, each as likely, or 0. */
    private long anywhere(Random random) {
        int[] borders = {FIXED_SLOTS, poller.young(), poller.cursor(), poller.set.size()};
        int region = random.nextInt(3);
        int length = borders[region + 1] - borders[region];
        return length == 0 ? 0 : poller.set.token(borders[region] + random.nextInt(length));
    }

    private void awaitAndCheck(long timeoutNanos) {
        kernel.hits();
        int ready = poller.await(timeoutNanos);
        assertThat(ready).as("what is reported is what the calls found").isEqualTo(kernel.hits());
        Set<Long> reported = new HashSet<>();
        for (int i = 0; i < ready; i++) {
            long token = poller.token(i);
            Watched watched = model.get(token);
            assertThat(watched).as("a token that is in use").isNotNull();
            assertThat(reported.add(token)).as("the token's first time").isTrue();
            int bits = KernelPoller.fromPollBits(kernel.bits(watched.fd));
            assertThat(poller.ready(i)).isEqualTo(bits & watched.interest);
        }
        owed.removeIf(token -> reported.contains(token) && isYoung(token) && !asked.contains(token));
    }

    /** A sweep ends behind the last of its slices, and is checked when the next one's first call comes. */
    private void noteAsked(Call call) {
        boolean whole = call.first() == 0 && call.count() > poller.young();
        if (poller.sweep() != sweep) {
            assertThat(asked).as("asked in sweep %d", sweep).containsAll(owed);
            sweeps++;
            sweep = poller.sweep();
            begin();
        } else if (whole) {
            begin(); // Everything is asked: sweeps begin anew.
        }
        if (call.first() == 0) {
            assertThat(call.count()).isIn(poller.young(), poller.set.size());
            return;
        }
        assertThat(call.timeoutNanos()).as("time-out of a slice").isZero();
        for (int index = call.first(); index < call.first() + call.count(); index++) {
            long token = poller.set.token(index);
            if (!old.contains(token) || !asked.add(token)) {
                assertThat(asked).as("asked in sweep %d, or not to be", sweep).doesNotContain(token);
            }
        }
    }

    private void begin() {
        Set<Long> before = Set.copyOf(old);
        owed.clear();
        old.clear();
        asked.clear();
        for (int index = poller.young(); index < poller.set.size(); index++) {
            old.add(poller.set.token(index));
        }
        owed.addAll(old);
        demotions += (int) old.stream().filter(token -> !before.contains(token)).count();
    }

    private void assertBorders() {
        PollSet set = poller.set;
        int size = set.size();
        boolean inOrder = FIXED_SLOTS <= poller.young() && poller.young() <= poller.cursor()
                && poller.cursor() <= size;
        assertThat(inOrder).as("%d <= %d <= %d", poller.young(), poller.cursor(), size).isTrue();
        assertThat(size).isEqualTo(FIXED_SLOTS + model.size());
        for (int i = FIXED_SLOTS; i < size; i++) {
            long token = set.token(i);
            Watched watched = model.get(token);
            int events = pollfd.events(pollfd.asSlice(set.entries(), i));
            boolean asItWas = watched != null && set.index(token) == i && set.fd(i) == watched.fd
                    && events == KernelPoller.toPollBits(watched.interest)
                    && (pollfd.fd(pollfd.asSlice(set.entries(), i)) < 0) == (watched.interest == NONE)
                    && (i < poller.young() || (watched.interest & WRITE) == 0);
            if (!asItWas) {
                assertThat(watched).as("entry %d: %d, %d, at %d, young below %d", i, set.fd(i), events,
                        set.index(token), poller.young()).isEqualTo(new Watched(set.fd(i), events));
            }
            assertThat(asItWas).isTrue();
        }
    }
}
