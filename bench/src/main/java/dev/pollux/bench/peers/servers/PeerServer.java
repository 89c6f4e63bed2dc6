package dev.pollux.bench.peers.servers;

import java.io.IOException;

/**
 * The command line that all servers in Java share: {@code PeerServer KIND PORT}. It says where it listens and
 * serves until its standard input ends: whoever started it is then gone, however that came about.
 */
public final class PeerServer {
    /** Clients at the same time, for those servers that want to know. */
    static final int MAX_CLIENTS = 16 << 10;
    /** The largest frame, prefix included: the limit of all servers. */
    static final int MAX_FRAME = 4096;
    static final int PREFIX = 4;
    /** What one read(2) may bring. */
    static final int READ_BYTES = 64 << 10;
    static final int BACKLOG = 4096;

    private PeerServer() {
    }

    /** Serves {@code args[0]}, one of the kinds below, on 127.0.0.1 at port {@code args[1]}; 0 for any. */
    public static void main(String[] args) throws IOException, InterruptedException {
        int port = Integer.parseInt(args[1]);
        String kind = args[0];
        endWithStandardInput();
        if (kind.startsWith("pollux-")) {
            PolluxEcho.serve(kind.substring("pollux-".length()), port);
        } else if (kind.startsWith("netty-")) {
            NettyEcho.serve(kind.substring("netty-".length()), port);
        } else if (kind.equals("jdk-selector")) {
            SelectorEcho.serve(port);
        } else if (kind.equals("virtual-threads")) {
            VirtualThreadEcho.serve(port);
        } else {
            throw new IllegalArgumentException("there is no server " + kind);
        }
    }

    /** What the harness waits for, and measures start-up by. */
    static void listening(int port) {
        System.out.println("listening on 127.0.0.1:" + port);
        System.out.flush();
    }

    private static void endWithStandardInput() {
        Thread watcher = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nobody says anything; only the end matters.
                }
            } catch (IOException e) {
                // As good as the end.
            }
            System.exit(0); // In good order, so that a training run can write its AOT cache.
        }, "stdin");
        watcher.setDaemon(true);
        watcher.start();
    }
}
