package dev.pollux.testkit;

import dev.pollux.posix.Errno;
import dev.pollux.testkit.Faults.Subject;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * One end of a stream: TCP, or a pair of AF_UNIX sockets, which differ in how they end. What is answered and
 * reported follows tcp_poll, tcp_recvmsg, tcp_sendmsg and their unix_ kin in Linux.
 */
final class StreamSocket extends Description {
    enum State { NEW, LISTENING, CONNECTING, CONNECTED, DEAD }

    final int family;
    final Map<Integer, Integer> options = new HashMap<>(); // Level and name in one number.
    State state = State.NEW;
    byte[] local;
    byte[] remote; // Null while not connected.
    Backlog backlog; // Of a listening socket.
    Runnable changed = () -> { }; // Told about whatever may have changed bits.
    boolean resetsOnClose; // SO_LINGER with no time.

    private StreamSocket peer;
    private Pipe in;
    private Pipe out;
    private boolean readShut;
    private boolean writeShut;
    private boolean orphaned; // Its descriptor is closed; the connection may live on.
    private boolean vanished; // It hears and says nothing any more.
    private int error; // Pending, above 0, or none.

    StreamSocket(int family) {
        this.family = family;
        this.local = Address.nameless(family);
    }

    @Override
    Subject subject() {
        return switch (state) {
            case NEW, CONNECTING -> Subject.SOCKET;
            case LISTENING -> Subject.LISTENER;
            case CONNECTED, DEAD -> Subject.CONNECTION;
        };
    }

    int peerPort() {
        return remote == null || isUnix() ? 0 : Address.port(remote);
    }

    private boolean isUnix() {
        return family == Abi.AF_UNIX;
    }

    /** To the peer; null if there never was one. */
    Pipe out() {
        return out;
    }

    /** From the peer; null if there never was one. */
    Pipe in() {
        return in;
    }

    /** Makes both the ends of one connection. */
    static void connect(StreamSocket a, StreamSocket b, Pipe toB, Pipe toA) {
        a.join(b, toA, toB);
        b.join(a, toB, toA);
        a.changed.run();
        b.changed.run();
    }

    private void join(StreamSocket other, Pipe in, Pipe out) {
        this.peer = other;
        this.in = in;
        this.out = out;
        this.remote = other.local;
        this.state = State.CONNECTED;
    }

    /** The attempt to connect has failed. */
    void refuse(Errno errno) {
        error = errno.number;
        state = State.DEAD;
        changed.run();
    }

    private boolean isReadOver() {
        return readShut || state == State.DEAD || in.isAtEnd();
    }

    private boolean isWriteOver() {
        return writeShut || state == State.DEAD;
    }

    @Override
    int bits() {
        return switch (state) {
            case NEW -> Abi.POLLHUP | Abi.POLLOUT;
            case CONNECTING -> 0;
            case LISTENING -> backlog.isEmpty() ? 0 : Abi.POLLIN;
            case CONNECTED, DEAD -> streamBits();
        };
    }

    private int streamBits() {
        int bits = error != 0 ? Abi.POLLERR : 0;
        if (isReadOver()) {
            bits |= Abi.POLLIN | Abi.POLLRDHUP;
        } else if (in.arrived() > 0) {
            bits |= Abi.POLLIN;
        }
        if (isReadOver() && isWriteOver()) {
            bits |= Abi.POLLHUP;
        }
        if (isWriteOver() || out.isWritable()) {
            bits |= Abi.POLLOUT;
        }
        return bits;
    }

    @Override
    long read(MemorySegment buffer) {
        if (state == State.NEW || state == State.LISTENING) {
            return -(isUnix() ? Errno.EINVAL : Errno.ENOTCONN).number;
        }
        if (state == State.CONNECTING) {
            return -Errno.EAGAIN.number;
        }
        if (in != null && in.arrived() > 0) {
            int bytes = in.read(buffer);
            peer.changed.run(); // It has room again.
            return bytes;
        }
        if (error != 0 && (isUnix() || in == null || !in.isAtEnd())) { // After a FIN TCP says no more.
            return takeError();
        }
        return isReadOver() ? 0 : -Errno.EAGAIN.number;
    }

