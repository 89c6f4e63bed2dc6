package dev.pollux.bench.harness;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Short-lived commands. */
public final class Tools {
    private Tools() {
    }

    /** Whether there is such a program. */
    public static boolean onPath(String name) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(directory, name))) {
                return true;
            }
        }
        return false;
    }

    /** What a command prints, both ways, without the last line's end; null if it fails or takes a minute. */
    public static String output(String... command) throws IOException, InterruptedException {
        Path to = Files.createTempFile("pollux-bench-", ".out");
        try {
            Process process = new ProcessBuilder(List.of(command)).redirectErrorStream(true)
                    .redirectOutput(to.toFile()).start();
            try {
                boolean good = process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0;
                return good ? Files.readString(to, StandardCharsets.UTF_8).stripTrailing() : null;
            } finally {
                process.destroyForcibly();
            }
        } finally {
            Files.delete(to);
        }
    }
}
