package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.poller.Backend;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In a class of its own: a loop that tasks do not wake cannot be closed either, and who tries hangs. */
class TaskTest {
    private static final int TASKS = 100; // The first may come before the loop sleeps.

    @ParameterizedTest
    @EnumSource(Backend.class)
    void taskOfAnotherThreadWakesTheLoop(Backend backend) throws Exception {
        Server server = new Server(TestServer.options(backend), TestServer.ECHO).start();
        for (int i = 0; i < TASKS; i++) {
            FutureTask<Thread> task = new FutureTask<>(Thread::currentThread);
            server.execute(task);
            assertThat(task.get(10, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
        }
        server.close();
    }
}
