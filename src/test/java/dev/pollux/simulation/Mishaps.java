package dev.pollux.simulation;

import dev.pollux.simulation.Mishap.Callback;
import dev.pollux.simulation.Mishap.OfAllocation;
import dev.pollux.simulation.Mishap.OfCall;
import dev.pollux.simulation.Mishap.OfCallback;
import dev.pollux.simulation.Mishap.Trouble;
import dev.pollux.simulation.Schedule.Rates;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults;
import dev.pollux.testkit.Faults.Call;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Decides what goes wrong in a run, by its seed or from a list, and keeps what did. */
final class Mishaps {
    private static final Thrown[] THROWN = Thrown.values();
    private static final double SHORTEST_MICROS = 500;
    private static final double LONGEST_MICROS = 3e6;

    private final List<Mishap> planned; // Null for what the seed brings.
    private final Rates rates;
    private final Faults faults;
    private final Random random;
    private final int[] callbacks = new int[Callback.values().length]; // Made so far, of each kind.
    private final List<Mishap> suffered = new ArrayList<>();
    private int failedAllocations;
    private int closedForMemory; // Clients that are accounted for among these.

    Mishaps(Schedule schedule) {
        this.planned = schedule.mishaps();
        this.rates = schedule.rates();
        this.faults = Faults.seeded(schedule.seed(), rates.calls());
        this.random = new Random(~schedule.seed());
    }

    /** What went wrong so far. */
    List<Mishap> suffered() {
        return suffered;
    }

    Fault ofCall(Call call) {
        Fault fault = planned == null ? faults.before(call) : Fault.NONE;
        for (int i = 0; planned != null && i < planned.size(); i++) {
            if (planned.get(i) instanceof OfCall it && it.call() == call.name()
                    && it.number() == call.ofItsKind()) {
                fault = it.fault();
            }
        }
        if (fault.kind() != Fault.Kind.NONE) {
            suffered.add(new OfCall(call.name(), call.ofItsKind(), fault));
        }
        return fault;
    }

    boolean ofAllocation(int number) {
        boolean fails = planned == null ? rates.memory() > 0 && random.nextDouble() < rates.memory()
                : planned.contains(new OfAllocation(number));
        if (fails) {
            suffered.add(new OfAllocation(number));
            failedAllocations++;
        }
        return fails;
    }

    int failedAllocations() {
        return failedAllocations;
    }

    /** Accounts for one failed allocation with a client that was closed. Returns false if none is left. */
    boolean accountForMemory() {
        boolean left = closedForMemory < failedAllocations;
        closedForMemory += left ? 1 : 0;
        return left;
    }

    /** Returns what goes wrong with the next callback of a kind, or null for nothing. */
    Trouble ofCallback(Callback callback) {
        int number = ++callbacks[callback.ordinal()];
        Trouble trouble = null;
        if (planned == null) {
            trouble = rates.callbacks() > 0 && random.nextDouble() < rates.callbacks() ? any() : null;
        } else {
            for (Mishap each : planned) {
                if (each instanceof OfCallback it && it.callback() == callback && it.number() == number) {
                    trouble = it.trouble();
                }
            }
        }
        if (trouble != null) {
            suffered.add(new OfCallback(callback, number, trouble));
        }
        return trouble;
    }

    private Trouble any() {
        int micros = random.nextInt(3) == 0 ? 0 : (int) (SHORTEST_MICROS
                * Math.pow(LONGEST_MICROS / SHORTEST_MICROS, random.nextDouble()));
        Thrown thrown = micros > 0 && random.nextInt(3) > 0 ? null : THROWN[random.nextInt(THROWN.length)];
        return new Trouble(micros, thrown, random.nextBoolean());
    }
}
