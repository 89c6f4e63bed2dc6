package dev.pollux.bench.peers;

import io.netty.util.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where and how something was measured: what a number means nothing without. */
final class Environment {
    private Environment() {
    }

    static Map<String, String> describe(String[] args, Cores cores) throws IOException, InterruptedException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("command", "dev.pollux.bench.peers.Peers " + String.join(" ", args));
        facts.put("commit", commit());
        facts.put("jdk", System.getProperty("java.vm.vendor") + ' '
                + System.getProperty("java.runtime.version"));
        facts.put("jvm flags", String.join(" ", Peer.JVM) + ' ' + Peer.USUAL_HEAP);
        facts.put("cpu", cpu());
        facts.put("cores", Runtime.getRuntime().availableProcessors() + "; " + cores);
        facts.put("kernel", System.getProperty("os.version") + ' ' + System.getProperty("os.arch"));
        facts.put("netty", Version.identify().values().stream().map(Version::artifactVersion).findFirst()
                .orElse("unknown"));
        String cc = Tools.output("cc", "--version");
        facts.put("cc", (cc == null ? "none" : cc.lines().findFirst().orElse("")) + ", " + Workshop.FLAGS);
        return facts;
    }

    private static String commit() throws IOException, InterruptedException {
        if (!Tools.onPath("git")) {
            return "unknown";
        }
        String commit = Tools.output("git", "rev-parse", "--short=12", "HEAD");
        String changes = Tools.output("git", "status", "--porcelain", "--", ".", ":!bench/results");
        if (commit == null) {
            return "unknown";
        }
        return changes == null || changes.isEmpty() ? commit : commit + " and changes";
    }

    private static String cpu() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
            if (line.startsWith("model name")) {
                return line.substring(line.indexOf(':') + 1).strip();
            }
        }
        return "unknown";
    }
}
