package dev.pollux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Style that can be counted, checked on all Java that is written by hand. */
class TidyTest {
    private static final int MAX_COLUMNS = 110;
    private static final int MAX_METHOD_LINES = 60;
    private static final String MAIN = "src/main/java";

    private static final Pattern COMMENT_OR_LITERAL = Pattern.compile(
            "(?s)/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'");
    private static final Pattern WILDCARD = Pattern.compile("import .*\\*;");
    private static final Pattern WILDCARD_OF_A_BINDING =
            Pattern.compile("import static dev\\.pollux\\.bindings\\.\\w+\\.\\w+\\.\\*;");
    private static final Pattern LEFT_TO_DO = Pattern.compile("\\b(?:TO[D]O|FIX[M]E|X[X]X)\\b");
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("\\s*public (?:\\w+ )*(?:class|interface|enum|record|@interface) .*");
    private static final Pattern ANNOTATION = Pattern.compile("@\\w+(?:\\([^()]*\\))?");
    private static final Pattern TYPE = Pattern.compile("(?s).*\\b(?:class|interface|enum|record)\\s+\\w.*"
            + "|.*\\bnew\\s[^;]*\\)\\s*" // An anonymous class, then a constant of an enum with a body.
            + "|[\\s,]*[A-Z][A-Z0-9_]*\\s*(?:\\(.*\\))?\\s*");
    private static final Pattern METHOD =
            Pattern.compile("(?s)[^=]*\\w\\s*\\(.*\\)\\s*(?:throws\\s[\\w\\s,.]+)?");

