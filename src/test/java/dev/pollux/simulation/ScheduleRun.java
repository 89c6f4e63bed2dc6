package dev.pollux.simulation;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.Snapshot;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.Handler;
import dev.pollux.server.ServerOptions;
import dev.pollux.simulation.Mishap.Callback;
import dev.pollux.simulation.Mishap.Trouble;
import dev.pollux.simulation.Schedule.Act;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.Faults.Subject;
import dev.pollux.testkit.ScarceMemory;
import dev.pollux.testkit.SimulatedKernel;
import dev.pollux.testkit.SimulatedPeer;
import dev.pollux.testkit.SimulatedServer;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** One run of a {@link Schedule}, with the {@link Witness} of each peer. */
final class ScheduleRun {
    private static final int MOST_ITERATIONS = 200_000;
    private static final byte BYE = 1; // First bytes of payloads; those of others are above 1.
    private static final byte BOOM = 0;
    private static final Duration LONGEST_AFTER_END = Duration.ofSeconds(10);

    private final Schedule schedule;
    private final ServerOptions options;
    private final SimulatedKernel kernel = new SimulatedKernel();
    private final List<Witness> witnesses = new ArrayList<>();
    private final Map<Integer, Witness> byPort = new HashMap<>();
    private final Mishaps mishaps;
    private final ScarceMemory memory;
    private boolean clockJumped;
    private boolean lookIsDue; // The call under way lets the clock jump.
    private int closed; // Clients.
    private boolean ended; // The server was told to end.
    private int tasksAccepted;
    private int tasksRun;
    private SimulatedServer server;

    ScheduleRun(Schedule schedule) {
        this.schedule = schedule;
        this.mishaps = new Mishaps(schedule);
        this.memory = new ScarceMemory(mishaps::ofAllocation);
        this.options = schedule.options().memory(memory);
        kernel.sendBufferBytes(schedule.settings().sendBuffer())
                .receiveBufferBytes(schedule.settings().receiveBuffer());
        kernel.faults(this::before);
    }

    ScheduleRun trace(Consumer<String> lines) {
        kernel.trace(lines);
        return this;
    }

    /** Decides what goes wrong with a call, and notes with which client. */
    private Fault before(Call call) {
        if (server == null) {
            return Fault.NONE; // The start is not disturbed: it would be its end.
        }
        if (lookIsDue) {
            lookIsDue = false;
            witnesses.forEach(witness -> witness.deadlines.lookIsDue());
        }
        Fault fault = mishaps.ofCall(call);
        lookIsDue = fault.kind() == Fault.Kind.JUMP;
        clockJumped |= lookIsDue;
        if (call.subject() == Subject.CONNECTION) {
            byPort.get(call.peerPort()).called(call, fault);
        }
        return fault;
    }

    /** What went wrong. */
    List<Mishap> suffered() {
        return mishaps.suffered();
    }

    /** Runs it to the end; throws an error that says what was wrong. */
    void run() {
        try (SimulatedServer started = SimulatedServer.start(options, handler(), kernel)) {
            server = started;
            for (int i = 0; i < schedule.peers().size(); i++) {
                int index = i;
                kernel.after(micros(schedule.peers().get(i).connectMicros()), () -> connect(index));
            }
            schedule.taskMicros().forEach(task -> kernel.after(micros(task), this::giveTask));
            kernel.after(micros(schedule.endMicros()), this::end);
            iterate();
        }
        require(tasksRun == tasksAccepted, tasksAccepted + " tasks were accepted and " + tasksRun + " run");
        require(memory.openArenas() == 0, "arenas are left open");
        require(server.snapshot().get(Counter.OFF_HEAP_BYTES) == 0, "off-heap bytes are left");
        require(server.snapshot().get(Counter.CLIENTS_OPEN) == 0, "clients are left");
        witnesses.forEach(witness -> witness.testify(server.reason(witness.peer), !suffered().isEmpty()));
    }

    private static Duration micros(int micros) {
        return Duration.ofNanos(micros * 1000L);
    }

    private void end() {
        ended = true;
        witnesses.forEach(Witness::serverEnds);
        if (schedule.drains()) {
            server.server().drain(Duration.ofMillis(500));
        } else {
            server.server().close();
        }
    }

    private void giveTask() {
        try {
            server.server().execute(() -> {
                tasksRun++;
                Trouble trouble = mishaps.ofCallback(Callback.TASK);
                early(trouble);
                late(trouble);
            });
            tasksAccepted++;
        } catch (RejectedExecutionException e) {
            return; // The server has ended.
        }
    }

