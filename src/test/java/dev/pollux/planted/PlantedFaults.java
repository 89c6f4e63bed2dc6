package dev.pollux.planted;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.planted.Trial.Outcome;
import dev.pollux.planted.Trial.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * {@code make plant}: each {@link PlantedFault} is compiled, and its test must fail, one after the other. The
 * name keeps it out of {@code make test}: it takes minutes.
 */
class PlantedFaults {
    private static final Path FOLDER = Path.of("target/planted");
    private static final int LONGEST_LINE = 200;

    @TestFactory
    Stream<DynamicTest> eachIsCaught() throws IOException, InterruptedException {
        String wanted = System.getProperty("fault", "").toLowerCase(Locale.ROOT);
        List<PlantedFault> faults = PlantedFault.all().stream()
                .filter(fault -> fault.name().toLowerCase(Locale.ROOT).contains(wanted)).toList();
        assertThat(faults).as("faults with '%s' in their name", wanted).isNotEmpty();
        clear();
        // Or a test that always fails would catch everything.
        Set<String> tests = faults.stream().map(PlantedFault::test)
                .collect(Collectors.toCollection(TreeSet::new));
        Verdict sound = Trial.withoutFault(tests, Files.createDirectories(FOLDER.resolve("none")));
        assertThat(sound.outcome()).as("the tests without a fault: %s", sound.text())
                .isEqualTo(Outcome.SURVIVED);
        System.out.println(tests.size() + " test classes pass without a fault");
        return faults.stream().map(fault ->
                DynamicTest.dynamicTest(fault.name(), () -> tryOut(fault, faults.indexOf(fault) + 1)));
    }

    /** What was compiled for other faults must not stand before our classes. */
    private static void clear() throws IOException {
        if (Files.exists(FOLDER)) {
            try (Stream<Path> files = Files.walk(FOLDER)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void tryOut(PlantedFault fault, int number) throws IOException, InterruptedException {
        long start = System.nanoTime();
        Path folder = Files.createDirectories(FOLDER.resolve(String.valueOf(number)));
        Verdict verdict = Trial.of(fault, folder);
        String text = verdict.text().length() <= LONGEST_LINE ? verdict.text()
                : verdict.text().substring(0, LONGEST_LINE) + "…";
        System.out.printf("%d. %s%n   %s in %.1f s: %s%n", number, fault.name(),
                verdict.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                (System.nanoTime() - start) / 1e9, text);
        assertThat(verdict.outcome()).as("%s: %s", fault.name(), verdict.text()).isEqualTo(Outcome.CAUGHT);
    }
}
