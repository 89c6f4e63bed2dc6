package dev.pollux.server;

import dev.pollux.poller.Poller;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The clients by slot. A slot is used again, with another generation, so that a token which outlived its
 * client finds nobody.
 */
final class ClientTable {
    private final int limit;
    private Client[] clients = new Client[64]; // By slot - FIXED_SLOTS.
    private int[] generations = new int[64]; // Of each slot's current or next client.
    // A stack: the last freed is used first, while its memory is still in the cache.
    private int[] free = new int[64];
    private int freeCount;
    private int used; // Slots handed out at least once.
    private int size;

    ClientTable(int limit) {
        this.limit = limit;
    }

    int size() {
        return size;
    }

    /** How many more clients there may be. */
    int room() {
        return limit - size;
    }

    /** The token that the next client gets. */
    long nextToken() {
        assert room() > 0;
        int index = freeCount > 0 ? free[freeCount - 1] : used;
        return Poller.token(index + Poller.FIXED_SLOTS, index < used ? generations[index] : 0);
    }

    /** Adds a client made with {@link #nextToken}. */
    void add(Client client) {
        assert client.token() == nextToken();
        int index = Poller.slot(client.token()) - Poller.FIXED_SLOTS;
        if (freeCount > 0) {
            freeCount--;
        } else {
            if (used == clients.length) {
                grow();
            }
            used++;
        }
        clients[index] = client;
        size++;
    }

    /** Without memory for it nothing has changed. */
    private void grow() {
        int capacity = Math.min(limit, 2 * clients.length);
        Client[] moreClients = Arrays.copyOf(clients, capacity);
        int[] moreGenerations = Arrays.copyOf(generations, capacity);
        int[] moreFree = Arrays.copyOf(free, capacity);
        clients = moreClients;
        generations = moreGenerations;
        free = moreFree;
    }

    /** The client of a token, or null if it is gone, whoever has its slot now. */
    Client get(long token) {
        Client client = bySlot(Poller.slot(token));
        return client != null && client.token() == token ? client : null;
    }

    /** The client that has a slot now, or null. */
    Client bySlot(int slot) {
        return clients[slot - Poller.FIXED_SLOTS];
    }

    void remove(Client client) {
        assert get(client.token()) == client;
        int index = Poller.slot(client.token()) - Poller.FIXED_SLOTS;
        clients[index] = null;
        generations[index]++;
        free[freeCount++] = index;
        size--;
    }

    /** Aborts all clients. It needs no memory: a full heap may be the reason. */
    void abortAll(CloseReason reason) {
        for (int i = 0; i < used; i++) {
            if (clients[i] != null) {
                clients[i].abort(reason);
            }
        }
    }

    /** All clients; the action may remove the one that it is given. */
    void forEach(Consumer<Client> action) {
        for (int i = 0; i < used; i++) {
            if (clients[i] != null) {
                action.accept(clients[i]);
            }
        }
    }
}
