package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Lines;
import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A load generator with connections to one server; see load.c for what it takes and answers. */
final class LoadProcess implements AutoCloseable {
    private static final int ANSWER_SECONDS = 60; // It has a shorter limit of its own for each reply.

    private final Process process;
    private final Lines lines;

    private LoadProcess(Process process) {
        this.process = process;
        this.lines = new Lines(process);
    }

    static LoadProcess start(Workshop workshop, int port, long serverPid, int core)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(Cores.pin(core));
        command.addAll(List.of(workshop.program("load").toString(), Integer.toString(port),
                Long.toString(serverPid)));
        return new LoadProcess(workshop.start(new ProcessBuilder(command).redirectErrorStream(true)));
    }

    /** Opens the connections of a load. */
    void open(Load load) throws IOException, InterruptedException {
        ask("open " + load.idle() + ' ' + load.active());
    }

    /** Lets the server work for so long, and until it has answered everything. */
    Slice run(Load load, int millis) throws IOException, InterruptedException {
        return Slice.parse(ask(load.command(millis)));
    }

    private String ask(String command) throws IOException, InterruptedException {
        process.outputWriter().write(command + '\n');
        process.outputWriter().flush();
        String answer = lines.next(ANSWER_SECONDS);
        if (answer == null) {
            throw new IOException("the load generator ended");
        }
        if (answer.startsWith("error ")) {
            throw new IOException(answer.substring("error ".length()));
        }
        return answer;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
