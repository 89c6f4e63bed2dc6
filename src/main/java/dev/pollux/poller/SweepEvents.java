package dev.pollux.poller;

import dev.pollux.posix.FlightRecorder;

/** What Flight Recorder is told of sweeps; this one tells nobody (decision 0018). */
class SweepEvents {
    static SweepEvents open() {
        return FlightRecorder.isPresent() ? new RecordedSweepEvents() : new SweepEvents();
    }

    void began() {
    }

    /** Before the silent ones among the young become old. */
    void ended(int young, int old, boolean quiet) {
    }
}
