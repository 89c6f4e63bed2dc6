package dev.pollux.bench.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonReaderTest {
    @Test
    void whatIsWrittenIsRead() {
        Map<String, Object> all = Map.of("a \"quoted\" \\ \n name", List.of(1.5, -2e-7, "x", List.of()),
                "numbers", new double[] {1, Double.NaN}, "none", Map.of());
        Map<String, Object> read = JsonReader.readObject(Json.write(all));
        assertThat(read.get("a \"quoted\" \\ \n name")).isEqualTo(List.of(1.5, -2e-7, "x", List.of()));
        assertThat((List<?>) read.get("numbers")).hasSize(2).first().isEqualTo(1.0);
        assertThat(((List<?>) read.get("numbers")).get(1)).isNull();
        assertThat(read.get("none")).isEqualTo(Map.of());
    }

    @Test
    void wordsAndEscapesAreRead() {
        assertThat(JsonReader.read(" [true, false, null, \"\\u00b5\\t\"] "))
                .isEqualTo(Arrays.asList(true, false, null, "µ\t"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1 2]", "{\"a\" 1}", "[1,", "\"open", "{} x", "nonsense", "{a: 1}"})
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> JsonReader.read(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
