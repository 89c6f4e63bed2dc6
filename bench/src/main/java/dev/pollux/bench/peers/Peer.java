package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Workshop;
import dev.pollux.poller.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A server that takes part.
 *
 * @param name as in tables and results
 * @param program the C program; null for those in Java, which are known by their name
 */
record Peer(String name, String program) {
    /** The same for all in Java: one collector, and what Netty asks for on newer JDKs. */
    static final List<String> JVM = List.of("-XX:+UseSerialGC", "-XX:+IgnoreUnrecognizedVMOptions",
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    static final String USUAL_HEAP = "-Xmx512m";
    private static final String OURS = "pollux-";
    /** select(2) knows descriptors below 1024; some are the JVM's. */
    private static final int SELECT_CLIENTS = 1_000;

    /** All there are; whether one can run here shows when it is started. */
    static List<Peer> all() {
        List<Peer> all = new ArrayList<>();
        for (Backend backend : Backend.values()) {
            if (!backend.toString().equals("auto")) { // One of the others under another name.
                all.add(new Peer(OURS + backend, null));
            }
        }
        for (String name : List.of("jdk-selector", "netty-nio", "netty-epoll", "netty-epoll-decoder",
                "netty-io_uring", "virtual-threads")) {
            all.add(new Peer(name, null));
        }
        all.add(new Peer("c-tutorial-poll", "tutorial_poll"));
        all.add(new Peer("c-epoll-shared", "epoll_shared"));
        return all;
    }

    /** One of them, or ours with an option behind an @. */
    static Peer named(String name) {
        if (name.startsWith(OURS) && name.indexOf('@') > 0) {
            return new Peer(name, null);
        }
        return all().stream().filter(p -> p.name.equals(name)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("there is no server " + name));
    }

    boolean isOurs() {
        return name.startsWith(OURS);
    }

    /** Whether it can have so many clients at all. */
    boolean takes(int clients) {
        return !name.equals(OURS + "select") || clients <= SELECT_CLIENTS;
    }

    /** How to start it on any free port; the flags are for the JVM. */
    List<String> command(Workshop workshop, List<String> flags) throws IOException, InterruptedException {
        if (program != null) {
            return List.of(workshop.program(program).toString(), "0");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath(), "dev.pollux.bench.peers.servers.PeerServer", name, "0"));
        return command;
    }

    /** Not the big jar where a small one does: reading its index is part of starting, and stays in memory. */
    private String classPath() {
        String own = System.getProperty("java.class.path");
        Path target = Path.of(own).toAbsolutePath().getParent();
        if (!own.endsWith("benchmarks.jar") || name.startsWith("netty-")) {
            return own;
        }
        Path bench = target.resolve("pollux-bench-0.1.0-SNAPSHOT.jar");
        Path library = target.resolve("../../target/pollux-0.1.0-SNAPSHOT.jar").normalize();
        return Files.exists(bench) && Files.exists(library) ? library + ":" + bench : own;
    }
}
