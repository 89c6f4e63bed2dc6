package dev.pollux.planted;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.pollux.planted.Trial.Outcome;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the faults of {@link PlantedFaults} can still be planted, and that its judge tells them apart. */
@Timeout(60)
class PlantedFaultsTest {
    private static final List<PlantedFault> FAULTS = PlantedFault.all();

    @Test
    void thereAreManyOfDifferentNames() {
        assertThat(FAULTS).hasSizeGreaterThanOrEqualTo(30);
        assertThat(FAULTS).extracting(PlantedFault::name).doesNotHaveDuplicates();
    }

    @Test
    void eachChangesLinesThatItsFileHasOnce() {
        assertThat(FAULTS).allSatisfy(fault -> {
            assertThat(fault.occurrences()).as("%s: the old lines in %s", fault.name(), fault.file())
                    .isEqualTo(1);
            assertThat(fault.changed()).isNotEqualTo(fault.old());
        });
    }

    @Test
    void eachIsForATestThatRunsByItself() {
        assertThat(FAULTS).allSatisfy(fault -> {
            assertThat(fault.test()).endsWith("Test");
            assertThat(Path.of("src/test/java", fault.test().replace('.', '/') + ".java")).exists();
        });
    }

    @ParameterizedTest
    @CsvSource({"31, CAUGHT", "30 + 2, SURVIVED", "true, DOES_NOT_COMPILE"})
    void theJudgeTellsWhatIsCaughtFromWhatIsNot(String bytes, Outcome outcome, @TempDir Path folder)
            throws Exception {
        PlantedFault fault = PlantedFault.parse("# How much of a peer's bytes a log shows\n"
                + "src/main/java/dev/pollux/log/Escaped.java\n"
                + "-    private static final long MOST_BYTES = 32;\n"
                + "+    private static final long MOST_BYTES = " + bytes + ";\n"
                + "dev.pollux.log.EscapedTest");
        assertThat(fault.occurrences()).isEqualTo(1);
        assertThat(Trial.of(fault, folder).outcome()).isEqualTo(outcome);
    }

    @Test
    void whatIsNoFaultIsRefused() {
        for (String wrong : List.of("", "# A name", "# A name\nA.java\n-old\nnew\nATest",
                "A.java\n-old\n+new\nATest", "# A name\nA.java\nATest")) {
            assertThatIllegalArgumentException().isThrownBy(() -> PlantedFault.parse(wrong));
        }
    }
}
