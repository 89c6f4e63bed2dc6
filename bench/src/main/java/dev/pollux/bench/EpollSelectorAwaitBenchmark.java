package dev.pollux.bench;

import org.openjdk.jmh.annotations.Fork;

/** {@link SelectorAwaitBenchmark} with the JDK's selector on epoll(7), its default on Linux. */
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED",
        jvmArgsAppend = "-Djava.nio.channels.spi.SelectorProvider=" + EpollSelectorAwaitBenchmark.PROVIDER)
public class EpollSelectorAwaitBenchmark extends SelectorAwaitBenchmark {
    static final String PROVIDER = "sun.nio.ch.EPollSelectorProvider";

    /** For JMH. */
    public EpollSelectorAwaitBenchmark() {
        super(PROVIDER);
    }
}
