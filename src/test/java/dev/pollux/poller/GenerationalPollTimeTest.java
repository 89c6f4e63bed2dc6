package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.poller.Interest.READ;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.poller.FakePollKernel.Call;
import dev.pollux.posix.Errno;
import dev.pollux.posix.PosixException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When {@link GenerationalPoll} asks whom, and how long it sleeps, by the clock of a simulated kernel. */
@Timeout(30)
class GenerationalPollTimeTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final long WORK_NANOS = 20_000; // That the loop has to do in a pass.
    private static final long PASS_NANOS = 2 * WORK_NANOS; // The calls included.
    private static final int CHATTERBOX = 11; // A descriptor that has something to say again and again.
    private static final int FIRST_OLD = 12;
    private static final double SHARE = 0.1;
    private static final int SLICE = GenerationalPoll.SMALLEST_SLICE;

    private final FakePollKernel kernel = new FakePollKernel();
    private final Random random = new Random(5);
    private GenerationalPoll poller;
    private boolean chatting;

    @AfterEach
    void close() {
        poller.close();
    }

    /** A poller with a chatterbox and {@code old} clients that have been silent for long. */
    private void open(int old, long delayNanos) {
        poller = new GenerationalPoll(kernel.posix(), new PollerOptions(old + 1, SHARE, delayNanos));
        for (int fd = CHATTERBOX; fd < FIRST_OLD + old; fd++) {
            poller.add(fd, token(fd), READ);
        }
        chat(true);
        untilAll(old);
        kernel.calls.clear();
    }

    private void untilAll(int old) {
        for (int pass = 0; poller.set.size() - poller.young() < old; pass++) {
            assertThat(pass).as("passes until all are old").isLessThan(100_000);
            pass(100_000);
        }
    }

    private static long token(int fd) {
        return Poller.token(FIXED_SLOTS + fd - CHATTERBOX, 1);
    }

    private static int fd(long token) {
        return Poller.slot(token) - FIXED_SLOTS + CHATTERBOX;
    }

    /** The chatterbox is ready every 200 µs, or no more. */
    private void chat(boolean on) {
        if (on && !chatting) {
            kernel.after(200_000, this::say);
        }
        chatting = on;
    }

    private void say() {
        if (chatting) {
            kernel.ready(CHATTERBOX, POLLIN());
            kernel.after(200_000, this::say);
        }
    }

    /** One iteration: who is reported is heard out. Returns the last of the silent ones, or 0. */
    private int pass(long timeoutNanos) {
        int ready = poller.await(timeoutNanos);
        int reported = 0;
        for (int i = 0; i < ready; i++) {
            int fd = fd(poller.token(i));
            kernel.ready(fd, 0);
            reported = fd >= FIRST_OLD ? fd : reported;
        }
        kernel.nanos += WORK_NANOS;
        return reported;
    }

    private int oldOne() {
        return fd(poller.set.token(poller.young() + random.nextInt(poller.set.size() - poller.young())));
    }

    /** How long it takes from now until somebody silent is reported. */
    private long latency(long timeoutNanos) {
        long start = kernel.nanos;
        while (pass(timeoutNanos) == 0) {
            assertThat(kernel.nanos - start).as("time without a report").isLessThan(20 * SECOND);
        }
        return kernel.nanos - WORK_NANOS - start;
    }

    private boolean isSlice(Call call) {
        return call.first() > 0;
    }

    /** A sweep and its slices' own time; and a slice, for they do not begin at the same entries each time. */
    private long promised() {
        int old = poller.set.size() - poller.young();
        int slices = (old + SLICE - 1) / SLICE;
        return sweepNanos(old) + (slices == 1 ? 0 : poller.delayNanos(old) / slices) + PASS_NANOS;
    }

    private long sweepNanos(int old) {
        return (long) (poller.delayNanos(old) * (1 + SHARE));
    }

    @ParameterizedTest
    @CsvSource({"1, 10", "2, 10", "127, 10", "128, 10", "129, 10", "200, 10", "257, 10", "1000, 10",
            "4000, 10", "4000, 1", "1, 1", "300, 1"})
    void anOldClientIsReportedWithinThePromisedDelay(int old, long delayMillis) {
        open(old, delayMillis * MILLI);
        for (int round = 0; round < (old > 1000 ? 30 : 100); round++) {
            for (int i = random.nextInt(20); i > 0; i--) {
                kernel.nanos += random.nextInt(1_000_000);
                pass(random.nextInt(300_000));
            }
            kernel.ready(oldOne(), POLLIN());
            long promised = promised();
            assertThat(latency(round % 3 == 0 ? 0 : round % 3 == 1 ? MILLI : -1)).as("round %d", round)
                    .isLessThanOrEqualTo(promised);
            untilAll(old);
        }
    }

    /** At 500 ns an entry, a tenth of the time is 20 ms for 4,000; later they cost five times that. */
    @Test
    void boundThatIsSaidHoldsUntilAnotherIsSaid() {
        List<Long> said = new ArrayList<>();
        Handler handler = new Said(said);
        Logger logger = Logger.getLogger("dev.pollux.poller"); // Held here, or it may be collected.
        logger.addHandler(handler);
        try {
            kernel.entryNanos = 50;
            open(1000, 10 * MILLI);
            assertThat(said).as("the share allows what was asked for").isEmpty();
            poller.close();
            kernel.entryNanos = 500;
            chatting = false;
            open(4000, 10 * MILLI);
            for (long start = kernel.nanos; kernel.nanos - start < SECOND;) { // It learns what they cost.
                pass(-1);
            }
            for (int round = 0; round < 40; round++) {
                kernel.calls.clear();
                kernel.entryNanos = 500 + 50 * round;
                kernel.ready(oldOne(), POLLIN());
                long bound = (said.getLast() + 1) * MILLI;
                assertThat(latency(-1)).as("round %d", round).isLessThanOrEqualTo(bound);
                untilAll(4000);
            }
            assertThat(said).isSorted().hasSizeBetween(2, 6);
        } finally {
            logger.removeHandler(handler);
        }
    }

    /** The milliseconds of what is logged. */
    private static final class Said extends Handler {
        private final List<Long> said;

        Said(List<Long> said) {
            this.said = said;
        }

        @Override
        public void publish(LogRecord record) {
            assertThat(record.getMessage()).contains("--old-client-delay").contains("--sweep-share");
            said.add(Long.valueOf(record.getMessage().replaceFirst(".*after up to (\\d+) ms.*", "$1")));
        }

        @Override
        public void flush() { }

        @Override
        public void close() { }
    }

    @ParameterizedTest
    @CsvSource({"4000, 1, 50", "4000, 10, 50", "4000, 10, 400", "129, 1, 50", "1000, 1, 180"})
    void theOldCostNoMoreThanTheirShareOfTheTime(int old, long delayMillis, long entryNanos) {
        kernel.entryNanos = entryNanos;
        open(old, delayMillis * MILLI);
        long start = kernel.nanos;
        while (kernel.nanos - start < SECOND) {
            pass(random.nextInt(400_000));
        }
        assertThat(sliceNanos() / (double) (kernel.nanos - start)).isLessThanOrEqualTo(SHARE);
        double asked = kernel.calls.stream().filter(this::isSlice).mapToInt(Call::count).sum();
        long sweep = sweepNanos(old) + PASS_NANOS;
        assertThat(asked / old).as("sweeps").isGreaterThanOrEqualTo(SECOND / sweep - 1);
    }

    /** The first entry is asked first in one sweep; another's promotion moves it to where that one was. */
    @Test
    void anOldClientThatIsMovedBehindWaitsForTwoSweepsAtMost() {
        open(1000, 10 * MILLI);
        for (int round = 0; round < 20; round++) {
            while (poller.cursor() == poller.young()) {
                pass(-1);
            }
            int first = fd(poller.set.token(poller.young()));
            int last = fd(poller.set.token(poller.set.size() - 1));
            kernel.ready(first, POLLIN());
            kernel.ready(last, POLLIN());
            long start = kernel.nanos;
            while (kernel.bits(first) != 0) {
                pass(-1);
            }
            assertThat(kernel.nanos - start).isBetween(sweepNanos(1000), 2 * sweepNanos(1000) + PASS_NANOS);
            untilAll(1000);
        }
    }

    private double sliceNanos() {
        return kernel.calls.stream().filter(this::isSlice)
                .mapToDouble(call -> kernel.callNanos + call.count() * kernel.entryNanos).sum();
    }

    @Test
    void oneSliceThatTookASecondDoesNotSilenceTheOld() {
        open(4000, MILLI);
        long before = poller.delayNanos(4000);
        kernel.refuses = call -> {
            if (isSlice(call)) {
                kernel.nanos += SECOND; // Pre-empted.
                kernel.refuses = each -> 0;
            }
            return 0;
        };
        while (kernel.calls.stream().noneMatch(this::isSlice)) {
            pass(100_000);
        }
        assertThat(poller.delayNanos(4000)).isLessThanOrEqualTo(before * 5 / 4);
        kernel.calls.clear();
        kernel.ready(oldOne(), POLLIN());
        long start = kernel.nanos;
        assertThat(latency(-1)).isLessThanOrEqualTo(promised() * 5 / 4);
        while (kernel.nanos - start < SECOND) {
            pass(100_000);
        }
        assertThat(sliceNanos() / (double) (kernel.nanos - start)).isLessThanOrEqualTo(SHARE);
        assertThat(poller.delayNanos(4000)).as("after a while").isLessThanOrEqualTo(before * 11 / 10);
    }

    @Test
    void aLoopThatWasAwayForASecondEarnsOneSweepAtMost() {
        open(4000, 10 * MILLI);
        for (int round = 0; round < 5; round++) {
            kernel.nanos += SECOND;
            kernel.calls.clear();
            pass(0);
            pass(0);
            int asked = kernel.calls.stream().filter(this::isSlice).mapToInt(Call::count).sum();
            assertThat(asked).isLessThanOrEqualTo(4000);
            kernel.ready(oldOne(), POLLIN());
            assertThat(latency(-1)).isLessThanOrEqualTo(promised());
            untilAll(4000);
        }
    }

    /** The slices of such a loop are few, so they must be long. */
    @Test
    void aLoopWithLongPassesIsOnlyLateByThem() {
        open(4000, 10 * MILLI);
        for (int round = 0; round < 10; round++) {
            kernel.ready(oldOne(), POLLIN());
            long start = kernel.nanos;
            long promised = promised() + 3 * 5 * MILLI;
            while (pass(0) == 0) {
                kernel.nanos += 5 * MILLI;
            }
            assertThat(kernel.nanos - start).isLessThanOrEqualTo(promised);
            untilAll(4000);
        }
    }

    @Test
    void slicesAreNoLongerThanTheTimeBetweenThemEarned() {
        open(4000, 10 * MILLI);
        for (int i = 0; i < 2000; i++) {
            pass(random.nextInt(400_000));
        }
        List<Call> slices = kernel.calls.stream().filter(this::isSlice).toList();
        for (int i = 1; i < slices.size(); i++) {
            long passed = slices.get(i).atNanos() - slices.get(i - 1).atNanos();
            assertThat(slices.get(i).count()).as("entries of slice %d", i)
                    .isLessThanOrEqualTo((int) Math.max(SLICE, 4000.0 * passed / (10 * MILLI)));
        }
        assertThat(slices).hasSizeGreaterThan(100);
    }

    /** Silences the chatterbox until the poller waits for all at once. */
    private void fallAsleep() {
        chat(false);
        pass(0);
        poller.await(100 * MILLI);
        kernel.calls.clear();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 200, 4000})
    void afterAQuietSweepOneCallWaitsForEverything(int old) {
        open(old, 10 * MILLI);
        fallAsleep();
        long start = kernel.nanos;
        assertThat(poller.await(3600 * SECOND)).isZero();
        assertThat(kernel.calls).containsExactly(new Call(start, 0, FIXED_SLOTS + 1 + old, 3600 * SECOND));
        assertThat(kernel.nanos - start).isEqualTo(3600 * SECOND);
        kernel.calls.clear();
        start = kernel.nanos;
        kernel.after(7200 * SECOND, () -> kernel.ready(FIRST_OLD, POLLIN()));
        assertThat(poller.await(-1)).isEqualTo(1);
        assertThat(poller.token(0)).isEqualTo(token(FIRST_OLD));
        assertThat(kernel.calls).containsExactly(new Call(start, 0, FIXED_SLOTS + 1 + old, -1));
    }

    @Test
    void whoWokeThePollerIsYoungAndTheOthersAreAskedInSlicesAgain() {
        open(4000, 10 * MILLI);
        fallAsleep();
        kernel.after(MILLI, () -> kernel.ready(FIRST_OLD + 7, POLLIN()));
        assertThat(pass(-1)).isEqualTo(FIRST_OLD + 7);
        assertThat(poller.set.index(token(FIRST_OLD + 7))).isLessThan(poller.young());
        kernel.calls.clear();
        chat(true);
        kernel.ready(oldOne(), POLLIN());
        long promised = promised();
        assertThat(latency(-1)).isLessThanOrEqualTo(promised);
        assertThat(kernel.calls).allMatch(call -> call.count() < 1000);
    }

    @Test
    void clientsThatComeOrChangeDuringSleepAreWaitedForToo() {
        open(200, 10 * MILLI);
        fallAsleep();
        poller.remove(token(FIRST_OLD + 1));
        poller.remove(token(FIRST_OLD + 2));
        poller.add(9000, token(FIRST_OLD + 2), READ);
        poller.modify(token(FIRST_OLD + 4), READ | Interest.WRITE);
        poller.modify(token(FIRST_OLD + 4), READ);
        kernel.ready(9000, POLLIN());
        assertThat(poller.await(-1)).isEqualTo(1);
        assertThat(poller.token(0)).isEqualTo(token(FIRST_OLD + 2));
        kernel.ready(9000, 0);
        chat(true);
        kernel.ready(FIRST_OLD, POLLIN());
        assertThat(latency(-1)).isLessThanOrEqualTo(promised());
    }

    @Test
    void aSingleDeadlineDoesNotEndTheSleep() {
        open(4000, 10 * MILLI);
        fallAsleep();
        for (int i = 1; i <= 100; i++) {
            assertThat(poller.await(10 * MILLI)).isZero();
            assertThat(kernel.calls).as("one call for each wait").hasSize(i);
        }
    }

    @Test
    void aWakeupEndsTheSleepOnEverything() {
        open(4000, 10 * MILLI);
        fallAsleep();
        assertWokenAfter(SECOND);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1000, 77_777, 250_000, 400_000, 5 * MILLI, 19 * MILLI, 25 * MILLI})
    void aWakeupEndsTheSleepBetweenSlices(long afterNanos) {
        open(4000, 10 * MILLI);
        chat(false);
        pass(0);
        pass(0);
        assertWokenAfter(afterNanos);
    }

    private void assertWokenAfter(long nanos) {
        long start = kernel.nanos;
        kernel.after(nanos, poller::wakeup);
        assertThat(poller.await(-1)).isZero();
        assertThat(kernel.nanos - start).isBetween(nanos, nanos + PASS_NANOS);
    }

    @Test
    void aWakeupDuringASliceEndsTheNextCall() {
        open(4000, 10 * MILLI);
        chat(false);
        pass(0);
        long[] woken = new long[1];
        kernel.asked = call -> {
            if (isSlice(call) && woken[0] == 0) {
                woken[0] = kernel.nanos;
                poller.wakeup();
            }
        };
        assertThat(poller.await(-1)).isZero();
        assertThat(kernel.nanos - woken[0]).isBetween(0L, PASS_NANOS);
    }

    @Test
    void aWaitOfNoTimeMayMissAnOldOneButNotForLong() {
        open(1000, 10 * MILLI);
        int missed = 0;
        for (int round = 0; round < 50; round++) {
            int fd = oldOne();
            kernel.ready(fd, POLLIN());
            long start = kernel.nanos;
            long promised = promised();
            while (pass(0) == 0) {
                missed++;
                assertThat(kernel.nanos - start).isLessThanOrEqualTo(promised);
            }
            untilAll(1000);
        }
        assertThat(missed).isPositive();
        assertThat(kernel.calls).allMatch(call -> call.first() > 0 || call.count() < 1000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1000, 50_000, 3 * MILLI, 11 * MILLI, 35 * MILLI, 100 * MILLI, 5 * SECOND})
    void aWaitInSlicesIsNeitherCutShortNorTooLong(long timeoutNanos) {
        open(4000, 10 * MILLI);
        chat(false);
        pass(0);
        pass(0);
        long start = kernel.nanos;
        assertThat(poller.await(timeoutNanos)).isZero();
        assertThat(kernel.nanos - start).isBetween(timeoutNanos, timeoutNanos + PASS_NANOS);
    }

    @Test
    void aSliceThatFailsHidesNothingThatWasFound() {
        for (Errno errno : new Errno[] {Errno.EINTR, Errno.ENOMEM, Errno.EAGAIN}) {
            kernel.refuses = call -> 0;
            open(300, 10 * MILLI);
            chat(false);
            pass(0);
            kernel.refuses = call -> isSlice(call) ? -errno.number : 0;
            int cursor = poller.cursor();
            kernel.nanos += 10 * MILLI;
            kernel.ready(CHATTERBOX, POLLIN());
            kernel.calls.clear();
            assertThat(poller.await(0)).as("one was found").isEqualTo(1);
            assertThat(kernel.calls).hasSize(2);
            kernel.ready(CHATTERBOX, 0);
            kernel.nanos += 10 * MILLI;
            assertThat(poller.await(MILLI)).as("none was found").isEqualTo(-errno.number);
            assertThat(poller.cursor()).as("the stretch is asked for again").isEqualTo(cursor);
            kernel.refuses = call -> 0;
            chat(true);
            kernel.ready(FIRST_OLD + 250, POLLIN());
            assertThat(latency(-1)).isLessThanOrEqualTo(promised());
            poller.close();
        }
        open(1, MILLI);
    }

    @Test
    void aCallForTheYoungThatFailsIsHandedOn() {
        open(300, 10 * MILLI);
        for (Errno errno : new Errno[] {Errno.EINTR, Errno.ENOMEM, Errno.EAGAIN}) {
            kernel.refuses = call -> -errno.number;
            assertThat(poller.await(-1)).isEqualTo(-errno.number);
        }
        fallAsleepAnyway();
        kernel.refuses = call -> -Errno.EINTR.number;
        assertThat(poller.await(-1)).isEqualTo(-Errno.EINTR.number);
        kernel.refuses = call -> -Errno.EFAULT.number;
        assertThatThrownBy(() -> poller.await(-1)).isInstanceOf(PosixException.class)
                .hasMessageContainingAll("poll", "EFAULT");
    }

    private void fallAsleepAnyway() {
        kernel.refuses = call -> 0;
        fallAsleep();
    }
}
