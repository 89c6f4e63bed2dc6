package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which cores the two sides run on.
 *
 * @param server -1 if it cannot be pinned
 * @param load the same as the server's if there is only one
 */
record Cores(int server, int load) {
    /** The first two that this process may use. */
    static Cores choose() throws IOException {
        if (!Tools.onPath("taskset")) {
            return new Cores(-1, -1);
        }
        List<Integer> allowed = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Cpus_allowed_list:")) {
                for (String range : line.substring(line.indexOf(':') + 1).strip().split(",")) {
                    String[] ends = range.split("-");
                    int last = Integer.parseInt(ends[ends.length - 1]);
                    for (int i = Integer.parseInt(ends[0]); i <= last; i++) {
                        allowed.add(i);
                    }
                }
            }
        }
        return new Cores(allowed.getFirst(), allowed.get(Math.min(1, allowed.size() - 1)));
    }

    /** What goes before a command to run it there. */
    static List<String> pin(int core) {
        return core < 0 ? List.of() : List.of("taskset", "-c", Integer.toString(core));
    }

    @Override
    public String toString() {
        if (server < 0) {
            return "not pinned: there is no taskset, and both sides disturb each other";
        }
        return server == load ? "one core only: server and load share it, and latencies mean little"
                : "servers on core " + server + ", load on core " + load;
    }
}
