package dev.pollux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide shows code of ours: each snippet is in the file that it names, and each link leads somewhere. */
class GuideTest {
    private static final Path GUIDE = Path.of("src/site/guide.md");
    private static final Path STAGES = Path.of("src/main/java/dev/pollux/stage");
    private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w+)\n(.*?)^```$");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)#]+?)(?:#[^)]*)?\\)");
    private static final Pattern OWN_HEADING = Pattern.compile("\\[[^\\]]*]\\(#([^)]*)\\)");

    /** A fenced block, and the file of ours that was linked last before it. */
    private record Snippet(String text, Path source) {
    }

    private static List<Snippet> snippets(String language) throws IOException {
        String guide = Files.readString(GUIDE);
        List<Snippet> snippets = new ArrayList<>();
        for (Matcher block = FENCED.matcher(guide); block.find();) {
            if (block.group(1).equals(language)) {
                Path source = sourceAbove(guide.substring(0, block.start()));
                snippets.add(new Snippet(block.group(2), source));
            }
        }
        return snippets;
    }

    private static Path sourceAbove(String text) {
        List<String> linked = links(text).filter(link -> link.endsWith(".java")).toList();
        return linked.isEmpty() ? null : GUIDE.resolveSibling(linked.getLast()).normalize();
    }

    private static Stream<String> links(String text) {
        return LINK.matcher(text).results().map(link -> link.group(1));
    }

    /** Lines without their indentation, so that a part can be searched in whole lines. */
    private static String lines(Stream<String> lines) {
        return lines.map(String::strip).filter(line -> !line.isEmpty()).map(line -> line + "\n")
                .collect(Collectors.joining("", "\n", ""));
    }

    private static String file(Path path) throws IOException {
        return lines(Files.readAllLines(path).stream());
    }

    @Test
    void javaIsInTheFileThatIsNamedAboveIt() throws IOException {
        List<Snippet> snippets = snippets("java");
        assertThat(snippets).hasSizeGreaterThan(20);
        for (Snippet snippet : snippets) {
            assertThat(file(snippet.source)).as("%s", snippet.source).contains(lines(snippet.text.lines()));
        }
    }

    @Test
    void diffsAreBetweenTheStagesThatTheyName() throws IOException {
        List<Snippet> diffs = snippets("diff");
        assertThat(diffs).hasSizeGreaterThan(8);
        for (Snippet diff : diffs) {
            List<String> all = diff.text.lines().toList();
            assertThat(all.get(0)).startsWith("--- Stage");
            assertThat(all.get(1)).startsWith("+++ Stage");
            String before = file(STAGES.resolve(all.get(0).substring(4)));
            String after = file(STAGES.resolve(all.get(1).substring(4)));
            for (String hunk : String.join("\n", all.subList(2, all.size())).split("(?m)^@@$")) {
                assertThat(before).as(diff.text).contains(side(hunk, '-'));
                assertThat(after).as(diff.text).contains(side(hunk, '+'));
            }
        }
    }

    /** What is common to both sides, and the lines of one. */
    private static String side(String hunk, char sign) {
        return lines(hunk.lines().filter(line -> line.startsWith(" ") || line.indexOf(sign) == 0)
                .map(line -> line.substring(1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "src/site/guide.md", "src/site/defects.md", "src/site/mutants.md",
            ".github/SECURITY.md"})
    void linksLeadSomewhere(String name) throws IOException {
        Path page = Path.of(name).toAbsolutePath();
        String text = Files.readString(page);
        assertThat(links(text).filter(link -> !link.startsWith("http"))
                .filter(link -> !Files.exists(page.resolveSibling(link)))).isEmpty();
        List<String> headings = text.lines().filter(line -> line.startsWith("#"))
                .map(GuideTest::anchor).toList();
        assertThat(OWN_HEADING.matcher(text).results().map(link -> link.group(1))).isSubsetOf(headings);
    }

    /** What GitHub makes of a heading. */
    private static String anchor(String heading) {
        return heading.replaceFirst("^#+ ", "").toLowerCase().replaceAll("[^\\w\\- ]", "").replace(' ', '-');
    }

    @Test
    void commandsNameTargetsAndFilesThatAreThere() throws IOException {
        String makefile = Files.readString(Path.of("Makefile"));
        for (Snippet commands : snippets("sh")) {
            for (Matcher target = Pattern.compile("make ([a-z-]+)").matcher(commands.text); target.find();) {
                assertThat(makefile).contains("\n" + target.group(1) + ":");
            }
            Matcher file = Pattern.compile("\\bsrc/\\S+").matcher(commands.text);
            while (file.find()) {
                assertThat(Path.of(file.group())).exists();
            }
        }
    }
}
