package dev.pollux.testkit;

import static dev.pollux.posix.Errno.EAGAIN;
import static dev.pollux.posix.Errno.ECONNABORTED;
import static dev.pollux.posix.Errno.ECONNRESET;
import static dev.pollux.posix.Errno.EINTR;
import static dev.pollux.posix.Errno.EIO;
import static dev.pollux.posix.Errno.EMFILE;
import static dev.pollux.posix.Errno.ENFILE;
import static dev.pollux.posix.Errno.ENOBUFS;
import static dev.pollux.posix.Errno.ENOMEM;
import static dev.pollux.posix.Errno.ENOSPC;
import static dev.pollux.posix.Errno.EPERM;
import static dev.pollux.posix.Errno.EPIPE;
import static dev.pollux.posix.Errno.EPROTO;
import static dev.pollux.posix.Errno.ETIMEDOUT;

import dev.pollux.posix.Errno;
import dev.pollux.testkit.Faults.Call;
import dev.pollux.testkit.Faults.Subject;
import java.util.Random;

/** Chooses what goes wrong with a call, among what may happen to somebody who made no mistake. */
final class Misfortune {
    private static final Errno[] WAIT = {EINTR, ENOMEM};
    private static final Errno[] EPOLL_WAIT = {EINTR};
    private static final Errno[] EPOLL_CTL = {ENOMEM, ENOSPC};
    private static final Errno[] ACCEPT = {EAGAIN, EINTR, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM,
        EPROTO, EPERM};
    private static final Errno[] READ = {EAGAIN, EINTR, ECONNRESET, ETIMEDOUT, ENOMEM};
    private static final Errno[] SEND = {EAGAIN, EINTR, ECONNRESET, EPIPE, ENOBUFS, ENOMEM};
    private static final Errno[] COUNTER = {EAGAIN, EINTR};
    private static final Errno[] CLOSE = {EINTR, EIO};
    private static final double LONGEST_JUMP_NANOS = 3e9;
    private static final int LONGEST_PIECE = 64;

    private Misfortune() {
    }

    static Fault of(Call call, Random random) {
        if (random.nextInt(20) == 0) {
            return new Fault(Fault.Kind.JUMP, (long) (random.nextDouble() * LONGEST_JUMP_NANOS));
        }
        return switch (call.name()) {
            case POLL, PPOLL, SELECT -> ofWait(random, WAIT);
            case EPOLL_WAIT -> ofWait(random, EPOLL_WAIT);
            case EPOLL_CTL -> call.subject() == Subject.CONNECTION ? failure(random, EPOLL_CTL) : Fault.NONE;
            case ACCEPT4 -> failure(random, ACCEPT);
            case READ -> call.subject() == Subject.CONNECTION
                    ? ofTransfer(call, random, READ) : failure(random, COUNTER);
            case SEND -> ofTransfer(call, random, SEND);
            case CLOSE -> failure(random, CLOSE);
            default -> Fault.NONE;
        };
    }

    private static Fault ofWait(Random random, Errno... errnos) {
        return random.nextBoolean() ? failure(random, errnos) : Fault.spurious(random.nextInt(1 << 16));
    }

    private static Fault ofTransfer(Call call, Random random, Errno... errnos) {
        long longest = Math.min(call.size(), LONGEST_PIECE);
        return random.nextInt(3) == 0 ? failure(random, errnos)
                : Fault.shorten(1 + (long) (random.nextDouble() * longest));
    }

    private static Fault failure(Random random, Errno... errnos) {
        return Fault.fail(errnos[random.nextInt(errnos.length)]);
    }
}
