package dev.pollux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the security page promises is held by tests that are there, under the names that it gives them. */
class SecurityPageTest {
    private static final Path PAGE = Path.of(".github/SECURITY.md");
    private static final Path TESTS = Path.of("src/test/java");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(\\w+)`");
    private static final Pattern FLAG = Pattern.compile("--[a-z]+(?:-[a-z]+)*");

    private static List<String> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| ") && !line.endsWith("| held by |")).toList();
    }

    @Test
    void eachRowNamesATest() throws IOException {
        assertThat(rows()).hasSizeGreaterThan(25).allMatch(row -> TEST.matcher(row).find());
    }

    @Test
    void eachTestThatIsNamedIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        Matcher named = TEST.matcher(Files.readString(PAGE));
        while (named.find()) {
            if (!isTest(named.group(1), named.group(2))) {
                missing.add(named.group());
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void aTestThatIsNotThereIsFoundOut() throws IOException {
        assertThat(isTest("SecurityPageTest", "eachTestThatIsNamedIsThere")).isTrue();
        assertThat(isTest("SecurityPageTest", "rows")).isFalse();
        assertThat(isTest("SecurityPageTest", "nobodyWroteThis")).isFalse();
        assertThat(isTest("NobodyWroteThisTest", "isTest")).isFalse();
    }

    /** With its annotations, which are on the lines right above it, one that JUnit takes for a test. */
    private static boolean isTest(String type, String method) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(TESTS)) {
            files = all.filter(file -> file.endsWith(type + ".java")).toList();
        }
        if (files.isEmpty()) {
            return false;
        }
        assertThat(files).as("files of that name").hasSize(1);
        List<String> lines = Files.readAllLines(files.getFirst());
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().startsWith("void " + method + "(")) {
                int above = i;
                while (above > 0 && !lines.get(above - 1).isBlank()) {
                    above--;
                }
                return lines.subList(above, i).stream().map(String::strip)
                        .anyMatch(line -> line.equals("@Test") || line.startsWith("@ParameterizedTest"));
            }
        }
        return false;
    }

    @Test
    void eachFlagThatIsNamedIsThere() throws IOException {
        String flags = Files.readString(Path.of("src/main/java/dev/pollux/cli/ServeFlags.java"))
                + Files.readString(Path.of("src/main/java/dev/pollux/cli/ServeCommand.java"));
        Matcher named = FLAG.matcher(Files.readString(PAGE));
        int count = 0;
        for (; named.find(); count++) {
            assertThat(flags).contains('"' + named.group() + '"');
        }
        assertThat(count).isGreaterThan(10);
    }
}
