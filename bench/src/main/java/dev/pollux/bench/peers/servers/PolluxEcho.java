package dev.pollux.bench.peers.servers;

import dev.pollux.poller.Backend;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.Client;
import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;

/** Our own, as README shows it. */
final class PolluxEcho {
    private PolluxEcho() {
    }

    /** Serves with a back end, or with {@code poll-generations@0.05}, which names its share of the time. */
    static void serve(String backend, int port) throws InterruptedException {
        int at = backend.indexOf('@');
        ServerOptions options = new ServerOptions()
                .address(SocketAddress.of("127.0.0.1", port))
                .maxClients(PeerServer.MAX_CLIENTS)
                .backend(named(at < 0 ? backend : backend.substring(0, at)));
        if (at >= 0) {
            options.sweepShare(Double.parseDouble(backend.substring(at + 1)));
        }
        try (Server server = new Server(options, Client::send)) {
            server.start();
            PeerServer.listening(server.address().port());
            server.join();
        }
    }

    private static Backend named(String name) {
        for (Backend backend : Backend.values()) {
            if (backend.toString().equals(name)) {
                return backend;
            }
        }
        throw new IllegalArgumentException("there is no back end " + name);
    }
}
