package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.POLLHUP;
import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.POLLNVAL;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.poller.PollSet;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All forms of the scan find the same before any of them is timed. */
class ScanFormsTest {
    private interface Form {
        int scan(MemorySegment entries, int size, int pending, int[] hits);
    }

    private static final Map<String, Form> FORMS = new LinkedHashMap<>();

    static {
        FORMS.put("accessor", ScanForms::accessor);
        FORMS.put("varHandle", ScanForms::varHandle);
        FORMS.put("shortAtOffset", ScanForms::shortAtOffset);
        FORMS.put("longPerEntry", ScanForms::longPerEntry);
        FORMS.put("or4", ScanForms::or4);
        FORMS.put("or4Search", ScanForms::or4Search);
        FORMS.put("or8", ScanForms::or8);
        FORMS.put("or8Search", ScanForms::or8Search);
        FORMS.put("byteBuffer", (entries, size, pending, hits) -> ScanForms.byteBuffer(
                entries.asByteBuffer().order(ByteOrder.nativeOrder()), size, pending, hits));
        FORMS.put("vector", VectorScanForms::vector);
        FORMS.put("vectorOr4Search", VectorScanForms::vectorOr4Search);
    }

    @Test
    void allFormsFindTheReadyEntriesOfRandomSets() {
        Random random = new Random(6);
        short[] revents = {(short) POLLIN(), (short) (POLLIN() | POLLHUP()), (short) POLLNVAL(),
            Short.MIN_VALUE};
        for (int round = 0; round < 3_000; round++) {
            int size = 1 + random.nextInt(round % 10 == 0 ? 400 : 70);
            int oneIn = 1 + random.nextInt(1 + random.nextInt(size));
            List<Integer> expected = new ArrayList<>();
            try (PollSet set = set(size)) {
                for (int i = 0; i < size; i++) {
                    if (random.nextInt(oneIn) == 0) {
                        setRevents(set, i, revents[random.nextInt(revents.length)]);
                        expected.add(i);
                    }
                }
                assertAllFind(set, expected);
            }
        }
    }

    /** What lies behind the last entry, in a larger array, is none of theirs. */
    @Test
    void noFormLooksBehindTheEnd() {
        for (int size = 65; size < 100; size++) {
            try (PollSet set = set(size)) {
                for (int i = size; i < set.entries().byteSize() / pollfd.sizeof(); i++) {
                    setRevents(set, i, (short) POLLIN());
                }
                assertAllFind(set, List.of());
            }
        }
    }

    private static PollSet set(int size) {
        PollSet set = new PollSet(0, 1024); // So that the array grows by doubling.
        for (int slot = 0; slot < size; slot++) {
            set.add(Integer.MAX_VALUE - slot, slot, 0xFFFF); // No other field may be taken for revents.
        }
        return set;
    }

    private static void setRevents(PollSet set, int index, short revents) {
        set.entries().set(JAVA_SHORT, index * pollfd.sizeof() + pollfd.revents$offset(), revents);
    }

    private static void assertAllFind(PollSet set, List<Integer> expected) {
        int ready = expected.size();
        for (int pending : new int[] {ScanForms.TO_THE_END, ready, ready / 2}) {
            List<Integer> wanted = expected.subList(0, Math.min(ready, pending));
            FORMS.forEach((name, form) -> {
                int[] hits = new int[set.size()];
                int found = form.scan(set.entries(), set.size(), pending, hits);
                assertHits(name, hits, found, wanted);
            });
            int[] hits = new int[set.size()];
            assertHits("server", hits, ScanForms.server(set, pending, hits), wanted);
        }
    }

    private static void assertHits(String form, int[] hits, int found, List<Integer> wanted) {
        assertThat(Arrays.stream(hits, 0, found).boxed().toList()).as(form).isEqualTo(wanted);
    }

    @ParameterizedTest
    @EnumSource(Placement.class)
    void readyEntriesAreWhereTheParameterSays(Placement placement) {
        boolean differs = false;
        try (ScanArrays arrays = new ScanArrays(1000, "1%", placement)) {
            assertThat(arrays.ready).isEqualTo(10);
            int[] first = null;
            for (int i = 0; i < ScanArrays.COUNT; i++) {
                assertThat(ScanForms.shortAtOffset(arrays.next(), 1000, ScanForms.TO_THE_END, arrays.hits))
                        .isEqualTo(10);
                int[] hits = Arrays.copyOf(arrays.hits, 10);
                switch (placement) {
                    case FRONT -> assertThat(hits).startsWith(0).endsWith(9);
                    case BACK -> assertThat(hits).startsWith(990).endsWith(999);
                    case SPREAD -> differs |= first != null && !Arrays.equals(first, hits);
                }
                first = hits;
            }
        }
        assertThat(differs).isEqualTo(placement == Placement.SPREAD);
    }

    @Test
    void readyIsACountAPercentageOrAll() {
        assertThat(ScanArrays.count("0", 64)).isZero();
        assertThat(ScanArrays.count("1", 64)).isEqualTo(1);
        assertThat(ScanArrays.count("1%", 64)).isEqualTo(1); // Not none: that is another row.
        assertThat(ScanArrays.count("10%", 65_536)).isEqualTo(6_553);
        assertThat(ScanArrays.count("all", 65_536)).isEqualTo(65_536);
    }
}
