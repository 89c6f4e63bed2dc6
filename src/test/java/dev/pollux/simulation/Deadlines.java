package dev.pollux.simulation;

import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.simulation.Schedule.Settings;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.SimulatedKernel;
import dev.pollux.testkit.SimulatedPeer;
import dev.pollux.testkit.SystemCall;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds the server to the deadlines of one client. A deadline must not come early, even if a callback took
 * long or the clock jumped. And it must not close a client whose bytes have arrived, or whose peer has room,
 * before the server looked.
 */
final class Deadlines {
    private static final long MILLI = 1_000_000;
    private static final long SLACK_NANOS = 2 * MILLI; // The server takes no notice of less than 1 ms.
    private static final long NONE = -1;

    private final SimulatedPeer peer;
    private final SimulatedKernel kernel;
    private final Settings settings;
    private final List<Long> frameEnds = new ArrayList<>(); // In the stream that the peer sends.
    private int framesTaken;
    private Client client; // Null while it is not accepted.
    // After the last call on its connection that could move bytes.
    private long taken;
    private long served;
    private long callNanos;
    // When the last byte moved, when the peer took one, and when the unfinished frame began.
    private long movedNanos;
    private long servedNanos;
    private long begunNanos;
    // In this iteration.
    private boolean wasRead;
    private boolean wasSent;
    // Bytes taken and served when a look became due; NONE if it is not.
    private long takenWhenDue = NONE;
    private long servedWhenDue = NONE;

    Deadlines(SimulatedPeer peer, SimulatedKernel kernel, Settings settings) {
        this.peer = peer;
        this.kernel = kernel;
        this.settings = settings;
    }

    /** The peer's next frame ends there in its stream. */
    void frameEnds(long streamBytes) {
        frameEnds.add(streamBytes);
    }

    void accepted(Client client) {
        this.client = client;
        movedNanos = kernel.nanoTime();
        servedNanos = movedNanos;
        begunNanos = movedNanos;
    }

    void iterationBegins() {
        wasRead = false;
        wasSent = false;
        lookIsDue();
    }

    /** The clock has jumped, or a callback took long: no deadline counts before the next look. */
    void lookIsDue() {
        if (client == null) {
            return;
        }
        long unsent = client.unsentBytes();
        if (!wasRead && peer.untakenBytes() > 0 && unsent <= settings.lowWatermark()) {
            takenWhenDue = peer.takenBytes();
        }
        if (!wasSent && unsent > 0 && peer.hasRoom()) {
            servedWhenDue = peer.servedBytes();
        }
    }

    /** A call on the connection is about to be made. */
    void called(Call call, Fault fault) {
        account();
        if (call.name() == SystemCall.READ || call.name() == SystemCall.SEND) {
            callNanos = kernel.nanoTime() + (fault.kind() == Fault.Kind.JUMP ? fault.value() : 0);
            wasRead |= call.name() == SystemCall.READ;
            wasSent |= call.name() == SystemCall.SEND;
        }
        if (fault.fails()) { // The server looks, and cannot see.
            takenWhenDue = NONE;
            servedWhenDue = NONE;
        }
    }

    /** Notes what the last call moved. */
    private void account() {
        if (peer.servedBytes() > served) { // A reset takes some back.
            served = peer.servedBytes();
            servedNanos = callNanos;
            movedNanos = callNanos;
        }
        if (peer.takenBytes() != taken) {
            boolean betweenFrames = taken == (framesTaken == 0 ? 0 : frameEnds.get(framesTaken - 1));
            taken = peer.takenBytes();
            int before = framesTaken;
            while (framesTaken < frameEnds.size() && frameEnds.get(framesTaken) <= taken) {
                framesTaken++;
            }
            begunNanos = betweenFrames || framesTaken != before ? callNanos : begunNanos;
            movedNanos = callNanos;
        }
    }

    /** Returns what is wrong with this reason, or null. The descriptor is closed by now. */
    String complaint(CloseReason reason) {
        return switch (reason) {
            case IDLE_TIMEOUT -> early(movedNanos, settings.idleMillis()) ? "it is not idle for so long"
                    : notLookedAt();
            case FRAME_TIMEOUT -> early(begunNanos, settings.frameMillis()) ? "its frame began later"
                    : notLookedAt();
            case WRITE_TIMEOUT -> early(servedNanos, settings.writeMillis()) ? "it took bytes since"
                    : served == servedWhenDue ? "its peer had room, and was offered nothing"
                    : null;
            default -> null;
        };
    }

    private boolean early(long sinceNanos, long millis) {
        return kernel.nanoTime() - sinceNanos < millis * MILLI - SLACK_NANOS;
    }

    private String notLookedAt() {
        return taken == takenWhenDue ? "its bytes had arrived, and were not looked at" : null;
    }
}
