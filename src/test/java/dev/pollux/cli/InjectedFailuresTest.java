package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.cli.StraceScene.Victim;
import dev.pollux.poller.Backend;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The real process on the real kernel, with strace(1) between them that makes calls of the loop fail: the one
 * client suffers what is due, the others notice nothing, no socket is left, and SIGTERM ends it as ever.
 */
@Timeout(60)
class InjectedFailuresTest {
    // Calls that strace sees while one failure is dealt with; a loop that is busy makes thousands.
    private static final int MOST_CALLS = 150;

    @TempDir
    private Path folder;

    @BeforeAll
    static void needsStrace() throws Exception {
        Strace.assumeItWorks(InjectedFailuresTest.class);
    }

    private StraceScene scene(Backend backend) throws Exception {
        return new StraceScene(InjectedFailuresTest.class, folder, backend);
    }

    private static void assertInjected(int times, List<String> calls) {
        assertThat(calls).filteredOn(call -> call.endsWith("(INJECTED)")).hasSize(times);
        assertThat(calls).hasSizeLessThan(MOST_CALLS);
    }

    private static void assertLogged(List<String> patterns, String stderr) {
        for (String pattern : patterns) {
            assertThat(stderr).containsPattern(Pattern.compile(pattern));
        }
    }

    @Test
    void acceptsThatFailDelayWhoWaitsAndNobodyElse() throws Exception {
        List<String> errnos =
                List.of("EMFILE", "ENFILE", "ENOBUFS", "ENOMEM", "ECONNABORTED", "EPROTO", "EINTR", "EACCES",
                        "ENOSR", "ENOSYS");
        try (StraceScene scene = scene(Backend.EPOLL)) {
            Set<String> before = scene.sockets();
            for (String errno : errnos) {
                String failure = "accept4:error=" + errno + ":when=1..3";
                try (Strace strace = scene.injectIntoAny(failure, "accept4,epoll_ctl,epoll_wait")) {
                    try (Socket late = scene.connect()) {
                        scene.serveBystander();
                        assertThat(Frames.echo(late, errno)).isEqualTo(errno);
                    }
                    scene.serveBystander();
                    assertInjected(3, strace.detach());
                }
                assertThat(scene.sockets()).isEqualTo(before);
            }
            assertThat(scene.stop()).contains(" clients_refused=" + 3 * errnos.size() + " ")
                    .contains("accept4 on " + scene.address() + ": EMFILE (Too many open files); raise ");
        }
    }

    @Test
    void readThatFailsClosesItsClientAlone() throws Exception {
        List<String> ends = new ArrayList<>();
        try (StraceScene scene = scene(Backend.EPOLL)) {
            for (String errno : List.of("ECONNRESET", "ETIMEDOUT", "ENOPROTOOPT", "EIO", "ENOMEM")) {
                Set<String> before = scene.sockets();
                try (Victim victim = scene.victim();
                        Strace strace = scene.inject("read:error=" + errno + ":when=1", victim.link())) {
                    Frames.write(victim.socket(), "never read");
                    victim.seesTheEnd();
                    scene.serveBystander();
                    assertInjected(1, strace.detach());
                    ends.add(victim.closed(errno.equals("ENOMEM") ? "NO_RESOURCES" : "PEER_RESET"));
                }
                assertThat(scene.sockets()).isEqualTo(before);
            }
            assertLogged(ends, scene.stop());
        }
    }

    @Test
    void sendThatFailsClosesItsClientAlone() throws Exception {
        List<String> ends = new ArrayList<>();
        try (StraceScene scene = scene(Backend.EPOLL)) {
            for (String errno : List.of("EPIPE", "ECONNRESET", "EACCES", "ENOBUFS")) {
                Set<String> before = scene.sockets();
                try (Victim victim = scene.victim();
                        Strace strace = scene.inject("sendto:error=" + errno + ":when=1", victim.link())) {
                    Frames.write(victim.socket(), "not answered");
                    scene.serveBystander();
                    victim.seesTheEnd(); // Also where nothing but the failed call says so.
                    scene.serveBystander();
                    assertInjected(1, strace.detach());
                    ends.add(victim.closed(errno.equals("ENOBUFS") ? "NO_RESOURCES" : "PEER_RESET"));
                }
                assertThat(scene.sockets()).isEqualTo(before);
            }
            assertLogged(ends, scene.stop());
        }
    }

