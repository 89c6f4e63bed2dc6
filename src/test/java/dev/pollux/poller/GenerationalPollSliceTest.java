package dev.pollux.poller;

import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.poller.Interest.READ;
import static dev.pollux.poller.Poller.FIXED_SLOTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.poller.FakePollKernel.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of {@link GenerationalPoll}'s slices, to the nanosecond. */
@Timeout(30)
class GenerationalPollSliceTest {
    private static final long MILLI = 1_000_000;
    private static final long SECOND = 1000 * MILLI;
    private static final double SHARE = 0.1;
    private static final int CHATTERBOX = 11; // A descriptor that always has something to say.
    private static final int FIRST_OLD = CHATTERBOX + 1;

    private final FakePollKernel kernel = new FakePollKernel();
    private GenerationalPoll poller;

    @AfterEach
    void close() {
        poller.close();
    }

    private void open(int others, long delayNanos) {
        poller = new GenerationalPoll(kernel.posix(), new PollerOptions(others + 1, SHARE, delayNanos));
        for (int fd = CHATTERBOX; fd < FIRST_OLD + others; fd++) {
            poller.add(fd, Poller.token(FIXED_SLOTS + fd - CHATTERBOX, 1), READ);
        }
        assertThat(poller.young()).as("all are young at first").isEqualTo(poller.set.size());
        kernel.ready(CHATTERBOX, POLLIN());
    }

    /** A poller with that many clients that have been silent for long. */
    private void openWithOld(int old, long delayNanos) {
        open(old, delayNanos);
        for (int i = 0; poller.set.size() - poller.young() < old; i++) {
            assertThat(i).isLessThan(100_000);
            pass(100_000);
        }
        kernel.calls.clear();
    }

    private void pass(long workNanos) {
        kernel.nanos += workNanos;
        assertThat(poller.await(-1)).isEqualTo(1);
    }

    private void sweeps(int count, long workNanos) {
        int last = poller.sweep() + count;
        while (poller.sweep() != last) {
            pass(workNanos);
        }
    }

    private static boolean isSlice(Call call) {
        return call.first() > 0;
    }