    @Override
    long send(MemorySegment buffer) {
        if (state == State.NEW || state == State.LISTENING) {
            return -(isUnix() ? Errno.ENOTCONN : Errno.EPIPE).number;
        }
        if (state == State.CONNECTING) {
            return -Errno.EAGAIN.number;
        }
        if (error != 0 && !isUnix()) {
            return takeError();
        }
        if (isWriteOver()) {
            return -Errno.EPIPE.number;
        }
        if (buffer.byteSize() > 0 && out.room() == 0) {
            return -Errno.EAGAIN.number;
        }
        int bytes = out.write(buffer);
        if (peer.orphaned && bytes > 0) { // Nobody will ever read this, and the peer's kernel says so.
            breakDown();
        } else {
            peer.changed.run();
        }
        return bytes;
    }

    int takeError() {
        int result = -error;
        error = 0;
        return result;
    }

    int shutdown(int how) {
        if (how < Abi.SHUT_RD || how > Abi.SHUT_RDWR) {
            return -Errno.EINVAL.number;
        }
        if (state != State.CONNECTED || !isUnix() && in.isAtEnd() && writeShut) {
            return -Errno.ENOTCONN.number;
        }
        if (how != Abi.SHUT_WR) {
            readShut = true;
        }
        if (how != Abi.SHUT_RD && !writeShut) {
            endOutput();
        }
        if (isUnix() && how != Abi.SHUT_WR) {
            peer.writeShut = true;
            peer.changed.run();
        }
        return 0;
    }

    private void endOutput() {
        writeShut = true;
        if (!vanished) {
            out.finish();
            peer.changed.run();
        }
    }

    /** Unread bytes make a close a reset: whoever sent them is to know that nobody read them. */
    @Override
    void close() {
        orphaned = true;
        if (state == State.LISTENING) {
            backlog.close();
        } else if (state == State.CONNECTED) {
            if (isUnix()) {
                peer.loseUnixPeer(in.arrived() > 0);
            } else if (resetsOnClose || in.arrived() > 0) {
                reset();
            } else if (!writeShut) {
                endOutput();
            }
        }
        state = State.DEAD;
    }

    /** Over, though not by a close of its own: there may be bytes to read, or an error. */
    boolean isBroken() {
        return state == State.DEAD && !orphaned;
    }

    private void loseUnixPeer(boolean unread) {
        if (state == State.CONNECTED) {
            readShut = true;
            writeShut = true;
            error = unread ? Errno.ECONNRESET.number : error;
            changed.run();
        }
    }

    /** Ends the connection with a RST. */
    void reset() {
        if (!vanished) {
            peer.hearReset();
        }
        state = State.DEAD;
    }

    /** A RST has come: from the peer, or from its kernel because the peer is no more. */
    private void hearReset() {
        if (state == State.CONNECTED && !vanished && !(writeShut && in.isAtEnd())) {
            error = (in.isAtEnd() ? Errno.EPIPE : Errno.ECONNRESET).number;
            die();
        }
    }

    /** The network fails: both ends learn of it as of a reset. */
    void breakDown() {
        if (state == State.CONNECTED) {
            hearReset();
            peer.hearReset();
        }
    }

    /** A call was answered with that error instead of being made; nothing is pending afterwards. */
    void breakSilently() {
        if (state == State.CONNECTED) {
            die();
            peer.hearReset();
        }
    }

    private void die() {
        in.cut();
        state = State.DEAD;
        changed.run();
    }

    /** The machine is gone: nothing comes from it, nothing reaches it, and nobody says so. */
    void vanish() {
        vanished = true;
        if (in != null) {
            in.stopArriving();
        }
    }
}
