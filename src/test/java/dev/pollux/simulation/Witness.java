package dev.pollux.simulation;

import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.simulation.Schedule.Act;
import dev.pollux.simulation.Schedule.Kind;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.SimulatedKernel;
import dev.pollux.testkit.SimulatedPeer;
import dev.pollux.testkit.SystemCall;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Knows what one peer may receive, for which reasons it may be closed, and how soon it must be served. */
final class Witness {
    // A back-off of 10 ms, or a clock that jumps by 3 s at most.
    private static final long MISHAP_NANOS = 3_010_000_000L;

    private static final long MILLI = 1_000_000;
    // Time is rounded up to milliseconds, and calls take some.
    private static final long SLACK_NANOS = 5 * MILLI;

    final SimulatedPeer peer;
    final Deadlines deadlines;
    private final Schedule schedule;
    private final List<Act> acts;
    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class); // Of its acts.
    private final boolean endsBadly;
    private final SimulatedKernel kernel;
    private final int index;
    private final ByteArrayOutputStream echo = new ByteArrayOutputStream(); // Of all its complete frames.
    private final Set<CloseReason> allowed = EnumSet.noneOf(CloseReason.class);
    private int frames;
    private int checked; // Bytes received and found right.
    private Client client; // Null while it is not accepted.
    private long answered; // Bytes of frames that the handler has sent.
    private boolean callbackFailed;
    private boolean doomed; // A call on its connection failed in a way that ends it.
    private boolean disturbed; // Something went wrong with one of its calls.
    private boolean serverEnds;
    private boolean endedWithTheServer; // It was not closed before that.
    private boolean over; // It is closed, or the server is about to end.
    private final Promptness reading = new Promptness();
    private final Promptness writing = new Promptness();
    private final Promptness idling = new Promptness();
    private final Promptness dying = new Promptness();
    private final Promptness stalling = new Promptness();
    // After the last iteration.
    private long unsent;
    private long served;
    private long taken;

    Witness(SimulatedPeer peer, Schedule schedule, int index, SimulatedKernel kernel) {
        this.peer = peer;
        this.schedule = schedule;
        this.acts = schedule.peers().get(index).acts();
        this.index = index;
        this.kernel = kernel;
        this.deadlines = new Deadlines(peer, kernel, schedule.settings());
        acts.forEach(act -> kinds.add(act.kind()));
        this.endsBadly = does(Kind.BYE, Kind.BOOM, Kind.TOO_LONG);
        allow();
    }

    private boolean does(Kind... any) {
        for (Kind each : any) {
            if (kinds.contains(each)) {
                return true;
            }
        }
        return false;
    }

    /** The reasons that the peer's own doing gives. */
    private void allow() {
        Map<Kind, CloseReason> causes = new HashMap<>(Map.of(Kind.FINISH, CloseReason.PEER_CLOSED,
                Kind.CLOSE, CloseReason.PEER_CLOSED, Kind.RESET, CloseReason.PEER_RESET,
                Kind.BYE, CloseReason.CLOSED_BY_HANDLER, Kind.BOOM, CloseReason.HANDLER_FAILED,
                Kind.TOO_LONG, CloseReason.FRAME_TOO_LONG));
        causes.forEach((kind, reason) -> {
            if (does(kind)) {
                allowed.add(reason);
            }
        });
        if (does(Kind.CLOSE)) {
            allowed.add(CloseReason.PEER_RESET); // What it is sent afterwards comes back as one.
        }
        if (schedule.settings().memoryLimit() > 0) {
            allowed.add(CloseReason.MEMORY_LIMIT);
        }
        if (schedule.settings().idleMillis() > 0) {
            allowed.add(CloseReason.IDLE_TIMEOUT);
        }
        if (schedule.settings().frameMillis() > 0) {
            allowed.add(CloseReason.FRAME_TIMEOUT);
        }
        if (schedule.settings().writeMillis() > 0) {
            allowed.add(CloseReason.WRITE_TIMEOUT);
        }
    }

    /** Whether nothing that it does can be held against it, and nothing makes it slow. */
    private boolean isGood() {
        return !disturbed && !does(Kind.BYE, Kind.BOOM, Kind.TOO_LONG, Kind.HALF, Kind.CLOSE, Kind.RESET,
                Kind.VANISH, Kind.READ_NOTHING, Kind.READ_SLOWLY) && schedule.settings().memoryLimit() == 0;
    }

    /** A frame that is its own and no other's, whose echo is to come. */
    byte[] nextFrame(int bytes) {
        byte[] frame = frame(bytes);
        echo.writeBytes(frame);
        deadlines.frameEnds(echo.size());
        return frame;
    }

    /** A frame of which only the beginning will be sent. */
    byte[] halfFrame() {
        return frame(schedule.settings().bufferSize() - 4);
    }

    private byte[] frame(int bytes) {
        ByteBuffer frame = ByteBuffer.allocate(4 + bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(bytes);
        for (int i = 0; i < bytes; i++) {
            frame.put((byte) (2 + (index * 83 + frames * 31 + i * 7 & 0x7F)));
        }
        frames++;
        return frame.array();
    }

    void accepted(Client client) {
        this.client = client;
        deadlines.accepted(client);
    }

    /** The handler's send took a frame with a payload of that length. */
    void answered(long payloadBytes) {
        answered += payloadBytes + 4;
    }

    /** A callback for this client is about to throw. */
    void callbackFails() {
        callbackFailed = true;
        allowed.add(CloseReason.HANDLER_FAILED);
    }

    /** A call on its connection is about to be made, or to fail. */
    void called(Call call, Fault fault) {
        deadlines.called(call, fault);
        if (fault.fails() && call.name() != SystemCall.CLOSE) {
            disturbed = true;
            Set<CloseReason> reasons = reasons(call.name(), Errno.of(-fault.value()));
            doomed |= !reasons.isEmpty();
            allowed.addAll(reasons);
        }
    }

    /** The reasons that a failed call gives. */
    private static Set<CloseReason> reasons(SystemCall call, Errno errno) {
        boolean moves = call == SystemCall.READ || call == SystemCall.SEND;
        return switch (errno) {
            case EAGAIN, EINTR -> moves ? Set.of() : Set.of(CloseReason.PEER_RESET);
            case ENOMEM, ENOSPC -> call == SystemCall.EPOLL_CTL ? Set.of() : Set.of(CloseReason.NO_RESOURCES);
            case ENOBUFS, EMFILE, ENFILE, ENOSR, EDQUOT -> Set.of(call == SystemCall.EPOLL_CTL
                    ? CloseReason.PEER_RESET : CloseReason.NO_RESOURCES);
            case null, default -> Set.of(CloseReason.PEER_RESET);
        };
    }

    void serverEnds() {
        serverEnds = true;
        over = true;
        allowed.add(CloseReason.SERVER_DRAINED);
        allowed.add(CloseReason.SERVER_CLOSED);
    }

    void closed(CloseReason reason, Mishaps mishaps) {
        endedWithTheServer = serverEnds;
        over = true;
        disturbed |= mishaps.failedAllocations() > 0; // One of them may have been its own.
        if (reason == CloseReason.NO_RESOURCES && !allowed.contains(reason) && mishaps.accountForMemory()) {
            allowed.add(reason);
        }
        String complaint = serverEnds || disturbed ? null : deadlines.complaint(reason);
        require(complaint == null, "closed with " + reason + ", but " + complaint);
        require(allowed.contains(reason), "closed with " + reason + ", for which it gave no cause");
    }

    /**
     * After each iteration: nobody waits longer than promised.
     *
     * @param faults what went wrong so far: each may cost an iteration, or a back-off
     */
    void lookAtTheClock(int iteration, int faults) {
        boolean mayWait = over || client == null || endsBadly || callbackFailed;
        boolean mayBePaused = !mayWait && client.unsentBytes() > schedule.settings().lowWatermark();
        boolean readable = !mayWait && !mayBePaused && peer.untakenBytes() > 0;
        boolean writable = !mayWait && client.unsentBytes() > 0 && peer.hasRoom();
        long moved = peer.takenBytes() + peer.servedBytes();
        reading.look(readable, peer.takenBytes(), iteration, faults);
        require(!isLate(reading, iteration, faults), "it is not read from");
        writing.look(writable, peer.servedBytes(), iteration, faults);
        require(!isLate(writing, iteration, faults), "it is not written to");
        dying.look(doomed && client != null && !over, peer.takenBytes(), iteration, faults);
        require(!isLate(dying, iteration, faults), "one of its calls failed, and it is not closed");
        idling.look(!mayWait && schedule.settings().idleMillis() > 0, moved, iteration, faults);
        require(idling.nanos(faults) <= schedule.settings().idleMillis() * MILLI + SLACK_NANOS,
                "it is idle and not closed");
        boolean owed = !mayWait && client.unsentBytes() > 0 && schedule.settings().writeMillis() > 0;
        stalling.look(owed, peer.servedBytes(), iteration, faults);
        require(stalling.nanos(faults) <= schedule.settings().writeMillis() * MILLI + SLACK_NANOS,
                "it takes nothing and is not closed");
        lookAtTheWatermark(mayWait ? 0 : client.unsentBytes());
    }

    /** Whoever was owed more than the high watermark, and took nothing of it since, is not read from. */
    private void lookAtTheWatermark(long unsentNow) {
        boolean paused = unsent > schedule.settings().highWatermark() && unsentNow >= unsent
                && peer.servedBytes() == served;
        require(!paused || peer.takenBytes() == taken, "it is read from though it takes nothing");
        unsent = unsentNow;
        served = peer.servedBytes();
        taken = peer.takenBytes();
    }

    private boolean isLate(Promptness promptness, int iteration, int faults) {
        // Two sweeps at most, each longer by its share of a tenth, and some passes.
        long oldNanos = schedule.settings().oldDelayMicros() * 2200L + MILLI;
        return schedule.backend() == Backend.POLL_GENERATIONS ? promptness.nanos(faults) > oldNanos
                : promptness.iterations(iteration, faults) > 2;
    }

    /** Since when somebody waits for something. What goes wrong meanwhile is not held against the server. */
    private final class Promptness {
        private boolean waiting;
        private long moved;
        private int iteration;
        private long nanos;
        private int faults;

        void look(boolean waits, long moved, int iteration, int faults) {
            if (!waits || !waiting || this.moved != moved) {
                this.moved = moved;
                this.iteration = iteration;
                this.nanos = kernel.nanoTime();
                this.faults = faults;
            }
            waiting = waits;
        }

        int iterations(int now, int faultsNow) {
            return now - iteration - 2 * (faultsNow - faults);
        }

        long nanos(int faultsNow) {
            return kernel.nanoTime() - nanos - (faultsNow - faults) * MISHAP_NANOS;
        }
    }

    /** At any moment: what it has received is the beginning of its echo. */
    void look() {
        if (peer.receivedBytes() == checked) {
            return;
        }
        byte[] received = peer.received();
        byte[] expected = echo.toByteArray();
        require(received.length <= expected.length, "it received more than its echo");
        int wrong = Arrays.mismatch(received, 0, received.length, expected, 0, received.length);
        require(wrong < 0, "byte " + wrong + " that it received is wrong");
        checked = received.length;
    }

    /** In the end: whoever was not closed for a reason of its own has received all that it was owed. */
    void testify(CloseReason reason, boolean anythingWentWrong) {
        look();
        if (client == null || !peer.isEnded()) {
            return;
        }
        switch (reason) {
            case PEER_CLOSED -> requireTheWholeEcho();
            case CLOSED_BY_HANDLER, HANDLER_FAILED, FRAME_TOO_LONG -> {
                // Whoever is being closed and then fails, takes too long or too much, keeps his reason.
                if (!disturbed && !endedWithTheServer && schedule.settings().memoryLimit() == 0
                        && !does(Kind.READ_SLOWLY, Kind.READ_NOTHING)) {
                    requireTheWholeEcho();
                }
            }
            case FRAME_TIMEOUT, WRITE_TIMEOUT ->
                    require(!isGood() || anythingWentWrong, "it was never slow, but closed with " + reason);
            case IDLE_TIMEOUT ->
                    require(!isGood() || anythingWentWrong || isOftenIdle(), "it was never idle");
            default -> { }
        }
    }

    /** All that it sent came back, or all that the handler answered before it failed. */
    private void requireTheWholeEcho() {
        long owed = callbackFailed ? answered : echo.size();
        require(checked == owed, "it was closed in order but is owed " + (owed - checked) + " bytes");
    }

    private boolean isOftenIdle() {
        return !does(Kind.FINISH) || acts.stream().filter(act -> act.kind() == Kind.PAUSE)
                .mapToInt(Act::first).sum() >= schedule.settings().idleMillis() * 900;
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError("peer " + index + " (port " + peer.address().port() + "): " + otherwise);
        }
    }
}
