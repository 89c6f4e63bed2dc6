package dev.pollux.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * Holds a network of its own, with a loopback device that is up.
 *
 * @see <a href="https://man7.org/linux/man-pages/man8/ip-netns.8.html">ip-netns(8)</a>
 */
final class NetworkNamespace implements AutoCloseable {
    private static final AtomicInteger MADE = new AtomicInteger();

    private final String name = "pollux-test-" + ProcessHandle.current().pid() + "-" + MADE.incrementAndGet();

    private final Class<?> test;

    private NetworkNamespace(Class<?> test) {
        this.test = test;
    }

    /** Makes one; where that is not allowed, prints why, and the test is skipped. */
    static NetworkNamespace assumeOne(Class<?> test) {
        NetworkNamespace namespace = new NetworkNamespace(test);
        assumeRuns(test, "ip", "netns", "add", namespace.name);
        try {
            namespace.run("ip", "link", "set", "lo", "up");
            return namespace;
        } catch (Throwable t) {
            namespace.close();
            throw t;
        }
    }

    /** Runs a command outside; where it fails, prints why, and the test is skipped. */
    static void assumeRuns(Class<?> test, String... command) {
        String why = failure(List.of(command));
        if (!why.isEmpty()) {
            System.out.println(test.getSimpleName() + " is skipped: " + why);
            assumeTrue(false, why);
        }
    }

    /** Returns a command to put in front of another, which then runs in here. */
    String[] command() {
        return new String[] {"ip", "netns", "exec", name};
    }

    private List<String> inside(String... command) {
        List<String> all = new ArrayList<>(Arrays.asList(command()));
        all.addAll(Arrays.asList(command));
        return all;
    }

    /** Runs a command in here that needs a driver; where it fails, prints why, and the test is skipped. */
    void assumeRuns(String... command) {
        assumeRuns(test, inside(command).toArray(String[]::new));
    }

    /** Runs a command in here and waits for its end. */
    void run(String... command) {
        String why = failure(inside(command));
        if (!why.isEmpty()) {
            throw new AssertionError(why);
        }
    }

    /** Lays a cable to another namespace, from a device near here to a device far there, both up. */
    void connect(NetworkNamespace other, String nearAddress, String farAddress) {
        assumeRuns("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns", other.name);
        run("ip", "address", "add", nearAddress, "dev", "near");
        run("ip", "link", "set", "near", "up");
        other.run("ip", "address", "add", farAddress, "dev", "far");
        other.run("ip", "link", "set", "far", "up");
    }

    /** Waits until duplicate address detection allows an IPv6 address to be used. */
    void awaitAddress(String address) {
        run("sh", "-c", "for i in $(seq 100); do ip -6 address show tentative | grep -q . || exit 0;"
                + " sleep 0.1; done; echo " + address + " stays tentative; exit 1");
    }

    /** Starts a process in here; its stderr is the test's. */
    Process start(String... command) throws IOException {
        return new ProcessBuilder(inside(command)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** Returns the output of a command that failed, or an empty text. */
    private static String failure(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = process.inputReader().lines().collect(Collectors.joining(" "));
            boolean ended = process.waitFor(10, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0 ? "" : String.join(" ", command) + ": " + said;
        } catch (IOException | InterruptedException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** Removes the namespace, whose processes must have ended. */
    @Override
    public void close() {
        String why = failure(List.of("ip", "netns", "del", name));
        if (!why.isEmpty()) {
            throw new AssertionError(why);
        }
    }
}