    private void iterate() {
        long latest = kernel.nanoTime() + micros(schedule.endMicros()).plus(LONGEST_AFTER_END).toNanos();
        long mostMemory = options.memoryLimitBytes();
        for (int i = 0; runOnce(); i++) {
            require(i < MOST_ITERATIONS, "no end of iterations");
            require(clockJumped || kernel.nanoTime() < latest, "the server does not end");
            Snapshot counters = server.snapshot();
            require(counters.get(Counter.CLIENTS_OPEN) <= options.maxClients(), "more clients than allowed");
            require(counters.get(Counter.OFF_HEAP_BYTES_MOST) <= mostMemory, "more memory than allowed");
            for (Witness witness : witnesses) {
                witness.look();
                witness.lookAtTheClock(i, suffered().size());
            }
        }
    }

    /** One iteration, in which each failed allocation must cost a client. */
    private boolean runOnce() {
        for (Witness witness : witnesses) {
            witness.deadlines.iterationBegins();
        }
        int failedBefore = mishaps.failedAllocations();
        int closedBefore = closed;
        boolean goesOn = server.runOnce();
        require(closed - closedBefore >= mishaps.failedAllocations() - failedBefore,
                "an allocation failed, and its client goes on");
        return goesOn;
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private Handler handler() {
        return new Handler() {
            @Override
            public void onOpen(Client client) {
                Witness witness = byPort.get(client.address().port());
                witness.accepted(client);
                Trouble trouble = troubleFor(witness, Callback.ON_OPEN);
                early(trouble);
                late(trouble);
            }

            @Override
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                Witness witness = byPort.get(client.address().port());
                Trouble trouble = troubleFor(witness, Callback.ON_FRAME);
                early(trouble);
                if (length == 1) {
                    switch (buffer.get(ValueLayout.JAVA_BYTE, offset)) {
                        case BYE -> client.close();
                        case BOOM -> throw new IllegalStateException("as it was asked");
                        default -> { }
                    }
                }
                if (client.send(buffer, offset, length)) {
                    witness.answered(length);
                }
                require(client.unsentBytes() <= options.unsentLimitBytes(), "too much unsent");
                late(trouble);
            }

            @Override
            public void onClose(Client client, CloseReason reason) {
                closed++;
                byPort.get(client.address().port()).closed(reason, mishaps);
                Trouble trouble = mishaps.ofCallback(Callback.ON_CLOSE);
                early(trouble);
                late(trouble);
            }
        };
    }

    private Trouble troubleFor(Witness witness, Callback callback) {
        Trouble trouble = mishaps.ofCallback(callback);
        if (trouble != null && trouble.thrown() != null) {
            witness.callbackFails();
        }
        return trouble;
    }

    private void early(Trouble trouble) {
        if (trouble == null) {
            return;
        }
        if (trouble.micros() > 0) {
            clockJumped = true;
            kernel.pass(micros(trouble.micros()));
            witnesses.forEach(witness -> witness.deadlines.lookIsDue());
        }
        if (trouble.thrown() != null && !trouble.late()) {
            trouble.thrown().happen();
        }
    }

    private static void late(Trouble trouble) {
        if (trouble != null && trouble.thrown() != null) {
            trouble.thrown().happen();
        }
    }

    private void connect(int index) {
        SimulatedPeer peer = server.connect();
        Witness witness = new Witness(peer, schedule, index, kernel);
        witnesses.add(witness);
        byPort.put(peer.address().port(), witness);
        if (ended) { // A drain that begins late lets it in.
            witness.serverEnds();
        }
        for (Act act : schedule.peers().get(index).acts()) {
            perform(act, peer, witness);
        }
    }

    private static void perform(Act act, SimulatedPeer peer, Witness witness) {
        switch (act.kind()) {
            case FRAME -> sendInPieces(peer, witness.nextFrame(act.first()), act.second());
            case PAUSE -> peer.pause(micros(act.first()));
            case READ_SLOWLY -> peer.then(() -> peer.readSlowly(act.first(), micros(act.second())));
            case READ_NOTHING -> peer.then(peer::readNothing);
            case READ_ALL -> peer.then(peer::readAll);
            case BYE -> peer.sendFrame(BYE);
            case BOOM -> peer.sendFrame(BOOM);
            case TOO_LONG -> peer.send((byte) -4, (byte) -1, (byte) -1, (byte) -1, (byte) 7);
            case HALF -> peer.send(java.util.Arrays.copyOf(witness.halfFrame(), act.first()));
            case FINISH -> peer.finish();
            case CLOSE -> peer.then(peer::close);
            case RESET -> peer.then(peer::reset);
            case VANISH -> peer.then(peer::vanish);
        }
    }

    private static void sendInPieces(SimulatedPeer peer, byte[] frame, int piece) {
        int step = piece == 0 ? frame.length : piece;
        for (int from = 0; from < frame.length; from += step) {
            peer.send(java.util.Arrays.copyOfRange(frame, from, Math.min(frame.length, from + step)));
            if (piece != 0) {
                peer.pause(Duration.ofNanos(150_000));
            }
        }
    }
}
