package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.cli.PolluxProcess.Server;
import dev.pollux.poller.Backend;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** A server in a process of its own, a client that minds its business, and calls of the loop that fail. */
final class StraceScene implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int MOST_TICKS = 100; // Of 10 ms: what the loop may take in one test.
    // Its epoll set: with this, each wait is seen. Other descriptors are left out, such as those of files
    // that the JVM reads classes from.
    private static final String EPOLL_SET = "anon_inode:[eventpoll]";

    private final Class<?> test;
    private final Path folder;
    private final Server server;
    private final Path descriptors;
    private final Path thread;
    private final Socket bystander;

    StraceScene(Class<?> test, Path folder, Backend backend) throws IOException {
        this.test = test;
        this.folder = folder;
        this.server = PolluxProcess.serve("--log-level", "debug", "--poller", backend.toString(),
                "--drain-timeout", "1s");
        try {
            Path process = Path.of("/proc/" + server.process().process().pid());
            this.descriptors = process.resolve("fd");
            this.thread = loopThread(process);
            this.bystander = connect();
            serveBystander();
        } catch (Throwable t) {
            server.close();
            throw t;
        }
    }

    /** Returns the loop's folder in that of its process, under /proc. */
    static Path loopThread(Path process) throws IOException {
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            return onlyOne(threads.filter(thread -> name(thread).equals("pollux-loop")).toList());
        }
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // It has ended since.
        }
    }

    private static <T> T onlyOne(Iterable<T> all) {
        assertThat(all).hasSize(1);
        return all.iterator().next();
    }

    /** The server's sockets, by what the kernel calls them: socket:[1234]. */
    Set<String> sockets() throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> links = Files.list(descriptors)) {
            for (Path link : links.toList()) {
                String target = target(link);
                if (target.startsWith("socket:")) {
                    found.add(target);
                }
            }
        }
        return found;
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // Closed since.
        }
    }

    /** Reads the end of the stream, in good order or not, and nothing before it. */
    static void seesTheEnd(Socket socket) throws IOException {
        try {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        } catch (SocketException e) {
            assertThat(e).hasMessageContaining("reset");
        }
    }

    /** A client, and its socket on the server's side. */
    record Victim(Socket socket, String link) implements AutoCloseable {
        void seesTheEnd() throws IOException {
            StraceScene.seesTheEnd(socket);
        }

        /** What the log is to say of its end. */
        String closed(String reason) {
            return " 127.0.0.1:" + socket.getLocalPort() + " \\(descriptor \\d+\\) closed: " + reason + ", ";
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    Victim victim() throws IOException {
        Set<String> before = sockets();
        Socket socket = connect();
        assertThat(Frames.echo(socket, "here")).isEqualTo("here");
        Set<String> added = sockets();
        added.removeAll(before);
        return new Victim(socket, onlyOne(added));
    }

    Socket connect() throws IOException {
        Socket socket = server.connect();
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /** Has the bystander's frames echoed: several, so that what was under way before is over. */
    void serveBystander() throws IOException {
        for (int i = 0; i < 3; i++) {
            assertThat(Frames.echo(bystander, "as ever " + i)).isEqualTo("as ever " + i);
        }
    }

    /** Makes calls of the loop on one socket fail, {@code read:error=EINTR:when=1} for one. */
    Strace inject(String failure, String link) throws IOException {
        return attach("-P", link, "-P", EPOLL_SET, "-e", "inject=" + failure);
    }

    /** Makes calls of the loop fail, whatever they are about, and sees no others than {@code seen}. */
    Strace injectIntoAny(String failure, String seen) throws IOException {
        return attach("-e", "trace=" + seen, "-e", "inject=" + failure);
    }

    private Strace attach(String... options) throws IOException {
        return Strace.attach(test, thread.getFileName().toString(), folder, List.of(options));
    }

    String address() {
        return server.address().toString();
    }

    /** Stops the server, which has nothing special to say. Returns all it said on stderr. */
    String stop() throws Exception {
        serveBystander();
        assertThat(ticks()).as("CPU time of the loop, in ticks of 10 ms").isLessThan(MOST_TICKS);
        bystander.close();
        server.process().terminate();
        assertThat(server.process().exitCode()).isZero();
        return server.process().stderr();
    }

    private long ticks() throws IOException {
        String stat = Files.readString(thread.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" "); // From the third on: proc(5).
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]); // utime and stime
    }

    /** Waits for a server that ends by itself. Returns all it said on stderr. */
    String failed() throws Exception {
        assertThat(server.process().exitCode()).isEqualTo(1);
        return server.process().stderr();
    }

    @Override
    public void close() throws IOException {
        bystander.close();
        server.close();
    }
}
