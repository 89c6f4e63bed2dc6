package dev.pollux.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.posix.PosixException;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.ServerOptions;
import dev.pollux.simulation.Story.Outcome;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.Faults.Subject;
import dev.pollux.testkit.SimulatedKernel;
import dev.pollux.testkit.SimulatedServer;
import dev.pollux.testkit.SystemCall;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every call of a {@link Story} fails once with every error of its man page, from the server's first call to
 * its last, and with some of the others in turn, so that each kind of call fails with each errno somewhere.
 * {@link #effect} is the rule that must hold; leaks, busy loops and calls on what is closed are found by the
 * simulation itself.
 */
@Timeout(120)
class NthCallTest {
    /** Every errno of Linux, and numbers without a name: a seccomp filter returns what it likes. */
    private static final int[] ANY = IntStream.concat(Stream.of(Errno.values())
            .mapToInt(errno -> errno.number), IntStream.of(512, 4095)).toArray();

    /** What proves a bug of the server. */
    private static final Set<Errno> BUGS =
            EnumSet.of(Errno.EBADF, Errno.EFAULT, Errno.EINVAL, Errno.ENOTSOCK);

    /** What a failed call may lead to. */
    private enum Effect {
        /** Everybody has what he would have had. */
        NONE,
        /** The one whom the call was about is closed, with the reason that belongs to it. */
        VICTIM_RESET, VICTIM_WITHOUT_RESOURCES,
        /** The connection is closed before there was a client. */
        VICTIM_REFUSED,
        /** The server ends and names the error. */
        SERVER_ENDS
    }

    /**
     * The server's rule. An errno that proves a bug of its own ends it, and so does any errno at its start.
     * Every other errno closes the client that the call was about, or costs nothing but a second attempt.
     *
     * @param opens whether this is the first call on a connection that was accepted a moment ago
     */
    private static Effect effect(Call call, int errno, boolean opens) {
        // More entries than RLIMIT_NOFILE, which may have been lowered.
        boolean tooMany = errno == Errno.EINVAL.number
                && (call.name() == SystemCall.POLL || call.name() == SystemCall.PPOLL);
        boolean bug = BUGS.contains(Errno.of(-errno)) && !tooMany;
        if (isOptional(call) && !bug) {
            return Effect.NONE;
        }
        if (call.name() != SystemCall.CLOSE && (bug && call.name() != SystemCall.SHUTDOWN || isStart(call))) {
            return Effect.SERVER_ENDS;
        }
        boolean isOfClient = call.subject() == Subject.CONNECTION;
        return switch (call.name()) {
            case READ, SEND -> isOfClient && !isPassing(errno) ? victim(errno) : Effect.NONE;
            case SHUTDOWN -> bug ? Effect.SERVER_ENDS : victim(errno);
            case EPOLL_CTL -> opens ? Effect.VICTIM_REFUSED
                    : isOfClient && !isShortageOfEpoll(errno) ? Effect.VICTIM_RESET : Effect.NONE;
            // Whatever close returns, the number is gone; but one that was not open may be another's now.
            case CLOSE -> errno == Errno.EBADF.number && isOfClient ? Effect.SERVER_ENDS : Effect.NONE;
            case ACCEPT4, POLL, PPOLL, SELECT, EPOLL_WAIT, EVENTFD_WRITE -> Effect.NONE;
            default -> throw new AssertionError("a call that the server must not make: " + call);
        };
    }

    /** Returns whether a start goes on without it: limits, and options but SO_REUSEADDR and TCP_NODELAY. */
    private static boolean isOptional(Call call) {
        return switch (call.name()) {
            case GETRLIMIT, SETRLIMIT -> true;
            case SETSOCKOPT -> call.ofItsKind() > 2;
            default -> false;
        };
    }

    private static Effect victim(int errno) {
        return switch (Errno.of(-errno)) {
            case ENOMEM, ENOBUFS, ENOSPC, EMFILE, ENFILE, ENOSR, EDQUOT -> Effect.VICTIM_WITHOUT_RESOURCES;
            case null, default -> Effect.VICTIM_RESET;
        };
    }

    private static boolean isPassing(int errno) {
        return errno == Errno.EAGAIN.number || errno == Errno.EINTR.number;
    }

    /** The kernel has no room for the change now: it is made later. */
    private static boolean isShortageOfEpoll(int errno) {
        return errno == Errno.ENOMEM.number || errno == Errno.ENOSPC.number;
    }

    private static boolean isStart(Call call) {
        return switch (call.name()) {
            case SOCKET, BIND, LISTEN, GETSOCKNAME, SETSOCKOPT, EVENTFD, EPOLL_CREATE1, GETRLIMIT,
                 SETRLIMIT -> true;
            case EPOLL_CTL -> call.ofItsKind() <= 2; // The wake-up and the listener.
            default -> false;
        };
    }

    @ParameterizedTest
    @EnumSource
    void withoutAFaultEverybodyIsServedAsTheyDeserve(Backend backend) {
        Story story = new Story(backend);
        try (Silence _ = new Silence()) {
            story.tell();
        }
        story.assertNobodyReceivedAnythingWrong();
        assertThat(story.failure).isNull();
        Map<String, CloseReason> reasons = new HashMap<>(Map.of("steady", CloseReason.PEER_CLOSED,
                "in a burst", CloseReason.PEER_CLOSED, "with half a frame", CloseReason.FRAME_TIMEOUT,
                "too long", CloseReason.FRAME_TOO_LONG, "never reading", CloseReason.WRITE_TIMEOUT,
                "resetting", CloseReason.PEER_RESET, "vanishing", CloseReason.IDLE_TIMEOUT,
                "waiting", CloseReason.PEER_CLOSED, "hasty", CloseReason.PEER_RESET));
        reasons.put("late", CloseReason.SERVER_DRAINED);
        reasons.put("late and slow", CloseReason.SERVER_DRAINED);
        story.outcomes().forEach((name, outcome) ->
                assertThat(outcome.reason()).as(name).isEqualTo(reasons.get(name)));
        assertThat(story.outcomes()).hasSameSizeAs(reasons);
        for (String served : List.of("steady", "in a burst", "with half a frame", "too long", "resetting",
                "vanishing", "waiting", "late", "late and slow")) {
            assertThat(story.peers.get(served).received()).as(served)
                    .isEqualTo(story.echoes.get(served).toByteArray());
        }
        assertThat(story.kernel.calls()).isGreaterThan(200);
    }

    @ParameterizedTest
    @EnumSource
    void whateverCallFailsOnlyThoseWhomItConcernsAreConcerned(Backend backend) {
        List<String> breaches = new ArrayList<>();
        int runs = 0;
        try (Silence _ = new Silence()) {
            List<Call> calls = new ArrayList<>();
            Story undisturbed = new Story(backend);
            undisturbed.kernel.faults(call -> {
                calls.add(call);
                return Fault.NONE;
            });
            Map<String, Outcome> expected = undisturbed.tell().outcomes();
            Set<Integer> watched = new HashSet<>();
            Turns turns = new Turns(backend, calls);
            for (Call call : calls) {
                boolean opens = call.subject() == Subject.CONNECTION && watched.add(call.peerPort());
                for (Fault fault : turns.faults(call)) {
                    runs++;
                    String breach = breach(backend, call, fault, opens, expected);
                    if (breach != null) {
                        breaches.add(call + " " + fault + ": " + breach);
                    }
                }
            }
        }
        System.out.println(backend + ": " + runs + " runs in each of which one call failed");
        assertThat(breaches).isEmpty();
    }

    /**
     * Chooses the errors of each call: its man page's, and a part of all others. The calls of a kind share
     * the others among them, and the back ends share those of a kind that all of them make.
     */
    private static final class Turns {
        private final Backend backend;
        private final Map<SystemCall, Integer> counts = new EnumMap<>(SystemCall.class); // Calls of a story.
        private final Map<SystemCall, Integer> made = new EnumMap<>(SystemCall.class);

        Turns(Backend backend, List<Call> calls) {
            this.backend = backend;
            calls.forEach(call -> counts.merge(call.name(), 1, Integer::sum));
        }

        List<Fault> faults(Call call) {
            List<Fault> faults = new ArrayList<>();
            call.name().errnos().forEach(errno -> faults.add(Fault.fail(errno)));
            int number = made.merge(call.name(), 1, Integer::sum) - 1;
            int share = switch (call.name()) {
                case POLL, PPOLL, SELECT, EPOLL_CREATE1, EPOLL_CTL, EPOLL_WAIT -> 1;
                default -> Backend.values().length;
            };
            int first = share == 1 ? number : share * number + backend.ordinal();
            for (int i = first; i < ANY.length; i += share * counts.get(call.name())) {
                // Every other call is refused by a filter, and its connection is sound.
                faults.add(number % 2 == 0 ? Fault.refuse(ANY[i]) : Fault.fail(ANY[i]));
            }
            return faults;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWaitThatFailsTenTimesInARowEndsTheServer(Backend backend) {
        for (int errno : new int[] {Errno.ENOMEM.number, Errno.ENOSYS.number, 4095}) {
            assertThat(failedWaits(backend, errno, 9)).isNull();
            assertThat(failedWaits(backend, errno, 10)).hasMessageContaining("10 times in a row")
                    .extracting(PosixException::errno).isEqualTo(errno);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatCannotBeClosedAtTheEndKeepsNoOther(Backend backend) {
        SimulatedKernel kernel = new SimulatedKernel();
        SimulatedServer server = SimulatedServer.start(new ServerOptions().backend(backend), Client::send,
                kernel);
        for (int i = 0; i < 3; i++) {
            server.connect().sendFrame("a").send((byte) 1); // With memory for half a frame.
        }
        server.run();
        int[] closes = {0};
        kernel.faults(call -> call.name() == SystemCall.CLOSE && ++closes[0] == 1
                ? Fault.fail(Errno.EBADF) : Fault.NONE);
        try (Silence _ = new Silence()) {
            assertThatExceptionOfType(PosixException.class).isThrownBy(server::close);
        }
        kernel.assertClean();
        assertThat(server.snapshot().get(Counter.CLIENTS_OPEN)).isZero();
        assertThat(server.snapshot().get(Counter.OFF_HEAP_BYTES)).isZero();
    }

    /** Fails waits in a row while clients are there. Returns what the server ended with, or null. */
    private static PosixException failedWaits(Backend backend, int errno, int count) {
        Story story = new Story(backend);
        int[] waits = {0};
        story.kernel.faults(call -> switch (call.name()) {
            case POLL, PPOLL, SELECT, EPOLL_WAIT -> call.size() > 0 && ++waits[0] > 5 && waits[0] <= 5 + count
                    ? Fault.fail(errno) : Fault.NONE;
            default -> Fault.NONE;
        });
        try (Silence _ = new Silence()) {
            return story.tell().failure;
        }
    }

    /** Tells the story with one fault in it. Returns what was wrong with it, or null. */
    static String breach(Backend backend, Call call, Fault fault, boolean opens,
            Map<String, Outcome> expected) {
        int errno = (int) fault.value();
        Story story = new Story(backend).withFault(call.number(), fault);
        try {
            story.tell();
            story.assertNobodyReceivedAnythingWrong();
            assertThat(story.hit).isEqualTo(call);
        } catch (RuntimeException | Error e) {
            return e.toString();
        }
        Effect effect = effect(call, errno, opens);
        if (effect == Effect.SERVER_ENDS) {
            return story.failure == null ? "the server went on"
                    : story.failure.errno() != errno ? "ended with " + story.failure : null;
        }
        if (story.failure != null) {
            return "the server ended with " + story.failure;
        }
        Map<String, Outcome> outcomes = new LinkedHashMap<>(story.outcomes());
        Map<String, Outcome> others = new LinkedHashMap<>(expected);
        if (effect != Effect.NONE) {
            Outcome before = others.remove(story.victim);
            Outcome after = outcomes.remove(story.victim);
            CloseReason reason = switch (effect) {
                case VICTIM_RESET -> CloseReason.PEER_RESET;
                case VICTIM_WITHOUT_RESOURCES -> CloseReason.NO_RESOURCES;
                default -> null;
            };
            // Whoever was being closed already keeps his own reason.
            if (after.reason() != reason && after.reason() != before.reason()) {
                return story.victim + " was closed with " + after.reason();
            }
        }
        return outcomes.equals(others) ? null : difference(others, outcomes);
    }

    private static String difference(Map<String, Outcome> expected, Map<String, Outcome> seen) {
        StringBuilder text = new StringBuilder();
        seen.forEach((name, outcome) -> {
            if (!outcome.equals(expected.get(name))) {
                text.append(name).append(": ").append(outcome).append(" instead of ")
                        .append(expected.get(name)).append("; ");
            }
        });
        return text.toString();
    }
}
