package dev.pollux.bindings;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.bindings.linux.Libc;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps jextract/linux/symbols.txt, the part of the bindings that people review, to what the code uses. */
class UnusedBindingsTest {
    private static final Path PLATFORM = Path.of("jextract/linux");
    private static final Path GENERATED = PLATFORM.resolve("java/dev/pollux/bindings/linux");
    private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*");

    @Test
    void everySymbolIsUsed() throws IOException {
        String code = handWrittenCode();
        Set<String> unused = new TreeSet<>();
        for (String line : lines()) {
            if (!use(line).matcher(code).find()) {
                unused.add(line);
            }
        }
        unused.removeIf(line -> isPartOfAnother(line, unused));
        assertThat(unused).as("lines of symbols.txt that no hand-written code needs").isEmpty();
    }

    @Test
    void symbolsAreSortedAndWithoutDuplicates() {
        List<String> lines = lines();
        assertThat(lines).as("LC_ALL=C sort -u").containsExactlyElementsOf(new TreeSet<>(lines));
    }

    @Test
    void generatedMethodsAreTheFunctionsAndConstants() {
        Set<String> generated = Arrays.stream(Libc.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()))
                .map(Method::getName)
                .map(name -> name.replaceFirst("\\$.*", ""))
                .collect(Collectors.toSet());
        Set<String> listed = new HashSet<>(names("--include-function"));
        listed.addAll(names("--include-constant"));
        assertThat(generated).isEqualTo(listed);
    }

    @Test
    void generatedClassesAreTheStructsAndUnions() throws IOException {
        try (Stream<Path> files = Files.list(GENERATED)) {
            Set<String> generated = files
                    .map(file -> file.getFileName().toString().replaceFirst("\\.java$", ""))
                    .filter(name -> !name.equals("Libc"))
                    .collect(Collectors.toSet());
            Set<String> listed = new HashSet<>(names("--include-struct"));
            listed.addAll(names("--include-union"));
            assertThat(generated).isEqualTo(listed);
        }
    }

    /** What a use looks like: Libc.bind$address(), AF_INET(), pollfd.fd$offset(); an import alone is none. */
    private static Pattern use(String line) {
        String name = "\\b" + Pattern.quote(nameIn(line));
        return Pattern.compile(switch (line.split(" ")[0]) {
            case "--include-constant" -> name + "\\(\\)";
            case "--include-function" -> name + "\\$|\\bLibc\\." + nameIn(line) + "\\(";
            case "--include-struct", "--include-union" -> name + "\\.\\w";
            default -> throw new IllegalArgumentException(line);
        });
    }

    /** Whether jextract needs this line for a struct that is used, like in_addr for sockaddr_in. */
    private static boolean isPartOfAnother(String line, Set<String> unused) {
        String member = nameIn(line) + ".layout()";
        return lines("--include-struct")
                .filter(other -> !other.equals(line) && !unused.contains(other))
                .anyMatch(other -> read(GENERATED.resolve(nameIn(other) + ".java")).contains(member));
    }

    private static String handWrittenCode() throws IOException {
        StringBuilder code = new StringBuilder();
        for (String root : List.of("src/main/java", "src/test/java")) {
            try (Stream<Path> files = Files.walk(Path.of(root))) {
                files.filter(UnusedBindingsTest::isHandWritten)
                        .map(file -> COMMENT.matcher(read(file)).replaceAll(" "))
                        .forEach(code::append);
            }
        }
        return code.toString();
    }

    private static boolean isHandWritten(Path file) {
        return file.toString().endsWith(".java") && !file.startsWith("src/test/java/dev/pollux/bindings");
    }

    private static Set<String> names(String option) {
        return lines(option).map(UnusedBindingsTest::nameIn).collect(Collectors.toSet());
    }

    private static Stream<String> lines(String option) {
        return lines().stream().filter(line -> line.startsWith(option + " "));
    }

    private static List<String> lines() {
        return read(PLATFORM.resolve("symbols.txt")).lines().toList();
    }

    private static String nameIn(String line) {
        return line.substring(line.indexOf(' ') + 1);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
