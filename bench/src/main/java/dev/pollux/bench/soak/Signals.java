package dev.pollux.bench.soak;

import dev.pollux.bench.harness.Tools;
import java.io.IOException;

/** Signals to processes that this one has started. */
final class Signals {
    private Signals() {
    }

    /** Sends one by its name without SIG: {@code STOP}. */
    static void send(Process process, String name) throws IOException, InterruptedException {
        if (Tools.output("sh", "-c", "kill -" + name + ' ' + process.pid()) == null) {
            throw new IOException("process " + process.pid() + " took no SIG" + name);
        }
    }
}
