package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.POLLIN;

import dev.pollux.poller.PollSet;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Question: what does it cost to ask for one descriptor, beside NIO's selectNow?
 * <p>Measured: poll(2) of one TCP socket on loopback with time-out 0 through the server's own class;
 * Selector.selectNow with one key, whose action does nothing. Not measured: more descriptors, and waiting
 * (see PollAwaitBenchmark).
 * <p>Read as: ns for a call; C's poll, from the same run, is what the kernel takes.
 * <p>Expect: poll near C; selectNow dearer for its locks and its list of changes, and more so with a key that
 * is ready.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 100, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED")
public class PollOfOneBenchmark {
    @Param({"false", "true"}) public boolean readable;

    private Posix posix;
    private int[] fds;
    private PollSet set;
    private ChannelPair channels;
    private Selector selector;
    private int selected;
    private final Consumer<SelectionKey> action = key -> selected++;

    @Setup
    public void connect() throws IOException {
        posix = NativePosix.confined();
        fds = Descriptors.tcpPair(posix);
        set = new PollSet(0, 1);
        set.add(fds[1], 0, POLLIN());
        channels = ChannelPair.open();
        selector = Selector.open();
        channels.accepted().register(selector, SelectionKey.OP_READ);
        if (readable) {
            Descriptors.sendByte(posix, fds[0]);
            channels.peer().write(ByteBuffer.allocate(1));
        }
    }

    @TearDown
    public void close() throws IOException {
        selector.close();
        channels.close();
        set.close();
        Descriptors.close(posix, fds);
        posix.close();
    }

    @Benchmark
    public int posixPoll() {
        return posix.poll(set.entries(), 0, 1, 0);
    }

    /** With an action, because a set of selected keys would have to be emptied each time. */
    @Benchmark
    public int nioSelectNow() throws IOException {
        return selector.selectNow(action);
    }
}
