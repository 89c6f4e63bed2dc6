package dev.pollux.cli;

import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.Handler;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends each frame to all clients but the one that it came from. Whoever does not take them is no one else's
 * burden: the server keeps what is unsent for each client, and closes the one that passes a limit.
 */
final class BroadcastHandler implements Handler {
    private final List<Client> clients = new ArrayList<>();

    @Override
    public void onOpen(Client client) {
        clients.add(client);
    }

    @Override
    public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
        for (int i = 0; i < clients.size(); i++) { // A send calls no onClose: that waits.
            Client other = clients.get(i);
            if (other != client) {
                other.send(buffer, offset, length);
            }
        }
    }

    @Override
    public void onClose(Client client, CloseReason reason) {
        clients.remove(client);
    }
}
