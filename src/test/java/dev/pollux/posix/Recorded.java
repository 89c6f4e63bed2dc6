package dev.pollux.posix;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** A recording of Flight Recorder, of our own events alone. */
public final class Recorded implements AutoCloseable {
    private final Recording recording = new Recording();
    private final Set<String> names; // The others are on by default, as an event of anybody's is.

    /** Records from now on; the names are without {@code dev.pollux} in front. */
    public Recorded(String... names) {
        this.names = Set.of(names);
        for (String name : names) {
            recording.enable("dev.pollux." + name);
        }
        recording.start();
    }

    /** Ends the recording. Its events, in the order of their ends. */
    public List<RecordedEvent> events() throws IOException {
        recording.stop();
        Path file = Files.createTempFile("pollux", ".jfr");
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream().filter(event -> names.contains(name(event)))
                    .sorted((a, b) -> a.getEndTime().compareTo(b.getEndTime())).toList();
        } finally {
            Files.delete(file);
        }
    }

    public static String name(RecordedEvent event) {
        return event.getEventType().getName().replace("dev.pollux.", "");
    }

    @Override
    public void close() {
        recording.close();
    }
}
