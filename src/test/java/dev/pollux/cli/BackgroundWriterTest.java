package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BackgroundWriterTest {
    private static final long LONG_MILLIS = 20_000;
    private static final String LINE = "x".repeat(1023);

    /** Blocks in its first write until it is opened, as a full pipe does. */
    private static final class Stuck extends OutputStream {
        final CountDownLatch reached = new CountDownLatch(1);
        final CountDownLatch open = new CountDownLatch(1);
        final ByteArrayOutputStream written = new ByteArrayOutputStream();
        volatile boolean broken;

        @Override
        public void write(int b) {
            throw new AssertionError("one byte at a time");
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            reached.countDown();
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            if (broken) {
                throw new IOException("Broken pipe");
            }
            written.write(bytes, offset, length);
        }

        String text() {
            return written.toString(StandardCharsets.UTF_8);
        }
    }

    @Test
    void linesArriveInOrder() {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        BackgroundWriter writer = new BackgroundWriter(stream, "test");
        writer.start();
        writer.write("one");
        writer.write("zwö");
        assertThat(writer.flush(LONG_MILLIS)).isTrue();
        assertThat(stream.toString(StandardCharsets.UTF_8)).isEqualTo("one\nzwö\n");
    }

    @Test
    void stuckStreamHoldsUpNobodyAndWhatWasDroppedIsReported() throws InterruptedException {
        Stuck stuck = new Stuck();
        BackgroundWriter writer = new BackgroundWriter(stuck, "test");
        writer.start();
        writer.write("first");
        stuck.reached.await();
        for (int i = 0; i < 3000; i++) {
            writer.write(LINE);
        }
        assertThat(writer.flush(1)).isFalse();
        stuck.open.countDown();
        assertThat(writer.flush(LONG_MILLIS)).isTrue();
        long kept = stuck.text().lines().filter(LINE::equals).count();
        assertThat(kept).isBetween(1000L, 1024L);
        assertThat(stuck.text()).startsWith("first\n")
                .endsWith("(lines for test dropped here: " + (3000 - kept) + ")\n");
    }

    @Test
    void linesLostToBrokenStreamAreReportedOnceItWorksAgain() throws InterruptedException {
        Stuck stuck = new Stuck();
        stuck.broken = true;
        BackgroundWriter writer = new BackgroundWriter(stuck, "test");
        writer.start();
        writer.write("lost");
        stuck.open.countDown();
        assertThat(writer.flush(LONG_MILLIS)).isTrue();
        stuck.broken = false;
        writer.write("seen");
        assertThat(writer.flush(LONG_MILLIS)).isTrue();
        assertThat(stuck.text()).isEqualTo("seen\n(lines for test dropped here: 1)\n");
    }

    @Test
    void lineStartsNoThreadAndFlushWritesIt() {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        BackgroundWriter writer = new BackgroundWriter(stream, "unused", thread -> {
            throw new AssertionError("a thread starts");
        });
        writer.write("one");
        assertThat(stream.size()).isZero();
        assertThat(writer.flush(0)).isTrue();
        assertThat(stream.toString(StandardCharsets.UTF_8)).isEqualTo("one\n");
    }

    @Test
    void threadThatCannotStartIsAFailure() {
        BackgroundWriter writer = new BackgroundWriter(new Stuck(), "stderr", thread -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        assertThatThrownBy(writer::start).isInstanceOf(Failure.class)
                .hasMessageStartingWith("cannot start the thread that writes to stderr: is the limit of ");
    }
}
