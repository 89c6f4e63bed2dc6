package dev.pollux.simulation;

import dev.pollux.posix.Errno;
import dev.pollux.posix.PosixException;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;

/**
 * What a callback can throw. AssertionError is not among them: the testkit takes it for a test's complaint.
 */
enum Thrown {
    UNCHECKED(new IllegalStateException("a mishap")),
    CHECKED(new IOException("a mishap")),
    WITHOUT_MESSAGE(new NullPointerException()),
    REJECTED(new RejectedExecutionException("a mishap")),
    /** As if a system call of the engine had failed. */
    POSIX(new PosixException("read of a mishap", -Errno.EBADF.number)),
    ERROR(new LinkageError("a mishap")),
    OUT_OF_MEMORY(new OutOfMemoryError("a mishap")),
    STACK_OVERFLOW(new StackOverflowError()),
    CAUSED_BY_ITSELF(circle()),
    HOSTILE(new Hostile());

    private final Throwable throwable; // One for all runs: a stack trace costs more than the rest of a run.

    Thrown(Throwable throwable) {
        this.throwable = throwable;
    }

    /** Throws it, a checked one too. */
    void happen() {
        throw Thrown.<RuntimeException>unchecked(throwable);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T unchecked(Throwable throwable) throws T {
        throw (T) throwable;
    }

    private static Throwable circle() {
        Exception first = new Exception("one");
        first.initCause(new Exception("the other", first));
        return first;
    }

    /** Fails whenever it is looked at. */
    private static final class Hostile extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public String getLocalizedMessage() {
            throw new StackOverflowError();
        }

        @Override
        public synchronized Throwable getCause() {
            throw new IllegalStateException("no cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("no trace");
        }

        @Override
        public String toString() {
            throw new LinkageError("no text");
        }
    }
}