    /** A hand-written file: its lines, and its code with comments and literals blanked out, line for line. */
    private record Source(Path path, String text, List<String> lines, String code) {
        static Source read(Path path) {
            try {
                String text = Files.readString(path);
                return new Source(path, text, text.lines().toList(), blanked(text));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String blanked(String text) {
            return COMMENT_OR_LITERAL.matcher(text)
                    .replaceAll(found -> found.group().replaceAll("[^\\n]", " "));
        }

        boolean isMain() {
            return path.startsWith(MAIN);
        }

        String at(int line) {
            return path + ":" + line;
        }

        List<String> codeLines() {
            return code.lines().toList();
        }
    }

    private static final List<Source> SOURCES =
            Stream.of("src", "bench/src").flatMap(TidyTest::filesUnder).map(Source::read).toList();

    private static Stream<Path> filesUnder(String root) {
        if (!Files.isDirectory(Path.of(root))) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            return files.filter(file -> file.toString().endsWith(".java")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private interface LineRule {
        boolean isBroken(String line);
    }

    private static void assertLines(LineRule broken) {
        assertThat(SOURCES.stream().flatMap(source -> breaches(source, source.lines, broken))).isEmpty();
    }

    private static Stream<String> breaches(Source source, List<String> lines, LineRule rule) {
        return IntStream.range(0, lines.size()).filter(i -> rule.isBroken(lines.get(i)))
                .mapToObj(i -> source.at(i + 1));
    }

    @Test
    void thereAreFilesToCheck() {
        assertThat(SOURCES).extracting(source -> source.path.toString())
                .contains(MAIN + "/dev/pollux/posix/Posix.java", "src/test/java/dev/pollux/TidyTest.java");
    }

    @Test
    void linesFitInto110Columns() {
        assertLines(line -> line.codePointCount(0, line.length()) > MAX_COLUMNS);
    }

    @Test
    void thereAreNoTabsAndNoTrailingBlanks() {
        assertLines(line -> line.indexOf('\t') >= 0 || line.indexOf('\r') >= 0);
        assertLines(line -> !line.equals(line.stripTrailing()));
    }

    @Test
    void filesEndWithOneNewline() {
        assertThat(SOURCES.stream().filter(source -> !source.text.matches("(?s).*[^\n]\n")).map(Source::path))
                .isEmpty();
    }

    @Test
    void onlyOneBindingClassIsImportedWhole() {
        assertLines(line ->
                WILDCARD.matcher(line).matches() && !WILDCARD_OF_A_BINDING.matcher(line).matches());
        assertThat(SOURCES.stream().filter(source -> WILDCARD.matcher(source.code).results().count() > 1)
                .map(Source::path)).isEmpty();
    }

    @Test
    void nothingIsLeftToDo() {
        assertLines(line -> LEFT_TO_DO.matcher(line).find());
    }

    @Test
    void testsAreNotSwitchedOffAndDoNotSleep() {
        LineRule broken = line -> line.contains("@Disabled") || line.contains("Thread.sleep");
        assertThat(SOURCES.stream().filter(source -> source.path.toString().contains("src/test/"))
                .flatMap(source -> breaches(source, source.codeLines(), broken))).isEmpty();
    }

    @Test
    void publicTypesOfMainAreDocumented() {
        List<String> found = new ArrayList<>();
        SOURCES.stream().filter(Source::isMain).forEach(source -> {
            List<String> code = source.codeLines();
            for (int i = 0; i < code.size(); i++) {
                if (PUBLIC_TYPE.matcher(code.get(i)).matches() && !isDocumented(source.lines, i)) {
                    found.add(source.at(i + 1));
                }
            }
        });
        assertThat(found).isEmpty();
    }

    /** Whether a Javadoc ends above a line, or above the annotations there. */
    private static boolean isDocumented(List<String> lines, int line) {
        int above = line - 1;
        while (above >= 0 && !lines.get(above).isBlank() && !lines.get(above).endsWith("*/")) {
            above--;
        }
        int start = above;
        while (start >= 0 && !lines.get(start).strip().startsWith("/*")) {
            start--;
        }
        return above >= 0 && lines.get(above).endsWith("*/") && start >= 0
                && lines.get(start).strip().startsWith("/**");
    }

    @Test
    void packagesOfMainAreDescribed() {
        assertThat(SOURCES.stream().filter(Source::isMain).map(source -> source.path.getParent()).distinct()
                .filter(folder -> !folder.equals(Path.of(MAIN)))
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")))).isEmpty();
    }

    @Test
    void methodsHaveAtMost60Lines() {
        assertThat(SOURCES.stream().flatMap(source -> longMethods(source).stream())).isEmpty();
    }

    /** What is between two braces. */
    private record Block(boolean isType, boolean isMethod, int firstLine) {
    }

    private static List<String> longMethods(Source source) {
        List<String> found = new ArrayList<>();
        Deque<Block> open = new ArrayDeque<>();
        int line = 1;
        int headStart = 0; // Where what precedes a brace began.
        for (int i = 0; i < source.code.length(); i++) {
            char c = source.code.charAt(i);
            if (c == '\n') {
                line++;
            } else if (c == '{') {
                String head = source.code.substring(headStart, i);
                int firstLine = line - (int) head.stripLeading().chars().filter(each -> each == '\n').count();
                open.push(block(head, firstLine, open.peek()));
            } else if (c == '}' && !open.isEmpty()) {
                Block closed = open.pop();
                int lines = line - closed.firstLine + 1;
                if (closed.isMethod && lines > MAX_METHOD_LINES) {
                    found.add(source.at(closed.firstLine) + " has " + lines + " lines");
                }
            }
            if (c == '{' || c == '}' || c == ';') {
                headStart = i + 1;
            }
        }
        assertThat(open).as("braces left open in %s", source.path).isEmpty();
        return found;
    }

    private static Block block(String head, int firstLine, Block parent) {
        String bare = ANNOTATION.matcher(head).replaceAll("");
        boolean isType = TYPE.matcher(bare).matches();
        boolean isMethod = !isType && parent != null && parent.isType && METHOD.matcher(bare).matches();
        return new Block(isType, isMethod, firstLine);
    }

    @Test
    void longMethodsAreFound() {
        String body = "        call(\"}\"); // }\n".repeat(MAX_METHOD_LINES);
        String text = "class A {\n    int x() {\n        return 1;\n    }\n\n"
                + "    @Override\n    public void y()\n            throws B {\n" + body + "    }\n}\n";
        Source source = new Source(Path.of("A.java"), text, List.of(), Source.blanked(text));
        assertThat(longMethods(source)).containsExactly("A.java:6 has " + (MAX_METHOD_LINES + 4) + " lines");
    }
}
