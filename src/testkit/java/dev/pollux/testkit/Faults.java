package dev.pollux.testkit;

import java.util.Random;

/** Decides, before each call, what goes wrong with it. */
@FunctionalInterface
public interface Faults {
    /**
     * A call that is about to be made.
     *
     * @param name which one
     * @param fd the descriptor that it is about, or -1
     * @param subject what that descriptor is
     * @param peerPort where that one's peer is connected from, or 0
     * @param size bytes or entries that it is about
     * @param number 1 for the first call of all
     * @param ofItsKind 1 for the first call of that name
     */
    record Call(SystemCall name, int fd, Subject subject, int peerPort, long size, int number,
            int ofItsKind) {
    }

    /** What a call is about. */
    enum Subject {
        /** No open descriptor. */
        NOTHING,
        /** A socket that neither listens nor is connected yet. */
        SOCKET,
        /** A listening socket. */
        LISTENER,
        /** A connected socket, or one that was. */
        CONNECTION,
        /** A counter to wake somebody with. */
        EVENTFD,
        /** An epoll instance. */
        EPOLL
    }

    /** What is to go wrong; {@link Fault#NONE} for nothing. */
    Fault before(Call call);

    /** Nothing goes wrong. */
    static Faults none() {
        return call -> Fault.NONE;
    }

    /** One call goes wrong, the {@code number}-th of all. */
    static Faults atCall(int number, Fault fault) {
        return call -> call.number() == number ? fault : Fault.NONE;
    }

    /**
     * Each call goes wrong with that probability, in a way that a kernel, a network or a debugger can bring
     * about: interruptions, short transfers, resets, shortages, spurious readiness, stopped clocks.
     */
    static Faults seeded(long seed, double probability) {
        Random random = new Random(seed);
        return call -> random.nextDouble() < probability ? Misfortune.of(call, random) : Fault.NONE;
    }
}
