package dev.pollux.server;

import dev.pollux.posix.FlightRecorder;

/**
 * What Flight Recorder is told of a loop; this one tells nobody. Loop's thread. Which classes are loaded
 * decides {@link #open}: those of the real events need a module that may be missing (decision 0018).
 */
class Events {
    static Events open() {
        return FlightRecorder.isPresent() ? new RecordedEvents() : new Events();
    }

    void accepted(Client client) {
    }

    void closed(Client client) {
    }

    void readingPaused(Client client) {
    }

    void readingResumed(Client client) {
    }

    /** Accepting stops for a while, because it failed. */
    void acceptBackOff(int listener, int result, long backOffNanos) {
    }

    /** All places for clients are taken; further connections wait in the backlog. */
    void clientLimitReached(int maxClients) {
    }

    /** The wait of an iteration is over. */
    void iterationBegan() {
    }

    void iterationEnded(int ready) {
    }
}
