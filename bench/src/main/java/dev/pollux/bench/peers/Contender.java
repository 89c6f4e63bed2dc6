package dev.pollux.bench.peers;

import dev.pollux.bench.harness.Workshop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A server with the load generator that is connected to it, and the slices it has had. */
final class Contender implements AutoCloseable {
    private final Peer peer;
    private final ServerProcess server;
    private final LoadProcess generator;
    private final List<Slice> slices = new ArrayList<>();
    private String failure; // Why it takes no more part; null while it does.

    private Contender(Peer peer, ServerProcess server, LoadProcess generator) {
        this.peer = peer;
        this.server = server;
        this.generator = generator;
    }

    /**
     * Starts both and opens the connections.
     *
     * @throws IOException if the server cannot run here, or cannot have so many clients
     */
    static Contender start(Workshop workshop, Peer peer, Load load, List<String> flags, Cores cores)
            throws IOException, InterruptedException {
        ServerProcess server = ServerProcess.start(workshop, peer, flags, cores.server());
        LoadProcess generator = null;
        try {
            generator = LoadProcess.start(workshop, server.port(), server.pid(), cores.load());
            generator.open(load);
            return new Contender(peer, server, generator);
        } catch (IOException | InterruptedException | RuntimeException e) {
            server.close();
            if (generator != null) {
                generator.close();
            }
            throw e;
        }
    }

    String name() {
        return peer.name();
    }

    ServerProcess server() {
        return server;
    }

    List<Slice> slices() {
        return slices;
    }

    /** Null if all went well. */
    String failure() {
        return failure;
    }

    void warmUp(Load load, int millis) throws InterruptedException {
        take(load, millis, false);
    }

    void slice(Load load, int millis) throws InterruptedException {
        take(load, millis, true);
    }

    /** A failure ends this one's part, not the run. */
    private void take(Load load, int millis, boolean counts) throws InterruptedException {
        if (failure != null) {
            return;
        }
        try {
            Slice slice = generator.run(load, millis);
            if (counts) {
                slices.add(slice);
            }
        } catch (IOException e) {
            failure = e.getMessage();
        }
    }

    @Override
    public void close() {
        server.close();
        generator.close();
    }
}
