package dev.pollux.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.poller.Backend;
import dev.pollux.posix.Errno;
import dev.pollux.server.CloseReason;
import dev.pollux.simulation.Story.Outcome;
import dev.pollux.testkit.Fault;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.Faults.Subject;
import dev.pollux.testkit.SystemCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every call of a {@link Story} fails once with every error that it can have, from the server's first call to
 * its last. What must follow is written in {@link #effect}; leaks, busy loops and calls on what is closed are
 * found by the simulation itself.
 */
@Timeout(120)
class NthCallTest {
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

    /** With {@code opens} for the first call on a connection that was accepted a moment ago. */
    private static Effect effect(Call call, Errno errno, boolean opens) {
        if (call.name() != SystemCall.CLOSE && isStart(call)) {
            return isOptional(call) && !Errno.isBug(-errno.number) ? Effect.NONE : Effect.SERVER_ENDS;
        }
        return switch (call.name()) {
            case READ, SEND, SHUTDOWN -> switch (errno) {
                case EAGAIN, EINTR -> Effect.NONE;
                case ENOMEM, ENOBUFS -> call.subject() == Subject.CONNECTION
                        ? Effect.VICTIM_WITHOUT_RESOURCES : Effect.SERVER_ENDS;
                case ECONNRESET, EPIPE, ETIMEDOUT, ENOTCONN, EHOSTUNREACH, ENETUNREACH, EACCES ->
                        call.subject() == Subject.CONNECTION ? Effect.VICTIM_RESET : Effect.SERVER_ENDS;
                default -> Effect.SERVER_ENDS;
            };
            case ACCEPT4 -> switch (errno) {
                case EBADF, EFAULT, EINVAL, ENOTSOCK -> Effect.SERVER_ENDS;
                default -> Effect.NONE;
            };
            case POLL, PPOLL, SELECT, EPOLL_WAIT -> switch (errno) {
                case EINTR, ENOMEM -> Effect.NONE;
                default -> Effect.SERVER_ENDS;
            };
            case EPOLL_CTL -> switch (errno) {
                case ENOMEM, ENOSPC -> opens ? Effect.VICTIM_REFUSED : Effect.NONE;
                default -> Effect.SERVER_ENDS;
            };
            // The number is gone, whatever is said; but one that was not ours may be somebody else's.
            case CLOSE -> errno == Errno.EBADF && call.subject() == Subject.CONNECTION
                    ? Effect.SERVER_ENDS : Effect.NONE;
            case EVENTFD_WRITE -> switch (errno) {
                case EAGAIN, EINTR -> Effect.NONE;
                default -> Effect.SERVER_ENDS;
            };
            default -> throw new AssertionError("a call that the server was not to make: " + call);
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
            for (Call call : calls) {
                boolean opens = call.subject() == Subject.CONNECTION && watched.add(call.peerPort());
                for (Errno errno : call.name().errnos()) {
                    runs++;
                    String breach = breach(backend, call, errno, opens, expected);
                    if (breach != null) {
                        breaches.add(call + " " + errno + ": " + breach);
                    }
                }
            }
        }
        System.out.println(backend + ": " + runs + " runs in each of which one call failed");
        assertThat(breaches).isEmpty();
    }

    /** Tells the story with one fault in it. Returns what was wrong with it, or null. */
    static String breach(Backend backend, Call call, Errno errno, boolean opens,
            Map<String, Outcome> expected) {
        Story story = new Story(backend).withFault(call.number(), Fault.fail(errno));
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
                    : story.failure.errno() != errno.number ? "ended with " + story.failure : null;
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
