package dev.pollux.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Holds how much memory this process may use: the machine's, or less if a control group of it has a limit.
 *
 * @param bytes the least limit; {@link Long#MAX_VALUE} if none can be read
 * @param source the file with that limit
 * @see <a href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7)</a>
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">mountinfo</a>
 */
record MachineMemory(long bytes, String source) {
    private static final String MEMINFO = "/proc/meminfo";
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})"); // A blank in a path is \040.

    /** Reads the files of this machine once. */
    private static final class Here {
        static final MachineMemory MEMORY = read(Path.of("/"));
    }

    /** Returns what the files held when this was first called. */
    static MachineMemory here() {
        return Here.MEMORY;
    }

    /** Reads the files below {@code root}; one that cannot be read or makes no sense is no limit. */
    static MachineMemory read(Path root) {
        long total = field(text(root, MEMINFO), "MemTotal:");
        MachineMemory least = new MachineMemory(total > Long.MAX_VALUE >> 10 ? total : total << 10, MEMINFO);
        List<String> groups = text(root, "/proc/self/cgroup").lines().toList();
        for (String mount : text(root, "/proc/self/mountinfo").lines().toList()) {
            least = least.or(ofMount(root, mount, groups));
        }
        return least;
    }

    private MachineMemory or(MachineMemory other) {
        return other.bytes < bytes ? other : this;
    }

    /** Returns the least limit that a mount shows of this process's group and those around it. */
    private static MachineMemory ofMount(Path root, String line, List<String> groups) {
        MachineMemory least = new MachineMemory(Long.MAX_VALUE, MEMINFO);
        String[] halves = line.split(" - ", 2);
        String[] mount = halves[0].split(" "); // id, parent, device, root, mount point, options, …
        String[] system = halves.length < 2 ? new String[0] : halves[1].split(" "); // type, source, options
        if (mount.length < 5 || system.length < 3) {
            return least;
        }
        boolean v2 = system[0].equals("cgroup2");
        if (!v2 && !(system[0].equals("cgroup") && hasWord(system[2], "memory"))) {
            return least;
        }
        String top = unescape(mount[4]);
        String group = groups.stream().map(each -> each.split(":", 3)).filter(each -> each.length == 3
                && (v2 ? each[0].equals("0") && each[1].isEmpty() : hasWord(each[1], "memory")))
                .map(each -> each[2]).findFirst().orElse("/");
        String below = below(unescape(mount[3]), group).orElse(null);
        while (below != null) { // Up to the mount point.
            least = least.or(ofGroup(root, top + below, v2));
            below = below.isEmpty() ? null : below.substring(0, below.lastIndexOf('/'));
        }
        return least;
    }

    /** Returns a group's path below its mount point, such as /a/b; nothing if the mount does not show it. */
    private static Optional<String> below(String mountRoot, String group) {
        String prefix = mountRoot.equals("/") ? "" : mountRoot;
        if (group.startsWith("/..")) {
            return Optional.of(""); // Outside of the cgroup namespace.
        }
        if (!group.equals(prefix) && !group.startsWith(prefix + "/")) {
            return Optional.empty();
        }
        String below = group.substring(prefix.length());
        return Optional.of(below.equals("/") ? "" : below);
    }

    private static MachineMemory ofGroup(Path root, String folder, boolean v2) {
        if (v2) {
            return ofFile(root, folder + "/memory.max", "");
        }
        return ofFile(root, folder + "/memory.limit_in_bytes", "")
                .or(ofFile(root, folder + "/memory.stat", "hierarchical_memory_limit"));
    }

    private static MachineMemory ofFile(Path root, String file, String field) {
        return new MachineMemory(field(text(root, file), field), file);
    }

    /** Returns the number after a word at the beginning of a line, or {@link Long#MAX_VALUE}. */
    private static long field(String text, String word) {
        for (String line : text.lines().toList()) {
            if (line.startsWith(word)) {
                String number = line.substring(word.length()).strip().split(" ")[0];
                if (number.matches("[0-9]{1,18}") && Long.parseLong(number) > 0) {
                    return Long.parseLong(number); // Others are "max", or v1's number for no limit.
                }
            }
        }
        return Long.MAX_VALUE;
    }

    private static boolean hasWord(String list, String word) {
        return Arrays.asList(list.split(",")).contains(word);
    }

    private static String unescape(String path) {
        return OCTAL.matcher(path).replaceAll(octal -> {
            String character = Character.toString(Integer.parseInt(octal.group(1), 8));
            return character.equals("\\") ? "\\\\" : character;
        });
    }

    private static String text(Path root, String file) {
        try {
            return new String(Files.readAllBytes(root.resolve(file.substring(1))), StandardCharsets.UTF_8);
        } catch (IOException | InvalidPathException e) {
            return "";
        }
    }
}
