package dev.pollux.cli;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Descriptors 0, 1 and 2 of this process. One that was closed when the program was started is never read,
 * written or closed: the JVM may have opened a file of its own there, such as {@code lib/modules}.
 *
 * <p>A file of the JVM is known by O_CLOEXEC, which an inherited descriptor cannot have, or by its path: the
 * JDK opens its image and the class path without that flag. A descriptor that cannot do its work, such as a
 * stdout that is read-only, counts as closed too. One case stays unknown: the JDK itself puts /dev/null where
 * it has opened and closed a file with java.io; that is a class path of folders.
 */
final class StandardStreams {
    private static final int IN = 0;
    private static final int OUT = 1;
    private static final int ERR = 2;
    private static final int COUNT = 3;
    private static final long O_RDONLY = 0;
    private static final long O_WRONLY = 1;
    private static final long O_ACCMODE = 3;
    private static final long O_CLOEXEC = 02000000;
    private static final String FLAGS = "flags:";
    private static final String PROC = "/proc/self/";

    private static final boolean[] CLOSED = new boolean[COUNT];
    private static final List<FileOutputStream> OCCUPIED = new ArrayList<>(); // Or a cleaner closes them.

    private StandardStreams() {
    }

    /**
     * Finds out which of the three are open, and puts /dev/null where none is, so that no socket or file gets
     * that number. The program must call this before it opens anything.
     */
    static void claim() {
        if (!new File(PROC + "fdinfo").isDirectory()) {
            return; // No proc(5) is mounted.
        }
        for (int fd = IN; fd < COUNT; fd++) {
            CLOSED[fd] = !new File(PROC + "fdinfo/" + fd).exists();
        }
        for (boolean free : CLOSED.clone()) {
            if (free) {
                occupy();
            }
        }
        for (int fd = IN; fd < COUNT; fd++) {
            CLOSED[fd] |= isNotInherited(fd);
        }
        if (CLOSED[IN]) {
            System.setIn(InputStream.nullInputStream());
        }
        if (CLOSED[OUT]) {
            System.setOut(new PrintStream(OutputStream.nullOutputStream()));
        }
        if (CLOSED[ERR]) {
            System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        }
    }

    private static void occupy() {
        try {
            OCCUPIED.add(new FileOutputStream("/dev/null")); // open(2) takes the lowest free descriptor.
        } catch (IOException e) {
            return; // No /dev/null, as in some chroots: the stream still counts as closed.
        }
    }

    private static boolean isNotInherited(int fd) {
        try {
            return isUseless(fd, flags(fd)) || isOfTheJvm(new File(PROC + "fd/" + fd).getCanonicalPath());
        } catch (IOException e) {
            return false; // Nothing is known.
        }
    }

    private static boolean isOfTheJvm(String path) throws IOException {
        String home = new File(System.getProperty("java.home")).getCanonicalPath();
        if (path.startsWith(home + File.separator)) {
            return true;
        }
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator)) {
            if (path.equals(new File(entry).getCanonicalPath())) {
                return true;
            }
        }
        return false;
    }

    /** Returns the flags that it was opened with; proc_pid_fdinfo(5). */
    private static long flags(int fd) throws IOException {
        try (InputStream info = new FileInputStream(PROC + "fdinfo/" + fd)) {
            String text = new String(info.readAllBytes(), StandardCharsets.US_ASCII);
            int start = text.indexOf(FLAGS) + FLAGS.length();
            return Long.parseLong(text.substring(start, text.indexOf('\n', start)).strip(), 8);
        }
    }

    private static boolean isUseless(int fd, long flags) {
        return (flags & O_CLOEXEC) != 0 || (flags & O_ACCMODE) == (fd == IN ? O_WRONLY : O_RDONLY);
    }

    /**
     * Standard input. Closing it does nothing.
     *
     * @throws Failure if it was closed when the program was started
     */
    static InputStream in() {
        if (CLOSED[IN]) {
            throw new Failure("stdin is closed");
        }
        return new FileInputStream(FileDescriptor.in) {
            @Override
            public void close() {
                return; // The descriptor belongs to the process.
            }
        };
    }

    /** Standard output. Closing it does nothing; a failed write is an IOException that names it. */
    static OutputStream out() {
        return new Sink("stdout", CLOSED[OUT] ? null : FileDescriptor.out);
    }

    /** Standard error, in the same way. */
    static OutputStream err() {
        return new Sink("stderr", CLOSED[ERR] ? null : FileDescriptor.err);
    }

    private static final class Sink extends OutputStream {
        private static final Set<String> GONE = Set.of("Broken pipe", "Bad file descriptor");

        private final String name;
        private final FileOutputStream stream; // Null if it was closed at start. Never closed.

        Sink(String name, FileDescriptor descriptor) {
            this.name = name;
            this.stream = descriptor == null ? null : new FileOutputStream(descriptor);
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (stream == null) {
                throw new ClosedOutputException("cannot write to " + name + ": it is closed");
            }
            try {
                stream.write(bytes, offset, length);
            } catch (IOException e) {
                throw failed(e);
            }
        }

        private IOException failed(IOException e) {
            String message = "cannot write to " + name + ": " + e.getMessage();
            return GONE.contains(String.valueOf(e.getMessage()))
                    ? new ClosedOutputException(message) : new IOException(message, e);
        }
    }

    /** A write to an output that has no reader. */
    static final class ClosedOutputException extends IOException {
        private static final long serialVersionUID = 1;

        ClosedOutputException(String message) {
            super(message);
        }
    }
}
