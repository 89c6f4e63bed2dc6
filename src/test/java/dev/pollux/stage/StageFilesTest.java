package dev.pollux.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That the stages can be read: short files, a short Javadoc in four parts, and little new in each. */
class StageFilesTest {
    private static final Path FOLDER = Path.of("src/main/java/dev/pollux/stage");
    private static final int MAX_LINES = 160;
    private static final int MAX_LINES_OF_THE_LAST = 210; // Stage 10 and two generations.
    private static final int MAX_JAVADOC_LINES = 15;

    private static List<Path> stages() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> name(file).matches("Stage\\d\\d.*")).sorted().toList();
        }
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }

    private static List<String> lines(int number) throws IOException {
        return Files.readAllLines(stages().get(number - 1));
    }

    @Test
    void thereAreTwelve() throws IOException {
        assertThat(stages()).extracting(file -> Integer.parseInt(name(file).substring(5, 7)))
                .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
    }

    @Test
    void filesAreShort() throws IOException {
        for (int number = 1; number < 12; number++) {
            assertThat(lines(number)).as("stage %d", number).hasSizeLessThanOrEqualTo(MAX_LINES);
        }
        assertThat(lines(12)).hasSizeLessThanOrEqualTo(MAX_LINES_OF_THE_LAST);
    }

    @Test
    void javadocSaysInAFewLinesWhatIsNewWhatToTryWhatIsWrongAndWhereItIsDone() throws IOException {
        for (int number = 1; number <= 12; number++) {
            List<String> lines = lines(number);
            List<String> javadoc = lines.subList(lines.indexOf("/**"), lines.indexOf(" */") + 1);
            assertThat(javadoc).as("stage %d", number).hasSizeLessThanOrEqualTo(MAX_JAVADOC_LINES);
            assertThat(javadoc.get(1)).startsWith(" * Stage " + number);
            assertThat(String.join("\n", javadoc)).containsSubsequence("<p>New: ",
                    "<p>Try: {@code make stage N=" + number, "<p>Still wrong: ", "<p>In the engine: ");
        }
    }

    @Test
    void whatTheJavadocNamesInTheEngineIsThere() throws IOException {
        Pattern named = Pattern.compile("\\{@code (poller|server|frame|posix)\\.(\\w+)(?:\\.(\\w+))?}");
        int found = 0;
        for (Path stage : stages()) {
            for (Matcher name = named.matcher(Files.readString(stage)); name.find(); found++) {
                Path file = FOLDER.resolveSibling(name.group(1)).resolve(name.group(2) + ".java");
                assertThat(file).exists();
                assertThat(Files.readString(file)).contains(name.group(3) == null ? "" : name.group(3) + "(");
            }
        }
        assertThat(found).isGreaterThan(12);
    }

    /** What a diff shows, without the Javadoc at the top, which is another one each time. */
    @ParameterizedTest
    @CsvSource({
        " 1,  2, 40", " 2,  3, 70", " 3,  4, 80", " 4,  5, 15", " 5,  6, 45", " 6,  7, 85",
        " 7,  8, 25", " 7,  9, 35", " 9, 10, 40", "10, 11, 125", "10, 12, 55",
    })
    void littleDiffersFromTheStageBefore(int base, int number, int most) throws IOException {
        List<String> before = code(base);
        List<String> after = code(number);
        int common = longestCommonSubsequence(before, after);
        assertThat(before.size() - common + after.size() - common).as("lines removed and added")
                .isBetween(1, most);
    }

    private static List<String> code(int number) throws IOException {
        List<String> lines = lines(number);
        return Stream.concat(lines.subList(0, lines.indexOf("/**")).stream(),
                lines.subList(lines.indexOf(" */") + 1, lines.size()).stream()).toList();
    }

    private static int longestCommonSubsequence(List<String> one, List<String> other) {
        int[][] longest = new int[one.size() + 1][other.size() + 1];
        for (int i = one.size() - 1; i >= 0; i--) {
            for (int j = other.size() - 1; j >= 0; j--) {
                longest[i][j] = one.get(i).equals(other.get(j)) ? longest[i + 1][j + 1] + 1
                        : Math.max(longest[i + 1][j], longest[i][j + 1]);
            }
        }
        return longest[0][0];
    }

    @Test
    void mapIsAllThatTellsStage8From7() throws IOException {
        List<String> seven = code(7);
        List<String> added = code(8).stream().filter(line -> !seven.contains(line)).toList();
        assertThat(added).isNotEmpty().allMatch(line -> line.matches(".*(?i:map|client|fd).*"));
    }
}
