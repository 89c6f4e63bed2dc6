package dev.pollux.bench.soak;

import dev.pollux.bench.harness.Environment;
import dev.pollux.bench.harness.Progress;
import dev.pollux.bench.harness.Variables;
import dev.pollux.bench.harness.Workshop;
import dev.pollux.poller.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code make soak}: for each back end in turn a server in a process of its own, survivors whose streams are
 * compared byte for byte, and a crowd that floods, dawdles, resets and lies. In the end all leave, and
 * descriptors, off-heap bytes and heap must be what they were in the beginning.
 */
public final class Soak {
    private Soak() {
    }

    /** See {@link Arguments#USAGE}. Exits 1 if something was lost or left, 2 if the arguments are wrong. */
    public static void main(String[] args) throws IOException, InterruptedException {
        Arguments arguments = Variables.readOrExit(Arguments::parse, Arguments.USAGE, args);
        if (run(arguments, String.join(" ", args)).stream().anyMatch(share -> !share.faults().isEmpty())) {
            System.exit(1);
        }
    }

    /** Runs it and writes what came of it. */
    static List<Share> run(Arguments arguments, String command) throws IOException, InterruptedException {
        System.out.printf("%s, SEED=%d, %s in turn%n", Progress.clock(arguments.seconds()), arguments.seed(),
                arguments.backends());
        List<Share> shares = new ArrayList<>();
        long beganNanos = System.nanoTime();
        try (Workshop workshop = new Workshop()) {
            for (Backend backend : arguments.backends()) {
                Share share = new Turn(workshop, backend, arguments, beganNanos).run();
                shares.add(share);
                System.out.println(backend + ": " + (share.faults().isEmpty() ? "as it was in the beginning"
                        : String.join("; ", share.faults())));
            }
        }
        write(arguments, command, shares);
        return shares;
    }

    private static void write(Arguments arguments, String command, List<Share> shares)
            throws IOException, InterruptedException {
        Map<String, String> environment =
                Environment.describe(Soak.class.getName() + ' ' + command);
        environment.remove("cc"); // Nothing here is written in C.
        environment.put("jvm flags of the server", String.join(" ", ServerProcess.JVM));
        environment.put("seed", Long.toString(arguments.seed()));
        Page page = new Page(arguments, environment, shares);
        Files.createDirectories(arguments.results());
        Path json = arguments.results().resolve(arguments.name() + ".json");
        Files.writeString(json, page.json());
        String text = page.markdown();
        Files.writeString(arguments.results().resolve(arguments.name() + ".md"), text);
        Picture.write(shares, arguments.results().resolve(arguments.name() + ".svg"));
        System.out.println();
        System.out.println(text);
        System.out.println("written: " + json + ", .md, .svg");
    }
}
