package dev.pollux.testkit;

import dev.pollux.posix.Errno;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.Faults.Subject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Every call comes through here: it is counted, takes time, may fail, and shows in the trace. */
final class Calls {
    private static final int MOST_WITHOUT_PROGRESS = 1000;

    private final Timeline timeline;
    private final Descriptors descriptors;
    private final int[] ofItsKind = new int[SystemCall.values().length];
    private final List<AssertionError> misuses = new ArrayList<>();
    private int number;
    private int withoutProgress; // Calls since something changed.
    private long progress;
    private long happened; // The timeline's, when it was looked at last.
    // Those under way, the last one first: what happens during a call may make another.
    private final ArrayDeque<Call> underWay = new ArrayDeque<>();
    Faults faults = Faults.none();
    Consumer<String> trace; // Null for none.
    long callNanos = 300;
    boolean strict = true;

    Calls(Timeline timeline, Descriptors descriptors) {
        this.timeline = timeline;
        this.descriptors = descriptors;
    }

    int number() {
        return number;
    }

    /** How often anything has changed; a loop that goes round without that is a busy one. */
    long progressMade() {
        if (happened != timeline.happened()) {
            happened = timeline.happened();
            progress();
        }
        return progress;
    }

    void progress() {
        progress++;
        withoutProgress = 0;
    }

    /** A call begins. Returns what is to go wrong with it. */
    Fault begin(SystemCall name, int fd, long size) {
        progressMade();
        Description description = descriptors.get(fd);
        Subject subject = description == null ? Subject.NOTHING : description.subject();
        number++;
        int peerPort = description instanceof StreamSocket socket ? socket.peerPort() : 0;
        Call call = new Call(name, fd, subject, peerPort, size, number, ++ofItsKind[name.ordinal()]);
        underWay.push(call);
        if (++withoutProgress > MOST_WITHOUT_PROGRESS) {
            withoutProgress = 0;
            throw misuse(MOST_WITHOUT_PROGRESS + " calls that changed nothing: a busy loop");
        }
        timeline.passUntil(timeline.nowNanos() + callNanos);
        Fault fault = faults.before(call);
        if (fault.kind() != Fault.Kind.NONE) {
            progress();
            say(call, () -> "fault: " + fault);
        }
        if (fault.kind() == Fault.Kind.JUMP) {
            timeline.passUntil(timeline.nowNanos() + fault.value());
        }
        if (fault.kind() == Fault.Kind.FAIL && movesBytes(name) && isOfTheNetwork((int) fault.value())
                && description instanceof StreamSocket socket && subject == Subject.CONNECTION) {
            socket.breakSilently();
        }
        return fault;
    }

    private static boolean movesBytes(SystemCall name) {
        return name == SystemCall.READ || name == SystemCall.SEND || name == SystemCall.SHUTDOWN;
    }

    /**
     * Whether a call fails with this errno because its connection is over. These are the errors that Linux
     * keeps in sk_err when it ends a connection, from a RST, an ICMP message, a time-out or an interface that
     * is down. With any other errno the connection lives on, and the peer learns nothing.
     */
    private static boolean isOfTheNetwork(int errno) {
        return switch (Errno.of(-errno)) {
            case ECONNRESET, EPIPE, ETIMEDOUT, ENOTCONN, ECONNABORTED, ECONNREFUSED, EHOSTUNREACH, EHOSTDOWN,
                 ENETUNREACH, ENETDOWN, ENETRESET, ENONET, EPROTO -> true;
            case null, default -> false;
        };
    }

    /** A call ends with that result. */
    long end(long result) {
        Call call = underWay.pop();
        say(call, () -> result >= 0 ? String.valueOf(result) : Errno.name(result));
        return result;
    }

    int end(int result) {
        return (int) end((long) result);
    }

    private void say(Call call, Supplier<String> what) {
        if (trace != null) {
            String fd = call.fd() < 0 ? "" : call.fd() + ", ";
            trace.accept(String.format("%.6f #%d %s(%s%d) = %s", timeline.nowNanos() / 1e9, call.number(),
                    call.name(), fd, call.size(), what.get()));
        }
    }

    /** An open descriptor; null, and the caller is to blame, if it is none. */
    Description find(int fd) {
        Description description = descriptors.get(fd);
        if (description == null) {
            misused("descriptor " + fd + " is not open");
        }
        return description;
    }

    /** Blames the caller, if that is wanted. */
    void misused(String what) {
        if (strict) {
            throw misuse(what);
        }
    }

    /** The caller's mistake: thrown now, and told again at the end, in case that somebody catches it. */
    AssertionError misuse(String what) {
        Call call = underWay.peek();
        AssertionError misuse = new AssertionError("call " + number + ", "
                + (call == null ? "none" : call.name() + " of descriptor " + call.fd()) + ": " + what);
        misuses.add(misuse);
        return misuse;
    }

    /** A test's own complaint, made in a callback: the server catches it, and the test must fail with it. */
    AssertionError complained(AssertionError complaint) {
        misuses.add(complaint);
        return complaint;
    }

    /** Tells the first mistake that was made so far, in an error of its own: the first may be under way. */
    void rethrow() {
        if (!misuses.isEmpty()) {
            throw new AssertionError(misuses.getFirst().getMessage(), misuses.getFirst());
        }
    }
}
