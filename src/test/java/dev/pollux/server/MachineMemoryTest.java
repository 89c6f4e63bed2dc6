package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads made-up files of a machine, a container and a service manager, below a temporary folder. */
class MachineMemoryTest {
    private static final String V1 = "34 30 0:31 / /sys/fs/cgroup/memory rw,relatime shared:9 -"
            + " cgroup cgroup rw,memory\n";
    private static final String V2 =
            "40 30 0:37 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw\n";
    private static final String CPU = "31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n";

    @TempDir
    private Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path.substring(1));
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private void machine(String groups, String mounts) throws IOException {
        file("/proc/meminfo", "MemTotal:       24683620 kB\nMemFree:        24338268 kB\n");
        file("/proc/self/cgroup", groups);
        file("/proc/self/mountinfo", "22 1 254:0 / / rw - ext4 /dev/vda rw\n" + mounts);
    }

    private void assertLimit(long bytes, String source) {
        assertThat(MachineMemory.read(root)).isEqualTo(new MachineMemory(bytes, source));
    }

    private void assertNoGroupHasALimit() {
        assertLimit(24_683_620L << 10, "/proc/meminfo");
    }

    @Test
    void withoutControlGroupsItIsTheMachinesMemory() throws IOException {
        machine("", "");
        assertNoGroupHasALimit();
    }

    @Test
    void nothingThatCanBeReadIsNoLimit() {
        assertLimit(Long.MAX_VALUE, "/proc/meminfo");
    }

    @Test
    void theLeastLimitFromTheGroupToTheMountPointHoldsInV2() throws IOException {
        machine("0::/system.slice/pollux.service\n", V2);
        file("/sys/fs/cgroup/system.slice/pollux.service/memory.max", "536870912\n");
        assertLimit(536_870_912, "/sys/fs/cgroup/system.slice/pollux.service/memory.max");
        file("/sys/fs/cgroup/system.slice/memory.max", "268435456\n");
        assertLimit(268_435_456, "/sys/fs/cgroup/system.slice/memory.max");
        file("/sys/fs/cgroup/memory.max", "1000000\n"); // The top of a container's own namespace.
        assertLimit(1_000_000, "/sys/fs/cgroup/memory.max");
        file("/sys/fs/cgroup/other.slice/memory.max", "5\n");
        assertLimit(1_000_000, "/sys/fs/cgroup/memory.max");
    }

    @Test
    void theLeastLimitFromTheGroupToTheMountPointHoldsInV1() throws IOException {
        machine("5:cpu:/\n4:cpuset,memory:/a/b\n", CPU + V1);
        file("/sys/fs/cgroup/cpu/a/b/memory.limit_in_bytes", "7\n");
        file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
        assertNoGroupHasALimit();
        file("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "268435456\n");
        assertLimit(268_435_456, "/sys/fs/cgroup/memory/a/memory.limit_in_bytes");
    }

    @Test
    void aLimitAboveTheMountPointIsInMemoryStat() throws IOException {
        machine("4:memory:/\n", V1);
        file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        file("/sys/fs/cgroup/memory/memory.stat", "cache 0\nhierarchical_memory_limit 268435456\n"
                + "hierarchical_memsw_limit 9223372036854771712\n");
        assertLimit(268_435_456, "/sys/fs/cgroup/memory/memory.stat");
    }

    @Test
    void aHybridMachineHasTheMemoryControllerInV1() throws IOException {
        machine("4:memory:/a\n0::/b\n", V1 + V2.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified"));
        file("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "268435456\n");
        file("/sys/fs/cgroup/memory/b/memory.limit_in_bytes", "5\n");
        assertLimit(268_435_456, "/sys/fs/cgroup/memory/a/memory.limit_in_bytes");
        file("/sys/fs/cgroup/unified/b/memory.max", "134217728\n");
        assertLimit(134_217_728, "/sys/fs/cgroup/unified/b/memory.max");
    }

    @Test
    void aContainersGroupIsWhatItsMountPointShows() throws IOException {
        machine("4:memory:/docker/abc/x\n", V1.replace(" / /", " /docker/abc /"));
        file("/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "3000000\n");
        file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000\n");
        assertLimit(2_000_000, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
        machine("4:memory:/docker/abcdef\n", V1.replace(" / /", " /docker/abc /"));
        assertNoGroupHasALimit();
        machine("4:memory:/../outside\n", V1);
        assertLimit(2_000_000, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
    }

    @Test
    void blanksInPathsAreOctal() throws IOException {
        machine("0::/my group/a\\b/c\n",
                V2.replace(" / /sys/fs/cgroup", " /my\\040group /sys/fs/c\\134\\011g"));
        file("/sys/fs/c\\\tg/a\\b/c/memory.max", "4000000\n");
        assertLimit(4_000_000, "/sys/fs/c\\\tg/a\\b/c/memory.max");
    }

    @ParameterizedTest
    @ValueSource(strings = {"max\n", "", "\n", "0\n", "-1\n", "12x\n", "99999999999999999999999\n", "\0\n"})
    void absurdLimitIsNone(String text) throws IOException {
        machine("0::/a\n", V2);
        file("/sys/fs/cgroup/a/memory.max", text);
        assertNoGroupHasALimit();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "1 2 3 - cgroup2", "a b c / - cgroup2 cgroup2 rw", " - ",
        "40 30 0:37 / /sys/\0 rw - cgroup2 cgroup2 rw"})
    void absurdMountIsNone(String line) throws IOException {
        machine("0::/a\n:\n1:memory\n", line + "\n");
        assertNoGroupHasALimit();
    }

    @Test
    void aFolderInPlaceOfAFileIsNoLimit() throws IOException {
        machine("0::/a\n", V2);
        Files.createDirectories(root.resolve("sys/fs/cgroup/a/memory.max"));
        assertNoGroupHasALimit();
    }

    @Test
    void thisMachineHasMemory() {
        assertThat(MachineMemory.here().bytes()).isBetween(32L << 20, 1L << 50);
        assertThat(MachineMemory.here().source()).startsWith("/");
    }
}
