package dev.pollux.planted;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A bug that somebody could make: lines of a source file, others instead, and the test class that is to
 * notice. All of them are in {@code src/test/faults}, a paragraph each:
 *
 * <pre>
 * # One client over the limit
 * src/main/java/dev/pollux/server/ClientTable.java
 * -        return limit - size;
 * +        return limit - size + 1;
 * dev.pollux.server.ClientTableTest
 * </pre>
 *
 * @param old whole lines, which the file has once
 * @param changed what takes their place; perhaps nothing
 */
record PlantedFault(String name, Path file, String old, String changed, String test) {
    private static final Path FOLDER = Path.of("src/test/faults");

    static List<PlantedFault> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().flatMap(file -> Arrays.stream(read(file).split("\n\n+")))
                    .map(PlantedFault::parse).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static PlantedFault parse(String paragraph) {
        List<String> lines = paragraph.lines().toList();
        int last = lines.size() - 1;
        if (last < 3 || !lines.getFirst().startsWith("# ")
                || !lines.subList(2, last).stream().allMatch(line -> line.matches("[-+].*"))) {
            throw new IllegalArgumentException("not a fault: " + paragraph);
        }
        return new PlantedFault(lines.getFirst().substring(2), Path.of(lines.get(1)), those('-', lines),
                those('+', lines), lines.get(last));
    }

    private static String those(char mark, List<String> lines) {
        return lines.stream().filter(line -> line.charAt(0) == mark).map(line -> line.substring(1) + "\n")
                .collect(Collectors.joining());
    }

    /** How often the file has the old lines: once, or the fault has gone stale. */
    int occurrences() {
        String text = "\n" + read(file);
        int count = 0;
        for (int at = text.indexOf("\n" + old); at >= 0; at = text.indexOf("\n" + old, at + 1)) {
            count++;
        }
        return count;
    }

    /** The file's text with the fault in it. */
    String source() {
        return ("\n" + read(file)).replace("\n" + old, "\n" + changed).substring(1);
    }
}
