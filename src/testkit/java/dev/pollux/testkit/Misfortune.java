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
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Chooses what goes wrong with a call. Half of the errors are those that the call often has; the others are
 * any but the four that prove a bug of the caller.
 */
final class Misfortune {
    private static final Errno[] WAIT = {EINTR, ENOMEM};
    private static final Errno[] EPOLL_CTL = {ENOMEM, ENOSPC};
    private static final Errno[] ACCEPT = {EAGAIN, EINTR, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM,
        EPROTO, EPERM};
    private static final Errno[] READ = {EAGAIN, EINTR, ECONNRESET, ETIMEDOUT, ENOMEM};
    private static final Errno[] SEND = {EAGAIN, EINTR, ECONNRESET, EPIPE, ENOBUFS, ENOMEM};
    private static final Errno[] COUNTER = {EAGAIN, EINTR};
    private static final Errno[] CLOSE = {EINTR, EIO};
    private static final Set<Errno> BUGS = // Named here again: the server's own list may be wrong.
            EnumSet.of(Errno.EBADF, Errno.EFAULT, Errno.EINVAL, Errno.ENOTSOCK);
    /** All that are no bug of the caller, and two that have no name. */
    private static final int[] ANY = IntStream.concat(Stream.of(Errno.values())
            .filter(errno -> !BUGS.contains(errno)).mapToInt(errno -> errno.number),
            IntStream.of(512, 4095)).toArray();
    private static final double LONGEST_JUMP_NANOS = 3e9;
    private static final int LONGEST_PIECE = 64;

    private Misfortune() {
    }

    static Fault of(Call call, Random random) {
        if (random.nextInt(20) == 0) {
            return new Fault(Fault.Kind.JUMP, (long) (random.nextDouble() * LONGEST_JUMP_NANOS));
        }
        return switch (call.name()) {
            case POLL, PPOLL, SELECT, EPOLL_WAIT -> random.nextBoolean() ? failure(random, WAIT)
                    : Fault.spurious(random.nextInt(1 << 16));
            case EPOLL_CTL -> failure(random, EPOLL_CTL);
            case ACCEPT4 -> failure(random, ACCEPT);
            case READ -> call.subject() == Subject.CONNECTION
                    ? ofTransfer(call, random, READ) : failure(random, COUNTER);
            case SEND -> ofTransfer(call, random, SEND);
            case EVENTFD_WRITE -> failure(random, COUNTER);
            case SHUTDOWN, CLOSE -> failure(random, CLOSE);
            default -> Fault.NONE;
        };
    }

    private static Fault ofTransfer(Call call, Random random, Errno... errnos) {
        long longest = Math.min(call.size(), LONGEST_PIECE);
        return random.nextInt(3) == 0 ? failure(random, errnos)
                : Fault.shorten(1 + (long) (random.nextDouble() * longest));
    }

    private static Fault failure(Random random, Errno... often) {
        int errno = random.nextBoolean() ? often[random.nextInt(often.length)].number
                : ANY[random.nextInt(ANY.length)];
        return random.nextInt(4) == 0 ? Fault.refuse(errno) : Fault.fail(errno);
    }
}
