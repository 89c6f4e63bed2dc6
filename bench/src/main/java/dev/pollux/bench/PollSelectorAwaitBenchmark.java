package dev.pollux.bench;

import org.openjdk.jmh.annotations.Fork;

/** {@link SelectorAwaitBenchmark} with the JDK's selector on poll(2), which it keeps as an alternative. */
@Fork(value = 2, jvmArgsPrepend = "--enable-native-access=ALL-UNNAMED",
        jvmArgsAppend = "-Djava.nio.channels.spi.SelectorProvider=" + PollSelectorAwaitBenchmark.PROVIDER)
public class PollSelectorAwaitBenchmark extends SelectorAwaitBenchmark {
    static final String PROVIDER = "sun.nio.ch.PollSelectorProvider";

    /** For JMH. */
    public PollSelectorAwaitBenchmark() {
        super(PROVIDER);
    }
}
