package dev.pollux.bench.soak;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file in which the server's process notes each connection that it is about to disturb on purpose, by its
 * peer's port. A peer whose connection breaks looks itself up: if it is not listed, the server is at fault.
 * Ports are used again, so a peer looks only at what was written since it connected.
 */
final class HitList {
    private final Path file;

    /** A list that is empty, or that another process writes. */
    HitList(Path file) {
        this.file = file;
    }

    /** Opens it to be written by {@link #add}. */
    OutputStream open() throws IOException {
        return new FileOutputStream(file.toFile(), true);
    }

    /** Notes a port, before the connection is disturbed. */
    static void add(OutputStream list, int port) {
        try {
            list.write((port + "\n").getBytes(StandardCharsets.US_ASCII)); // One write: one line.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the list ends now. */
    long mark() {
        try {
            return Files.exists(file) ? Files.size(file) : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns whether a port was noted since a mark. */
    boolean isHit(int port, long mark) {
        if (!Files.exists(file)) {
            return false;
        }
        try (RandomAccessFile list = new RandomAccessFile(file.toFile(), "r")) {
            byte[] bytes = new byte[(int) (list.length() - mark)];
            list.seek(mark);
            list.readFully(bytes);
            String wanted = Integer.toString(port);
            return new String(bytes, StandardCharsets.US_ASCII).lines().anyMatch(wanted::equals);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connections that were disturbed so far. */
    long count() throws IOException {
        if (!Files.exists(file)) {
            return 0;
        }
        try (var lines = Files.lines(file)) {
            return lines.count();
        }
    }
}
