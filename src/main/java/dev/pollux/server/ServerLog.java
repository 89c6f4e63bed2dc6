package dev.pollux.server;

import java.lang.System.Logger;

/** The server's logger, made when there is something to log: finding one costs 20 ms of start-up. */
final class ServerLog {
    static final Logger LOG = System.getLogger("dev.pollux.server");

    private ServerLog() {
    }
}
