package dev.pollux.bench.harness;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a process says, line by line, with patience that ends. */
public final class Lines {
    private static final String END = new String("end"); // Itself, not its letters.

    private final BlockingQueue<String> lines = new ArrayBlockingQueue<>(1024);

    public Lines(Process process) {
        BufferedReader reader = process.inputReader();
        Thread.ofPlatform().daemon().name("lines").start(() -> {
            try {
                String line;
                while ((line = reader.readLine()) != null) {
                    lines.put(line);
                }
            } catch (IOException | InterruptedException e) {
                // The process was ended: so are its lines.
            } finally {
                lines.offer(END);
            }
        });
    }

    /** The next line; null if there will be none. */
    @SuppressWarnings("ReferenceEquality")
    public String next(int seconds) throws IOException, InterruptedException {
        String line = lines.poll(seconds, TimeUnit.SECONDS);
        if (line == null) {
            throw new IOException("no answer within " + seconds + " s");
        }
        return line == END ? null : line;
    }
}