    private long endOf(Call call) {
        return call.atNanos() + kernel.callNanos + (long) (call.count() * kernel.entryNanos);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "255, 1", "256, 1", "257, 2", "512, 2", "513, 3", "1000, 4"})
    void theWaitBeforeASliceEndsWithItsPartOfTheDelay(int old, int slices) {
        openWithOld(old, 10 * MILLI);
        sweeps(5, 70_001);
        long due = 0;
        int checked = 0;
        for (Call call : kernel.calls) {
            if (isSlice(call)) {
                due = endOf(call) + 10 * MILLI / slices;
            } else if (due > 0) {
                assertThat(call.timeoutNanos()).isEqualTo(Math.max(0, due - call.atNanos()));
                checked++;
            }
        }
        assertThat(checked).isGreaterThan(10);
    }

    /** Of 257 clients one is left over for the second slice, which is next to nothing but the call. */
    @Test
    void whatIsLeftForASmallSliceSaysLittleAboutTheCostOfAClient() {
        openWithOld(257, MILLI / 10);
        sweeps(200, 20_000);
        long costOfAll = (long) (257 * kernel.entryNanos + kernel.callNanos);
        assertThat(poller.delayNanos(257) * SHARE).isBetween(0.95 * costOfAll, 1.1 * costOfAll);
    }

    /** Of one in the second slice: from that slice's beginning on. */
    @Test
    void scannedAreThoseBeforeTheReadyOneInItsSlice() {
        openWithOld(400, MILLI);
        kernel.ready(poller.set.fd(poller.set.size() - 1), POLLIN());
        for (int i = 0; i < 1000; i++) {
            kernel.nanos += 70_001;
            long before = poller.scanned();
            if (poller.await(-1) == 2) {
                assertThat(poller.scanned() - before).isBetween(3L, 3L + 400 - 256);
                return;
            }
        }
        throw new AssertionError("it is not found");
    }

    @Test
    void eachCallIsCounted() {
        openWithOld(300, MILLI);
        long before = poller.polls();
        sweeps(3, 70_001);
        kernel.ready(CHATTERBOX, 0);
        kernel.after(SECOND, () -> kernel.ready(CHATTERBOX, POLLIN()));
        pass(0);
        assertThat(kernel.calls).filteredOn(GenerationalPollSliceTest::isSlice).isNotEmpty();
        assertThat(kernel.calls).filteredOn(call -> call.count() == poller.set.size()).isNotEmpty();
        assertThat(poller.polls() - before).isEqualTo(kernel.calls.size());
    }

    @ParameterizedTest
    @CsvSource({"1", "256", "1000"})
    void aSliceIsAskedAsSoonAsItIsDueAndNotBefore(int old) {
        openWithOld(old, 10 * MILLI);
        sweeps(3, 70_001);
        long interval = 10 * MILLI / ((old + 255) / 256);
        Call last = null;
        for (int i = 0; i < kernel.calls.size(); i++) {
            Call call = kernel.calls.get(i);
            if (isSlice(call)) {
                if (last != null) {
                    assertThat(call.atNanos() - endOf(last)).isBetween(interval, interval + 100_000);
                }
                last = call;
            }
        }
        assertThat(last).isNotNull();
    }

    @Test
    void withNobodyOldThereIsOneWaitAndItIsAsLongAsWanted() {
        open(0, MILLI);
        kernel.ready(CHATTERBOX, 0);
        for (long timeoutNanos : new long[] {1, MILLI, 3600 * SECOND, -1}) {
            kernel.calls.clear();
            long start = kernel.nanos;
            if (timeoutNanos < 0) {
                kernel.after(5 * SECOND, () -> kernel.ready(CHATTERBOX, POLLIN()));
            }
            assertThat(poller.await(timeoutNanos)).isEqualTo(timeoutNanos < 0 ? 1 : 0);
            assertThat(kernel.calls).containsExactly(new Call(start, 0, FIXED_SLOTS + 1, timeoutNanos));
        }
    }

    /** A slice of 256 pays its part of the call as well. */
    @Test
    void whatAskingCostsIsLearnt() {
        openWithOld(4096, 10 * MILLI);
        for (double entryNanos : new double[] {50, 400, 20}) {
            kernel.entryNanos = entryNanos;
            sweeps(40, 50_000);
            double cost = poller.delayNanos(1_000_000_000) / 1e9 * SHARE;
            assertThat(cost).isBetween(entryNanos, entryNanos * 1.03 + kernel.callNanos / 200.0);
        }
    }

    @Test
    void aDelayLongerThanWantedIsSaidEachTimeThatItGrowsByHalf() {
        List<String> lines = new ArrayList<>();
        Logger logger = Logger.getLogger("dev.pollux.poller");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                lines.add(record.getMessage());
            }

            @Override
            public void flush() {
            }

            @Override
            public void close() {
            }
        };
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
        try {
            openWithOld(4096, MILLI);
            sweeps(50, 50_000);
            assertThat(lines).hasSizeBetween(1, 2);
            assertThat(lines.getFirst()).startsWith("4096 silent clients may be noticed after up to ")
                    .endsWith("--sweep-share 0.1 of the time");
            kernel.entryNanos = 1000;
            sweeps(50, 50_000);
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        List<Integer> millis = lines.stream().map(line -> {
            Matcher every = Pattern.compile("up to (\\d+) ms").matcher(line);
            assertThat(every.find()).isTrue();
            return Integer.parseInt(every.group(1));
        }).toList();
        assertThat(millis).hasSizeBetween(2, 10);
        for (int i = 1; i < millis.size(); i++) {
            int before = millis.get(i - 1);
            assertThat(millis.get(i)).isGreaterThanOrEqualTo(before + before / 2); // Both rounded down.
        }
        assertThat(millis.getFirst()).isBetween(3, 7);
        assertThat(millis.getLast()).isBetween(45, 70);
    }
}
