package dev.pollux.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.server.Server;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows compiles and works, from the class path and from the module path. */
@Timeout(60)
class ExamplesTest {
    private static final String CLASSES = Path.of("target/classes").toAbsolutePath().toString();

    /** Says that it listens, answers one client, and ends: the README's server with an end. */
    private static final String PROGRAM = """
            package app;
            import dev.pollux.posix.SocketAddress;
            import dev.pollux.server.*;
            public class Main {
                public static void main(String[] args) throws Exception {
                    var options = new ServerOptions().address(SocketAddress.of("127.0.0.1", 0));
                    try (Server server = new Server(options, Client::send).start();
                            var socket = new java.net.Socket("127.0.0.1", server.address().port())) {
                        socket.getOutputStream().write(new byte[] {2, 0, 0, 0, 'h', 'i'});
                        System.out.println(new String(socket.getInputStream().readNBytes(6), 4, 2));
                    }
                    System.out.println(Server.class.getModule().getName());
                }
            }
            """;

    @TempDir
    private Path work;

    @Test
    void theReadmesSnippetCompiles() throws IOException {
        Matcher snippet = Pattern.compile("```java\n(.*?)```",
                Pattern.DOTALL).matcher(Files.readString(Path.of("README.md")));
        assertThat(snippet.find()).isTrue();
        String program = "import dev.pollux.posix.*; import dev.pollux.server.*;\n"
                + "class Snippet { static void run() throws Exception {\n" + snippet.group(1) + "} }\n";
        assertThat(compile("Snippet.java", program, "-cp", CLASSES)).isZero();
    }

    @Test
    void aProgramOnTheClassPathServes() throws Exception {
        assertThat(compile("app/Main.java", PROGRAM, "-cp", CLASSES)).isZero();
        assertThat(run("--enable-native-access=ALL-UNNAMED", "-cp", CLASSES + ":" + work, "app.Main"))
                .containsExactly("hi", "null");
    }

    @Test
    void aProgramOnTheModulePathServes() throws Exception {
        assertThat(compile("app/Main.java", PROGRAM, "-cp", CLASSES)).isZero();
        assertThat(compile("module-info.java", "module app { requires dev.pollux; }", "-p",
                CLASSES)).isZero();
        assertThat(run("--enable-native-access=dev.pollux", "-p", CLASSES + ":" + work, "-m", "app/app.Main"))
                .containsExactly("hi", "dev.pollux");
    }

    @Test
    void aChatRoomTellsOthersWhatIsSaid() throws IOException {
        try (Server room = ChatRoom.start(0); Guest ada = new Guest(room); Guest ben = new Guest(room)) {
            assertThat(ada.hears()).isEqualTo("Who are you?");
            ada.says("Ada");
            assertThat(ben.hears()).isEqualTo("Who are you?");
            ben.says("Ben");
            assertThat(ada.hears()).isEqualTo("Ben comes in");
            ben.says("hello\r");
            assertThat(ada.hears()).isEqualTo("Ben: hello");
            ben.socket.close();
            assertThat(ada.hears()).isEqualTo("Ben leaves");
        }
    }

    private int compile(String file, String text, String... options) throws IOException {
        Path source = work.resolve("source").resolve(file);
        Files.createDirectories(source.getParent());
        Files.writeString(source, text);
        List<String> arguments = new ArrayList<>(List.of("-d", work.toString()));
        arguments.addAll(List.of(options));
        arguments.add(source.toString());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        return compiler.run(null, null, null, arguments.toArray(String[]::new));
    }

    private static List<String> run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            List<String> lines = process.inputReader().lines().toList();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }

    /** Somebody with a terminal. */
    private static final class Guest implements AutoCloseable {
        final Socket socket;
        final BufferedReader lines;

        Guest(Server room) throws IOException {
            socket = new Socket("127.0.0.1", room.address().port());
            socket.setSoTimeout(10_000);
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(),
                    StandardCharsets.UTF_8));
        }

        void says(String text) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write((text + "\n").getBytes(StandardCharsets.UTF_8));
        }

        String hears() throws IOException {
            return lines.readLine();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
