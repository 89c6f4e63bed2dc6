package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The library without picocli, on the module path and on the class path. */
@Timeout(60)
class ModulePathTest {
    private static final String MODULE_AND_CLASS = "dev.pollux/" + Main.class.getName();

    private static void assertNeedsPicocli(String... options) throws Exception {
        for (String argument : List.of("--help", "serve", "send", "stage")) {
            List<String> command = new ArrayList<>(
                    List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
            command.addAll(List.of(options));
            command.add(argument);
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(said).isEqualTo("pollux: the command line needs picocli: put it on the module path or"
                    + " class path too, or run pollux.jar, which contains it\n");
            assertThat(process.exitValue()).isEqualTo(1);
        }
    }

    @Test
    void missingPicocliIsOneLine() throws Exception {
        String classes = Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
        assertNeedsPicocli("-p", classes, "-m", MODULE_AND_CLASS);
        assertNeedsPicocli("-cp", classes, Main.class.getName());
    }
}
