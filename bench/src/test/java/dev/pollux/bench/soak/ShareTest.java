package dev.pollux.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a soak must find in two looks at a server. */
class ShareTest {
    private static final String BEGIN = "heap=4000000 native=300000 clients_accepted=50 closed_by_peer=50";
    private static final String END = "heap=4000000 native=300000 clients_accepted=90 closed_by_peer=60"
            + " closed_by_reset=30";

    private static List<String> differences(long descriptors, String end) {
        return Share.differences(new Sample(1, true, 1 << 20, 3, Sample.parse(BEGIN)),
                new Sample(9, true, 1 << 20, descriptors, Sample.parse(end)));
    }

    @Test
    void nothingIsFoundWhereNothingHasChanged() {
        assertThat(differences(3, END)).isEmpty();
    }

    @Test
    void aDescriptorThatIsLeftIsFound() {
        assertThat(differences(4, END)).containsExactly("3 descriptors in the beginning and 4 in the end");
    }

    @ParameterizedTest
    @CsvSource({"heap=4000000,heap=4524288,0", "heap=4000000,heap=4524289,1",
            "native=300000,native=365536,0", "native=300000,native=365537,1",
            "native=300000,native=300000 off_heap_bytes=1,1", "native=300000,native=300000 clients_open=1,1",
            "clients_accepted=90,clients_accepted=91,1", "closed_by_reset=30,closed_by_reset=31,1"})
    void whatPassesItsToleranceIsFound(String was, String is, int found) {
        assertThat(END).contains(was);
        assertThat(differences(3, END.replace(was, is))).hasSize(found);
    }
}
