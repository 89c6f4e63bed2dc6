package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SuiteTest {
    @Test
    void groupsAreAllPairsOfValues() {
        List<Group> groups = Suite.groups(Scope.FULL, Pattern.compile("TinyBenchmark"));
        assertThat(groups).hasSize(6)
                .allSatisfy(group -> assertThat(group.methods()).containsExactly("adds", "allocates"))
                .contains(new Group(TinyBenchmark.class.getName(), Map.of("kind", "c", "size", "5"),
                        List.of("adds", "allocates")));
        assertThat(Suite.benchmarks(groups)).isEqualTo(12);
    }

    @Test
    void filterIsForMethodsToo() {
        assertThat(Suite.groups(Scope.FULL, Pattern.compile("Tiny.*\\.alloc"))).hasSize(6)
                .allSatisfy(group -> assertThat(group.methods()).containsExactly("allocates"));
        assertThat(Suite.groups(Scope.FULL, Pattern.compile("there is none"))).isEmpty();
    }

    @Test
    void smokeTakesTheFirstValueOfEachParameter() {
        assertThat(Suite.groups(Scope.SMOKE, Pattern.compile("TinyBenchmark"))).containsExactly(
                new Group(TinyBenchmark.class.getName(), Map.of("kind", "a", "size", "3"),
                        List.of("adds", "allocates")));
    }

    @Test
    void smokeLeavesNoBenchmarkOut() {
        assertThat(names(Scope.SMOKE)).isEqualTo(names(Scope.WHOLE));
        assertThat(names(Scope.FULL)).isEqualTo(names(Scope.WHOLE));
    }

    private static List<String> names(Scope scope) {
        return Suite.groups(scope, Pattern.compile("")).stream().flatMap(group -> group.methods().stream()
                .map(method -> group.benchmark() + '.' + method)).distinct().sorted().toList();
    }
}
