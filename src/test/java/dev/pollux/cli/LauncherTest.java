package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code pollux} as it is installed, with JDKs that only print their arguments. */
@Timeout(60)
class LauncherTest {
    private static final String MISSING = "Pollux needs a JDK 22 or newer: install openjdk-25-jdk-headless,"
            + " or Temurin (https://adoptium.net) where Debian has no such package, or set JAVA_HOME.\n";

    @TempDir
    private Path temp;
    private Path jvms;
    private Path pollux;

    private record Result(int code, String out, String err) {
    }

    @BeforeEach
    void install() throws IOException {
        jvms = Files.createDirectory(temp.resolve("all jvms"));
        Path bin = Files.createDirectories(temp.resolve("a prefix/bin"));
        Path lib = Files.createDirectories(temp.resolve("a prefix/lib/pollux"));
        pollux = Files.copy(Path.of("src/build/pollux"), bin.resolve("pollux"));
        Files.copy(Path.of("src/build/find-jdk"), lib.resolve("find-jdk"));
        Files.writeString(lib.resolve("pollux.jar"), "");
        assertThat(pollux.toFile().setExecutable(true)).isTrue();
    }

    /** Makes a JDK whose java prints its version and arguments, a line each. */
    private Path jdk(Path home, int version) throws IOException {
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        Files.writeString(java, """
                #!/bin/sh
                [ "$1" = -version ] && echo 'openjdk version "%1$d.0.1" 2026-01-01' >&2 && exit
                echo %1$d; printf '%%s\\n' "$@"; echo "LC_ALL=${LC_ALL:-}"
                cat /proc/self/fdinfo/2 | sed -n 's/^flags:.*\\(.\\)$/stderr mode \\1/p'
                """.formatted(version));
        assertThat(java.toFile().setExecutable(true)).isTrue();
        return home;
    }

    private Result run(Map<String, String> environment, String... command) throws Exception {
        Path out = temp.resolve("out");
        Path err = temp.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(Path.of("/").toFile())
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("JAVA_HOME"));
        builder.environment().put("JVM_FOLDER", jvms.toString());
        builder.environment().put("LANG", "en_US.UTF-8");
        builder.environment().put("PATH", temp.resolve("path") + ":/usr/bin:/bin");
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private Result run(Map<String, String> environment) throws Exception {
        return run(environment, pollux.toString(), "send", "a b", "");
    }

    private List<String> expected(int version) {
        return List.of(Integer.toString(version), "--enable-native-access=ALL-UNNAMED", "-jar",
                temp.resolve("a prefix/bin/../lib/pollux/pollux.jar").toString(), "send", "a b", "");
    }

    @Test
    void newestOfTheInstalledRunsTheJarWithTheArguments() throws Exception {
        jdk(jvms.resolve("java 17"), 17);
        jdk(jvms.resolve("java 22"), 22);
        jdk(jvms.resolve("java 25"), 25);
        jdk(temp.resolve("default"), 17);
        Files.createSymbolicLink(Files.createDirectories(temp.resolve("path")).resolve("java"),
                temp.resolve("default/bin/java"));
        assertThat(run(Map.of()).out.lines()).startsWith(expected(25).toArray(String[]::new));
    }

    @Test
    void javaHomeComesFirstIfItIsNewEnough() throws Exception {
        jdk(jvms.resolve("java 25"), 25);
        Path own = jdk(temp.resolve("own jdk"), 23);
        assertThat(run(Map.of("JAVA_HOME", own.toString())).out.lines())
                .startsWith(expected(23).toArray(String[]::new));
        Path old = jdk(temp.resolve("old jdk"), 21);
        assertThat(run(Map.of("JAVA_HOME", old.toString())).out.lines())
                .startsWith(expected(25).toArray(String[]::new));
    }

    @Test
    void versionIsInTheReleaseFileToo() throws Exception {
        Path home = jdk(jvms.resolve("java"), 24);
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
        assertThat(run(Map.of()).err).isEqualTo(MISSING);
        Files.writeString(home.resolve("release"), "JAVA_VERSION=\"24\"\n");
        assertThat(run(Map.of()).code).isZero();
    }

    @Test
    void linkFromElsewhereWorks() throws Exception {
        jdk(jvms.resolve("java"), 25);
        Path link = Files.createSymbolicLink(temp.resolve("a link"), pollux);
        Path second = Files.createSymbolicLink(temp.resolve("second"), Path.of("a link"));
        assertThat(run(Map.of(), second.toString(), "send", "a b", "").out.lines())
                .startsWith(expected(25).toArray(String[]::new));
    }

    @Test
    void noJdkIsOneLineAndExitsWithOne() throws Exception {
        jdk(jvms.resolve("java 17"), 17);
        String[] tools = {"sh", "readlink", "dirname", "sed", "grep", "sort", "cut", "head"};
        Path path = Files.createDirectories(temp.resolve("path")); // Without the java of this machine.
        for (String tool : tools) {
            Files.createSymbolicLink(path.resolve(tool), Path.of("/bin", tool));
        }
        Result result = run(Map.of("PATH", path.toString()));
        assertThat(result).isEqualTo(new Result(1, "", MISSING));
    }

    @Test
    void localeIsUtf8WhereThereIsNone() throws Exception {
        jdk(jvms.resolve("java"), 25);
        for (Map<String, String> none : List.of(Map.of("LANG", ""), Map.of("LANG", "C"),
                Map.of("LC_ALL", "POSIX"), Map.of("LC_CTYPE", "C"))) {
            assertThat(run(none).out).as(none.toString()).contains("\nLC_ALL=C.UTF-8\n");
        }
        assertThat(run(Map.of()).out).contains("\nLC_ALL=\n");
        assertThat(run(Map.of("LC_ALL", "de_DE.UTF-8")).out).contains("\nLC_ALL=de_DE.UTF-8\n");
    }

    @Test
    void closedStreamsAreOccupiedTheWrongWayRound() throws Exception {
        jdk(jvms.resolve("java"), 25);
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>&-", "sh"));
        command.addAll(Arrays.asList(pollux.toString(), "send", "a b", ""));
        assertThat(run(Map.of(), command.toArray(String[]::new)).out).contains("\nstderr mode 0\n");
        assertThat(run(Map.of()).out).contains("\nstderr mode 1\n");
    }

    @Test
    void signalsReachJava() throws Exception {
        Path home = jdk(jvms.resolve("java"), 25);
        Files.writeString(home.resolve("bin/java"), """
                #!/bin/sh
                [ "$1" = -version ] && echo 'openjdk version "25" 2026' >&2 && exit
                kill -TERM $$
                """);
        assertThat(run(Map.of()).code).isEqualTo(143);
        Files.writeString(home.resolve("bin/java"), """
                #!/bin/sh
                [ "$1" = -version ] && echo 'openjdk version "25" 2026' >&2 && exit
                echo pid $$
                """);
        Result result = run(Map.of(), "sh", "-c", "echo pid $$; exec \"$@\"", "sh", pollux.toString());
        assertThat(result.out.lines().distinct()).as("the same process").hasSize(1);
    }
}
