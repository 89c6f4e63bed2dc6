package dev.pollux.cli;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/**
 * A stream's lines, read ahead on a daemon thread: reading stdin blocks, and whoever sends the lines must go
 * on receiving meanwhile. The line feed is not part of a line, and the last line may lack one.
 */
final class StreamLines implements FrameSource, Runnable {
    private static final int READ_AHEAD_BYTES = 1 << 20;

    private final InputStream stream;
    private final Runnable onMore;
    private final Queue<byte[]> lines = new ConcurrentLinkedQueue<>();
    private final Semaphore room = new Semaphore(READ_AHEAD_BYTES);
    private volatile boolean over; // No more is added to the queue.
    private volatile String failure; // Set before over.
    private boolean finished; // Taker's thread.

    private StreamLines(InputStream stream, Runnable onMore) {
        this.stream = stream;
        this.onMore = onMore;
    }

    /**
     * Starts reading. {@code onMore} is called on the reading thread when {@link #next} or its end has news.
     */
    static StreamLines read(InputStream stream, Runnable onMore) {
        StreamLines lines = new StreamLines(stream, onMore);
        Thread thread = new Thread(lines, "pollux-lines");
        thread.setDaemon(true);
        thread.start();
        return lines;
    }

    @Override
    public byte[] next() {
        boolean last = over; // Before looking: what was added last comes before the end.
        byte[] line = lines.poll();
        if (line != null) {
            room.release(cost(line));
        } else if (last) {
            if (failure != null) {
                throw new Failure(failure);
            }
            finished = true;
        }
        return line;
    }

    @Override
    public boolean isFinished() {
        return finished;
    }

    @Override
    public void run() {
        try (InputStream in = new BufferedInputStream(stream, 64 << 10)) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int b = in.read();
            while (b >= 0) {
                if (b == '\n') {
                    add(line.toByteArray());
                    line.reset();
                } else if (line.size() == Exchange.MOST_FRAME_BYTES) {
                    throw new IOException("a line is over " + new ByteSize(Exchange.MOST_FRAME_BYTES));
                } else {
                    line.write(b);
                }
                b = in.read();
            }
            if (line.size() > 0) {
                add(line.toByteArray());
            }
        } catch (IOException | OutOfMemoryError e) {
            failure = Mistakes.line(e);
        }
        over = true;
        onMore.run();
    }

    private void add(byte[] line) {
        room.acquireUninterruptibly(cost(line));
        lines.add(line);
        onMore.run();
    }

    private static int cost(byte[] line) {
        return Math.min(READ_AHEAD_BYTES, line.length + 64); // An empty line takes memory, too.
    }
}
