package dev.pollux.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.pollux.posix.Posix;
import dev.pollux.posix.Sockets;
import dev.pollux.server.Handler;
import dev.pollux.server.ServerOptions;
import dev.pollux.simulation.Silence;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each mistake that a caller can make on the simulation fails its test, also if it catches everything. */
@Timeout(60)
class MisuseTest {
    private static final int FLAGS = Abi.NONBLOCK | Abi.CLOEXEC;

    private static void assertFound(String message, Consumer<Sockets> mistake) {
        SimulatedKernel kernel = new SimulatedKernel();
        Sockets sockets = new Sockets(kernel.posix());
        assertMisuse(message, () -> mistake.accept(sockets));
        sockets.close();
        assertMisuse(message, kernel::assertClean);
    }

    private static void assertMisuse(String message, ThrowingCallable mistake) {
        assertThatExceptionOfType(AssertionError.class).isThrownBy(mistake).withMessageContaining(message);
    }

    @Test
    void aDescriptorThatIsNotOpen() {
        assertFound("descriptor 3 is not open", sockets -> sockets.read(3, 1));
        assertFound("descriptor 9 is not open", sockets -> sockets.posix().poll(sockets.entries(9), 0, 1, 0));
    }

    @Test
    void aCloseTooMany() {
        assertFound("descriptor 3 is not open", sockets -> {
            int fd = sockets.posix().eventfd(0, FLAGS);
            sockets.posix().close(fd);
            sockets.posix().close(fd);
        });
    }

    @Test
    void aReadOfNothing() {
        assertFound("looks like the end", sockets -> sockets.read(sockets.eventfd(), 0));
    }

    @Test
    void aSendThatMayRaiseASignal() {
        assertFound("MSG_NOSIGNAL", sockets ->
                sockets.posix().send(sockets.tcpPair().near(), sockets.arena().allocate(1), 0, 1, 0));
    }

    @Test
    void aCallThatWouldBlock() {
        assertFound("would block", sockets -> {
            int fd = sockets.own(sockets.posix().eventfd(0, Abi.CLOEXEC));
            sockets.read(fd, 8);
        });
    }

    @Test
    void aWaitForEver() {
        assertFound("waits for ever", sockets -> sockets.posix().poll(sockets.entries(-1), 0, 1, -1));
    }

    @Test
    void aBusyLoop() {
        assertFound("a busy loop", sockets -> {
            for (int i = 0; i < 2000; i++) {
                sockets.posix().poll(sockets.entries(-1), 0, 1, 0);
            }
        });
    }

    @Test
    void aDescriptorThatOtherProgramsWouldInherit() {
        assertFound("CLOEXEC", sockets -> sockets.posix().eventfd(0, Abi.NONBLOCK));
    }

    @Test
    void anotherThread() {
        assertFound("one thread", sockets -> {
            AssertionError[] seen = new AssertionError[1];
            Thread thread = Thread.ofPlatform().start(() -> {
                try {
                    sockets.posix().eventfd(0, FLAGS);
                } catch (AssertionError e) {
                    seen[0] = e;
                }
            });
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            throw seen[0];
        });
    }

    @Test
    void memoryThatIsFreed() {
        SimulatedKernel kernel = new SimulatedKernel();
        Sockets sockets = new Sockets(kernel.posix());
        int fd = sockets.eventfd();
        Arena arena = Arena.ofConfined();
        MemorySegment buffer = arena.allocate(8);
        arena.close();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> sockets.posix().read(fd, buffer, 0, 8));
        sockets.close();
        assertThatCode(kernel::assertClean).doesNotThrowAnyException();
    }

    @Test
    void whatIsLeftOpen() {
        SimulatedKernel kernel = new SimulatedKernel();
        Posix posix = kernel.posix();
        int fd = posix.eventfd(0, FLAGS);
        assertMisuse("left open: [3 EVENTFD, 1 instances of Posix]", kernel::assertClean);
        posix.close(fd);
        assertMisuse("left open: [1 instances of Posix]", kernel::assertClean);
        posix.close();
        kernel.assertClean();
        assertMisuse("closed twice", posix::close);
        assertMisuse("is closed", () -> posix.eventfd(0, FLAGS));
    }

    @Test
    void aMistakeThatAHandlerMakesAndTheServerCatches() {
        SimulatedKernel kernel = new SimulatedKernel();
        Handler mistaken = (client, buffer, offset, length) -> {
            try (Posix posix = kernel.posix()) {
                posix.close(9);
            }
        };
        SimulatedServer server = SimulatedServer.start(new ServerOptions(), mistaken, kernel);
        server.connect().sendFrame("a");
        try (Silence _ = new Silence()) { // It logs a trace.
            assertMisuse("descriptor 9 is not open", server::run);
            assertMisuse("descriptor 9 is not open", server::close);
        }
    }
}
