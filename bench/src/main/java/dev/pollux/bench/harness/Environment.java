package dev.pollux.bench.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where and how something was measured: what a number means nothing without. */
public final class Environment {
    private Environment() {
    }

    /** What a page begins with, in this order; more may be put behind it. */
    public static Map<String, String> describe(String command) throws IOException, InterruptedException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("command", command);
        facts.put("commit", commit());
        facts.put("jdk", System.getProperty("java.vm.vendor") + ' '
                + System.getProperty("java.runtime.version"));
        facts.put("cpu", cpu());
        facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("kernel", System.getProperty("os.version") + ' ' + System.getProperty("os.arch"));
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
