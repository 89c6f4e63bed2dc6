package dev.pollux.testkit;

import java.util.ArrayDeque;

/** Connections of a listening socket that are made and wait to be accepted. */
final class Backlog {
    private final ArrayDeque<StreamSocket> waiting = new ArrayDeque<>();
    private int limit;

    Backlog(int limit) {
        this.limit = limit;
    }

    void limit(int limit) {
        this.limit = limit;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** One more than was asked for, as in Linux. */
    boolean isFull() {
        return waiting.size() > limit;
    }

    void add(StreamSocket socket) {
        waiting.add(socket);
    }

    /** The one that waits longest, or null. */
    StreamSocket take() {
        return waiting.poll();
    }

    /** Nobody will accept them. */
    void close() {
        waiting.forEach(StreamSocket::reset);
        waiting.clear();
    }
}
