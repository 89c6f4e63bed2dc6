package dev.pollux.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Holds a control group with a memory limit and without swap, of version 1 or 2 of cgroups(7). */
final class MemoryGroup implements AutoCloseable {
    private static final Path V1 = Path.of("/sys/fs/cgroup/memory");
    private static final Path V2 = Path.of("/sys/fs/cgroup");
    private static final String TCP = "memory.kmem.tcp.";

    private final Path folder;
    private final boolean v2;

    private MemoryGroup(Path folder, boolean v2) {
        this.folder = folder;
        this.v2 = v2;
    }

    /** Makes a group; where that is not allowed, prints why, and the test is skipped. */
    static MemoryGroup assumeOne(Class<?> test, long bytes) throws IOException {
        boolean v2 = Files.exists(V2.resolve("cgroup.controllers"));
        Path folder = (v2 ? V2 : V1).resolve("pollux-test-" + ProcessHandle.current().pid());
        MemoryGroup group = new MemoryGroup(folder, v2);
        try {
            if (v2) {
                Files.writeString(V2.resolve("cgroup.subtree_control"), "+memory");
            }
            Files.createDirectory(folder);
            group.write(v2 ? "memory.max" : "memory.limit_in_bytes", bytes);
            group.write(v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes", v2 ? 0 : bytes);
            if (!v2) { // Version 1 counts socket buffers apart, and only where they have a limit.
                group.write(TCP + "limit_in_bytes", 8 * bytes);
            }
        } catch (IOException e) {
            Files.deleteIfExists(folder);
            System.out.println(test.getSimpleName() + " is skipped: no memory group: " + e);
            assumeTrue(false, e.toString());
        }
        return group;
    }

    /** Writes a file, if it is there. The files for swap and for socket buffers are not in all kernels. */
    private void write(String file, long value) throws IOException {
        if (Files.exists(folder.resolve(file)) || !file.contains("sw") && !file.startsWith(TCP)) {
            Files.writeString(folder.resolve(file), Long.toString(value));
        }
    }

    /** Returns a command to put in front of another, which then runs in the group. */
    String[] command() {
        return new String[] {"sh", "-c", "echo $$ > \"$0/cgroup.procs\" && exec \"$@\"", folder.toString()};
    }

    /** Returns how many processes the kernel killed because the group had no memory left. */
    long kills() throws IOException {
        return Files.readAllLines(folder.resolve(v2 ? "memory.events" : "memory.oom_control")).stream()
                .filter(line -> line.startsWith("oom_kill "))
                .mapToLong(line -> Long.parseLong(line.substring("oom_kill ".length()))).sum();
    }

    /** The group's most memory so far, in bytes, without socket buffers in version 1. */
    long mostBytes() throws IOException {
        return number(v2 ? "memory.peak" : "memory.max_usage_in_bytes");
    }

    /** The most bytes of socket buffers so far, where the kernel counts them apart. */
    long mostSocketBytes() throws IOException {
        return number(TCP + "max_usage_in_bytes");
    }

    private long number(String name) throws IOException {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
    }

    /** Removes the group, whose processes must have ended. */
    @Override
    public void close() throws IOException {
        Files.delete(folder);
    }
}
