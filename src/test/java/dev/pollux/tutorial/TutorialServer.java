package dev.pollux.tutorial;

import static dev.pollux.bindings.linux.Libc.POLLIN;
import static dev.pollux.bindings.linux.Libc.SOCK_NONBLOCK;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.posix.Errno;
import dev.pollux.posix.Posix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Server of the tutorial's Appendix A with its run, accept and removeClient, mistakes included. A test goes
 * round run's endless loop turn by turn, and the inner one, which can be endless too, is given up at last.
 */
public final class TutorialServer implements AutoCloseable {
    private static final int MOST_LOOKS = 100_000; // In one turn, at clients that stay as they are.
    private static final int BUFFER_BYTES = 4096;

    private final Posix posix;
    private final Arena arena = Arena.ofConfined();
    private final int listener;
    private final MemorySegment polls; // polls[0] is always our listening socket.
    private final TutorialClient[] clients; // Only clients[0..connected] are valid.
    private final MemorySegment clientPolls; // Always polls[1..].
    private int connected;

    /** What was printed: the messages in the order of their arrival. */
    public final List<String> got = new ArrayList<>();
    /** What went wrong in accept, and was logged. */
    public final List<String> log = new ArrayList<>();

    /** Client of Appendix A. */
    private record TutorialClient(TutorialReader reader, int socket) {
        MemorySegment readMessage() throws ZigError {
            try {
                return reader.readMessage(socket);
            } catch (ZigError e) {
                if (e.getMessage().equals("WouldBlock")) {
                    return null;
                }
                throw e;
            }
        }
    }

    public TutorialServer(Posix posix, int listener, int max) {
        this.posix = posix;
        this.listener = listener;
        this.polls = pollfd.allocateArray(max + 1, arena);
        this.clients = new TutorialClient[max];
        this.clientPolls = polls.asSlice(pollfd.sizeof());
        set(polls, 0, listener);
    }

    public int connected() {
        return connected;
    }

    /** Once round run's loop. Returns what poll did; the original never looks at it, and waits for ever. */
    public int turn(int timeoutMillis) {
        int pending = posix.poll(polls, 0, connected + 1, timeoutMillis);
        if (pollfd.revents(pollfd.asSlice(polls, 0)) != 0) {
            try {
                accept();
            } catch (ZigError e) {
                log.add("failed to accept: " + e.getMessage());
            }
        }
        int i = 0;
        int looks = 0;
        while (i < connected) {
            if (++looks > MOST_LOOKS) {
                throw new SpinException("revents " + pollfd.revents(pollfd.asSlice(clientPolls, i)));
            }
            int revents = pollfd.revents(pollfd.asSlice(clientPolls, i));
            if (revents == 0) {
                i += 1;
                continue;
            }
            TutorialClient client = clients[i];
            if ((revents & POLLIN()) == POLLIN()) {
                while (true) {
                    MemorySegment msg;
                    try {
                        msg = client.readMessage();
                    } catch (ZigError e) {
                        removeClient(i);
                        break;
                    }
                    if (msg == null) {
                        i += 1;
                        break;
                    }
                    got.add(new String(msg.toArray(JAVA_BYTE)));
                }
            }
        }
        return pending;
    }

    private void accept() throws ZigError {
        while (true) {
            int socket = posix.accept4(listener, MemorySegment.NULL, MemorySegment.NULL, SOCK_NONBLOCK());
            if (socket == -Errno.EAGAIN.number) {
                return;
            } else if (socket < 0) {
                throw new ZigError(Errno.name(socket));
            }
            clients[connected] = new TutorialClient(new TutorialReader(posix, BUFFER_BYTES), socket);
            set(clientPolls, connected, socket);
            this.connected = connected + 1;
        }
    }

    private void removeClient(int at) {
        TutorialClient client = clients[at];
        posix.close(client.socket());
        client.reader().close();
        int lastIndex = connected - 1;
        clients[at] = clients[lastIndex];
        MemorySegment.copy(clientPolls, lastIndex * pollfd.sizeof(), clientPolls, at * pollfd.sizeof(),
                pollfd.sizeof());
        this.connected = lastIndex;
    }

    static void set(MemorySegment polls, int index, int fd) {
        MemorySegment entry = pollfd.asSlice(polls, index);
        pollfd.fd(entry, fd);
        pollfd.revents(entry, (short) 0);
        pollfd.events(entry, (short) POLLIN());
    }

    /** The original leaves its clients open; a test must not. */
    @Override
    public void close() {
        while (connected > 0) {
            removeClient(0);
        }
        arena.close();
    }
}
