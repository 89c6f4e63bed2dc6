package dev.pollux.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Writes lines to a stream on a daemon thread of its own, so that whoever has something to say never waits
 * for whoever should read it. What does not fit while the stream is stuck is dropped, counted, and reported
 * once it goes on.
 *
 * <p>The thread starts with {@link #start}, before there is anything that must not wait; until then lines are
 * kept, and {@link #flush} writes them. Any thread may write.
 */
final class BackgroundWriter {
    private static final int MOST_CHARS = 1 << 20; // That wait; a single longer line never fits.

    private final OutputStream stream;
    private final String name;
    private final Consumer<Thread> starter;
    private StringBuilder waiting = new StringBuilder(); // Under the monitor, as all that follows.
    private long waitingLines;
    private long dropped;
    private boolean writing;
    private long lost; // If what is being written fails: its lines, and the dropped ones that it reports.
    private boolean started;

    /** A writer to {@code stream}, which it never closes. {@code name} is for the thread and the report. */
    BackgroundWriter(OutputStream stream, String name) {
        this(stream, name, Thread::start);
    }

    /** {@code starter} starts the thread. */
    BackgroundWriter(OutputStream stream, String name, Consumer<Thread> starter) {
        this.stream = stream;
        this.name = name;
        this.starter = starter;
    }

    /**
     * Starts the thread, unless it is started.
     *
     * @throws Failure if there cannot be another thread
     */
    synchronized void start() {
        if (started) {
            return;
        }
        Thread thread = new Thread(this::run, "pollux-" + name);
        thread.setDaemon(true);
        try {
            starter.accept(thread);
        } catch (OutOfMemoryError e) {
            throw new Failure("cannot start the thread that writes to " + name
                    + ": is the limit of processes reached (ulimit -u, pids.max)?");
        }
        started = true;
    }

    /** Has a line written soon, or drops it. Never waits for the stream. */
    synchronized void write(String line) {
        if (waiting.length() + line.length() >= MOST_CHARS) {
            dropped++;
            return;
        }
        waiting.append(line).append('\n');
        waitingLines++;
        notifyAll();
    }

    /**
     * Waits until all lines are written, but no longer than {@code timeoutMillis}. Returns whether they are.
     */
    synchronized boolean flush(long timeoutMillis) {
        if (!started) {
            return writeHere();
        }
        long deadlineNanos = System.nanoTime() + timeoutMillis * 1_000_000;
        while (writing || !waiting.isEmpty()) {
            long leftMillis = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0 || !pause(leftMillis)) {
                return false;
            }
        }
        return true;
    }

    /** Without a thread of our own, on the caller's. */
    private boolean writeHere() {
        while (!waiting.isEmpty()) {
            done(wrote(take()));
        }
        return true;
    }

    private void run() {
        for (StringBuilder lines = take(); lines != null; lines = take()) {
            done(wrote(lines));
        }
    }

    private boolean wrote(StringBuilder lines) {
        try {
            stream.write(lines.toString().getBytes(StandardCharsets.UTF_8));
            stream.flush();
            return true;
        } catch (IOException | OutOfMemoryError e) {
            return false; // Closed, its disk is full, or no memory: no reader is left.
        }
    }

    private synchronized StringBuilder take() {
        while (waiting.isEmpty()) {
            if (!pause(0)) {
                return null;
            }
        }
        StringBuilder taken = waiting;
        waiting = new StringBuilder();
        if (dropped > 0) { // They came after the lines that filled the room.
            taken.append("(lines for ").append(name).append(" dropped here: ").append(dropped).append(")\n");
        }
        writing = true;
        lost = waitingLines + dropped;
        waitingLines = 0;
        dropped = 0;
        return taken;
    }

    private synchronized void done(boolean written) {
        writing = false;
        dropped += written ? 0 : lost;
        notifyAll();
    }

    /** Lets go of the monitor until something changes. Returns false if this thread is interrupted. */
    private boolean pause(long millis) {
        try {
            wait(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
