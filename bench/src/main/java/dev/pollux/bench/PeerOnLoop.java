package dev.pollux.bench;

import dev.pollux.posix.ForwardingPosix;
import dev.pollux.posix.NativePosix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.Semaphore;

/**
 * The kernel of a server's loop, with a peer at hand: the peer sends right before the loop waits, and reads
 * the reply right behind the loop's send. So a round trip is five calls in a row on one thread, as one would
 * write them in C, and nobody has to be woken.
 */
final class PeerOnLoop extends ForwardingPosix {
    private final Rounds rounds;
    private final Arena arena = Arena.ofConfined();
    private final EchoPeer peer = new EchoPeer(kernel, arena);

    PeerOnLoop(Rounds rounds) {
        super(NativePosix.confined());
        this.rounds = rounds;
    }

    @Override
    public int poll(MemorySegment fds, int first, int count, int timeoutMillis) {
        ask();
        return kernel.poll(fds, first, count, timeoutMillis);
    }

    @Override
    public int ppoll(MemorySegment fds, int first, int count, MemorySegment timeout) {
        ask();
        return kernel.ppoll(fds, first, count, timeout);
    }

    @Override
    public int select(int count, MemorySegment reads, MemorySegment writes, MemorySegment excepts,
            MemorySegment timeout) {
        ask();
        return kernel.select(count, reads, writes, excepts, timeout);
    }

    @Override
    public int epollWait(int epfd, MemorySegment events, int count, int timeoutMillis) {
        ask();
        return kernel.epollWait(epfd, events, count, timeoutMillis);
    }

    private void ask() {
        if (rounds.left > 0 && !rounds.asked) {
            rounds.asked = true;
            peer.send(rounds.fd);
        }
    }

    @Override
    public long send(int fd, MemorySegment buffer, long offset, long length, int flags) {
        long sent = kernel.send(fd, buffer, offset, length, flags);
        if (rounds.asked) {
            peer.receive(rounds.fd);
            rounds.asked = false;
            rounds.left--;
            if (rounds.left == 0) {
                rounds.done.release();
            }
        }
        return sent;
    }

    @Override
    public void close() {
        arena.close();
        super.close();
    }

    /** What is still to do: the loop's thread only, but for the semaphore. */
    static final class Rounds {
        final Semaphore done = new Semaphore(0);
        private int fd; // The peer's.
        private int left;
        private boolean asked; // The peer has sent, and has no reply yet.

        /** On the loop's thread. */
        void begin(int fd, int count) {
            this.fd = fd;
            this.left = count;
        }
    }
}
