package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each call that a start needs fails once, in a real process under strace(1): one line, and exit code 1. */
@Timeout(60)
class InjectedStartTest {
    @TempDir
    private Path folder;

    @BeforeAll
    static void needsStrace() throws Exception {
        Strace.assumeItWorks(InjectedStartTest.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            socket        | EMFILE      | socket
            setsockopt    | ENOPROTOOPT | setsockopt SO_REUSEADDR for 127.0.0.1:0
            bind          | EADDRINUSE  | bind 127.0.0.1:0
            listen        | EADDRINUSE  | listen on 127.0.0.1:0
            getsockname   | ENOBUFS     | getsockname
            eventfd2      | EMFILE      | eventfd
            epoll_create1 | ENFILE      | epoll_create1
            epoll_ctl     | ENOSPC      | epoll_ctl of descriptor \\d+
            """)
    void callThatFailsIsOneLineAndExitsWithOne(String call, String errno, String said) throws Exception {
        Path trace = folder.resolve("trace");
        try (PolluxProcess process = PolluxProcess.setup()
                .through("strace", "-f", "--seccomp-bpf", "-o", trace.toString(), "-e", "signal=none",
                        "-e", "trace=" + call, "-e", "inject=" + call + ":error=" + errno)
                .start("serve", "--port", "0", "--poller", "epoll")) {
            assertThat(process.exitCode()).isEqualTo(1);
            assertThat(process.stderr().lines()).singleElement().asString()
                    .matches("pollux: " + said + ": " + errno + " \\([A-Z][A-Za-z ]+\\).*");
            assertThat(process.stdout().readLine()).isNull();
            assertThat(Files.readString(trace)).contains(" " + call + "(").contains("(INJECTED)");
        }
    }
}