    @Test
    void readOrSendThatIsOnlyToBeRepeatedIsRepeated() throws Exception {
        try (StraceScene scene = scene(Backend.EPOLL)) {
            Set<String> before = scene.sockets();
            try (Victim victim = scene.victim()) {
                for (String failure : List.of("read:error=EINTR", "read:error=EAGAIN", "sendto:error=EINTR",
                        "sendto:error=EAGAIN")) {
                    try (Strace strace = scene.inject(failure + ":when=1..5", victim.link())) {
                        assertThat(Frames.echo(victim.socket(), failure)).isEqualTo(failure);
                        scene.serveBystander();
                        assertInjected(5, strace.detach());
                    }
                }
            }
            scene.serveBystander();
            assertThat(scene.sockets()).isEqualTo(before);
            scene.stop();
        }
    }

    @ParameterizedTest
    @EnumSource(Backend.class)
    void waitsThatSignalsEndAreRepeated(Backend backend) throws Exception {
        String waits = "poll,ppoll,pselect6,epoll_wait";
        try (StraceScene scene = scene(backend)) {
            Set<String> before = scene.sockets();
            List<String> calls;
            try (Strace strace = scene.injectIntoAny(waits + ":error=EINTR:when=1..20", waits)) {
                scene.serveBystander();
                calls = strace.detach();
            }
            assertThat(calls).hasSizeLessThan(MOST_CALLS)
                    .filteredOn(call -> call.endsWith("(INJECTED)")).hasSizeGreaterThanOrEqualTo(20);
            assertThat(scene.sockets()).isEqualTo(before);
            scene.stop();
        }
    }

    @Test
    void waitWithoutMemoryIsTriedAgainAfterAMoment() throws Exception {
        try (StraceScene scene = scene(Backend.EPOLL)) {
            String failure = "epoll_wait:error=ENOMEM:when=1..3";
            try (Strace strace = scene.injectIntoAny(failure, "poll,epoll_wait")) {
                scene.serveBystander();
                List<String> calls = strace.detach();
                assertInjected(3, calls);
                assertThat(calls).filteredOn(call -> call.matches("poll\\(.*, 0, 10\\) .*Timeout.*"))
                        .hasSize(3);
            }
            assertThat(scene.stop())
                    .contains("waiting for readiness failed with ENOMEM (Cannot allocate memory)");
        }
    }

    /**
     * Linux closes the descriptor whatever it answers; strace answers in its place and closes nothing, so
     * that here each failure leaves one socket.
     */
    @Test
    void closeIsMadeOnceWhateverItAnswers() throws Exception {
        List<String> ends = new ArrayList<>();
        try (StraceScene scene = scene(Backend.EPOLL)) {
            for (String errno : List.of("EINTR", "EIO")) {
                Set<String> before = scene.sockets();
                try (Victim victim = scene.victim();
                        Strace strace = scene.inject("close:error=" + errno + ":when=1", victim.link())) {
                    victim.socket().close();
                    scene.serveBystander();
                    List<String> calls = strace.detach();
                    assertInjected(1, calls);
                    assertThat(calls).filteredOn(call -> call.startsWith("close(")).hasSize(1);
                    ends.add(victim.closed("PEER_CLOSED"));
                    before.add(victim.link());
                }
                assertThat(scene.sockets()).isEqualTo(before);
            }
            assertLogged(ends, scene.stop());
        }
    }

    /** What only a bug of ours can cause: better no server than one that goes on with it. */
    @ParameterizedTest
    @ValueSource(strings = {"read", "sendto", "close"})
    void badDescriptorEndsTheServer(String call) throws Exception {
        try (StraceScene scene = scene(Backend.EPOLL); Victim victim = scene.victim();
                Strace _ = scene.inject(call + ":error=EBADF:when=1", victim.link())) {
            if (call.equals("close")) {
                victim.socket().close();
            } else {
                Frames.write(victim.socket(), "one frame");
            }
            assertThat(scene.failed()).doesNotContain("\tat ").containsPattern(
                    "(?m) ERROR server: the server failed: " + call.replace("sendto", "send")
                            + " of descriptor \\d+: EBADF \\(Bad file descriptor\\)$");
        }
    }
}
