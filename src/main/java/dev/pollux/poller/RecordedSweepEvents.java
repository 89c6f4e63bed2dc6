package dev.pollux.poller;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** Sweeps as events, while a recording wants them: there may be a hundred in a second, so one object does. */
final class RecordedSweepEvents extends SweepEvents {
    private Sweep sweep; // Made after the first recording has begun: its class brings in a hundred others.
    private boolean wanted; // A sweep under way when a recording begins has no beginning to tell.

    @Name("dev.pollux.Sweep")
    @Label("Sweep")
    @Category("Pollux")
    @Description("poll-generations has asked for each silent client once")
    @StackTrace(false)
    static final class Sweep extends Event {
        @Label("Young")
        @Description("Clients that are asked in each pass")
        int young;

        @Label("Old")
        @Description("Silent clients, which were asked once in this sweep")
        int old;

        @Label("Quiet")
        @Description("Nothing at all was ready")
        boolean quiet;
    }

    @Override
    void began() {
        wanted = false;
        if (FlightRecorder.isInitialized()) {
            if (sweep == null) {
                sweep = new Sweep();
            }
            wanted = sweep.isEnabled();
            if (wanted) {
                sweep.begin();
            }
        }
    }

    @Override
    void ended(int young, int old, boolean quiet) {
        if (wanted) {
            sweep.end();
            if (sweep.shouldCommit()) {
                sweep.young = young;
                sweep.old = old;
                sweep.quiet = quiet;
                sweep.commit();
            }
        }
    }
}
