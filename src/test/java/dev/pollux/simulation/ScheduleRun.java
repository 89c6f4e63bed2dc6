package dev.pollux.simulation;

import dev.pollux.metrics.Counter;
import dev.pollux.metrics.Snapshot;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.Handler;
import dev.pollux.server.ServerOptions;
import dev.pollux.simulation.Schedule.Act;
import dev.pollux.simulation.Schedule.Planned;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.Faults.Subject;
import dev.pollux.testkit.Faults;
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
    private final List<Planned> suffered = new ArrayList<>();
    private boolean clockJumped;
    private SimulatedServer server;

    ScheduleRun(Schedule schedule) {
        this.schedule = schedule;
        this.options = schedule.options();
        kernel.sendBufferBytes(schedule.settings().sendBuffer())
                .receiveBufferBytes(schedule.settings().receiveBuffer());
        Faults faults = schedule.faults() == null ? Faults.seeded(schedule.seed(), schedule.faultRate())
                : call -> planned(schedule.faults(), call);
        kernel.faults(call -> suffer(call, faults.before(call)));
    }

    private static Fault planned(List<Planned> faults, Call call) {
        for (Planned each : faults) {
            if (each.call() == call.name() && each.number() == call.ofItsKind()) {
                return each.fault();
            }
        }
        return Fault.NONE;
    }

    ScheduleRun trace(Consumer<String> lines) {
        kernel.trace(lines);
        return this;
    }

    /** Notes what goes wrong, and with whom. */
    private Fault suffer(Call call, Fault fault) {
        if (server == null || fault.kind() == Fault.Kind.NONE) {
            return Fault.NONE; // The start is not disturbed: it would be its end.
        }
        suffered.add(new Planned(call.name(), call.ofItsKind(), fault));
        clockJumped |= fault.kind() == Fault.Kind.JUMP;
        if (call.subject() == Subject.CONNECTION && fault.kind() == Fault.Kind.FAIL) {
            byPort.get(call.peerPort()).suffer(fault);
        }
        return fault;
    }

    /** What went wrong, call by call. */
    List<Planned> suffered() {
        return suffered;
    }

    /** Runs it to the end; throws an error that says what was wrong. */
    void run() {
        try (SimulatedServer started = SimulatedServer.start(options, handler(), kernel)) {
            server = started;
            for (int i = 0; i < schedule.peers().size(); i++) {
                int index = i;
                kernel.after(micros(schedule.peers().get(i).connectMicros()), () -> connect(index));
            }
            kernel.after(micros(schedule.endMicros()), this::end);
            iterate();
        }
        require(server.snapshot().get(Counter.OFF_HEAP_BYTES) == 0, "off-heap bytes are left");
        require(server.snapshot().get(Counter.CLIENTS_OPEN) == 0, "clients are left");
        witnesses.forEach(witness -> witness.testify(server.reason(witness.peer), !suffered.isEmpty()));
    }

    private static Duration micros(int micros) {
        return Duration.ofNanos(micros * 1000L);
    }

    private void end() {
        witnesses.forEach(Witness::serverEnds);
        if (schedule.drains()) {
            server.server().drain(Duration.ofMillis(500));
        } else {
            server.server().close();
        }
    }

    private void iterate() {
        long latest = kernel.nanoTime() + micros(schedule.endMicros()).plus(LONGEST_AFTER_END).toNanos();
        long mostMemory = options.memoryLimitBytes();
        for (int i = 0; server.runOnce(); i++) {
            require(i < MOST_ITERATIONS, "no end of iterations");
            require(clockJumped || kernel.nanoTime() < latest, "the server does not end");
            Snapshot counters = server.snapshot();
            require(counters.get(Counter.CLIENTS_OPEN) <= options.maxClients(), "more clients than allowed");
            require(counters.get(Counter.OFF_HEAP_BYTES_MOST) <= mostMemory, "more memory than allowed");
            for (Witness witness : witnesses) {
                witness.look();
                witness.lookAtTheClock(i, suffered.size());
            }
        }
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
                byPort.get(client.address().port()).accepted(client);
            }

            @Override
            public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
                if (length == 1) {
                    switch (buffer.get(ValueLayout.JAVA_BYTE, offset)) {
                        case BYE -> client.close();
                        case BOOM -> throw new IllegalStateException("as it was asked");
                        default -> { }
                    }
                }
                client.send(buffer, offset, length);
                require(client.unsentBytes() <= options.unsentLimitBytes(), "too much unsent");
            }

            @Override
            public void onClose(Client client, CloseReason reason) {
                byPort.get(client.address().port()).closed(reason);
            }
        };
    }

    private void connect(int index) {
        SimulatedPeer peer = server.connect();
        Witness witness = new Witness(peer, schedule, index, kernel);
        witnesses.add(witness);
        byPort.put(peer.address().port(), witness);
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
