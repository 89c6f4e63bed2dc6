package dev.pollux.bench;

import static dev.pollux.bindings.linux.Libc.POLLIN;

import dev.pollux.bindings.linux.pollfd;
import dev.pollux.poller.PollSet;
import dev.pollux.poller.Poller;
import dev.pollux.posix.EpollEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** How the entry that is ready leads to its client. Each kind keeps its own entries. */
interface Association extends AutoCloseable {

    /** The client of the entry at {@code index}. */
    Peer at(int index);

    /**
     * Removes the client at {@code index}, where the last one takes its place, and adds another at the end.
     *
     * @return the one removed
     */
    Peer replace(int index, Peer fresh);

    @Override
    void close();

    /** The server's way: the poll set has a token for each entry, and the token's slot finds the client. */
    final class InStep implements Association {
        private final PollSet set;
        private final Peer[] bySlot;

        InStep(Peer[] peers) {
            set = new PollSet(0, peers.length);
            bySlot = new Peer[peers.length + 1];
            for (Peer peer : peers) {
                add(peer);
            }
        }

        @Override
        public Peer at(int index) {
            return bySlotOf(bySlot, set.token(index));
        }

        @Override
        public Peer replace(int index, Peer fresh) {
            Peer gone = at(index);
            set.remove(gone.token());
            bySlot[Poller.slot(gone.token())] = null;
            add(fresh);
            return gone;
        }

        private void add(Peer peer) {
            bySlot[Poller.slot(peer.token())] = peer;
            set.add(peer.fd(), peer.token(), POLLIN());
        }

        @Override
        public void close() {
            set.close();
        }
    }

    /** The usual way in Java: the entry has the descriptor, and a map finds its client. */
    final class ByHashMap implements Association {
        private final Pollfds entries;
        private final Map<Integer, Peer> byFd;

        ByHashMap(Peer[] peers) {
            entries = new Pollfds(peers);
            byFd = HashMap.newHashMap(peers.length);
            for (Peer peer : peers) {
                byFd.put(peer.fd(), peer);
            }
        }

        @Override
        public Peer at(int index) {
            return byFd.get(entries.fd(index));
        }

        @Override
        public Peer replace(int index, Peer fresh) {
            Peer gone = byFd.remove(entries.fd(index));
            entries.replace(index, fresh.fd());
            byFd.put(fresh.fd(), fresh);
            return gone;
        }

        @Override
        public void close() {
            entries.close();
        }
    }

    /** The same without boxes and nodes. */
    final class ByIntMap implements Association {
        private final Pollfds entries;
        private final IntMap<Peer> byFd;

        ByIntMap(Peer[] peers) {
            entries = new Pollfds(peers);
            byFd = new IntMap<>(peers.length);
            for (Peer peer : peers) {
                byFd.put(peer.fd(), peer);
            }
        }

        @Override
        public Peer at(int index) {
            return byFd.get(entries.fd(index));
        }

        @Override
        public Peer replace(int index, Peer fresh) {
            Peer gone = byFd.remove(entries.fd(index));
            entries.replace(index, fresh.fd());
            byFd.put(fresh.fd(), fresh);
            return gone;
        }

        @Override
        public void close() {
            entries.close();
        }
    }

    /** As epoll does it: the kernel hands back the token itself. Its set is not ours to keep in step. */
    final class SlotInToken implements Association {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment events; // What epoll_wait(2) would have written.
        private final Peer[] bySlot;
        private final int size;

        SlotInToken(Peer[] peers) {
            size = peers.length;
            events = arena.allocate(size * EpollEvent.BYTES, Long.BYTES);
            bySlot = new Peer[size + 1];
            for (int i = 0; i < size; i++) {
                bySlot[Poller.slot(peers[i].token())] = peers[i];
                EpollEvent.set(events, i, POLLIN(), peers[i].token());
            }
        }

        @Override
        public Peer at(int index) {
            return bySlotOf(bySlot, EpollEvent.data(events, index));
        }

        @Override
        public Peer replace(int index, Peer fresh) {
            Peer gone = at(index);
            bySlot[Poller.slot(gone.token())] = null;
            bySlot[Poller.slot(fresh.token())] = fresh;
            EpollEvent.set(events, index, POLLIN(), EpollEvent.data(events, size - 1));
            EpollEvent.set(events, size - 1, POLLIN(), fresh.token());
            return gone;
        }

        @Override
        public void close() {
            arena.close();
        }
    }

    /** With the server's own check: a token that outlived its client finds nobody. */
    private static Peer bySlotOf(Peer[] bySlot, long token) {
        Peer peer = bySlot[Poller.slot(token)];
        return peer != null && peer.token() == token ? peer : null;
    }

    /** An array for poll(2) and nothing beside it. */
    final class Pollfds implements AutoCloseable {
        private final Arena arena = Arena.ofConfined();
        private final MemorySegment entries;
        private final int size;

        private Pollfds(Peer[] peers) {
            size = peers.length;
            entries = pollfd.allocateArray(size, arena);
            for (int i = 0; i < size; i++) {
                set(i, peers[i].fd());
            }
        }

        private int fd(int index) {
            return entries.get(pollfd.fd$layout(), index * pollfd.sizeof() + pollfd.fd$offset());
        }

        private void replace(int index, int fresh) {
            set(index, fd(size - 1));
            set(size - 1, fresh);
        }

        private void set(int index, int fd) {
            MemorySegment entry = pollfd.asSlice(entries, index);
            pollfd.fd(entry, fd);
            pollfd.events(entry, (short) POLLIN());
            pollfd.revents(entry, (short) 0);
        }

        @Override
        public void close() {
            arena.close();
        }
    }
}
