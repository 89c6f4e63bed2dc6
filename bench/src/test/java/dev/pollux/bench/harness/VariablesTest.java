package dev.pollux.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class VariablesTest {
    private static Variables of(String... args) {
        return new Variables(List.of("SIZE", "B"), args);
    }

    @Test
    void valueIsWhatComesBehindTheFirstEqualsSign() {
        assertThat(of("SIZE=3").<Integer>value("SIZE", Integer::parseInt, 7)).isEqualTo(3);
        assertThat(of("B=a=b").value("B", String::trim, "")).isEqualTo("a=b");
    }

    @Test
    void emptyIsAsIfNotGiven() {
        assertThat(of("SIZE=").<Integer>value("SIZE", Integer::parseInt, 7)).isEqualTo(7);
        assertThat(of("RESULTS=", "NAME=").results()).isEqualTo(Path.of("bench", "results"));
    }

    @Test
    void wrongOnesAreNamed() {
        assertThatThrownBy(() -> of("SPEED=3")).hasMessage("what is SPEED=3?");
        assertThatThrownBy(() -> of("SPEED=")).hasMessage("what is SPEED=?");
        assertThatThrownBy(() -> of("B")).hasMessage("what is B?");
        assertThatThrownBy(() -> of("SIZE=x").<Integer>value("SIZE", Integer::parseInt, 7))
                .hasMessage("SIZE=x is not a number");
    }

    @Test
    void resultsAreCalledByKindDateAndWhatTheyLack() {
        assertThat(of().name("lab", "-quick")).matches("lab-\\d{4}-\\d\\d-\\d\\d-quick");
        assertThat(of("NAME=mine", "RESULTS=/tmp/x").name("lab", "-quick")).isEqualTo("mine");
        assertThat(of("RESULTS=/tmp/x").results()).isEqualTo(Path.of("/tmp/x"));
    }
}
