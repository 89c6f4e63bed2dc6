package dev.pollux.examples;

import dev.pollux.frame.Framing;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.Client;
import dev.pollux.server.CloseReason;
import dev.pollux.server.Handler;
import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A chat room for {@code nc}: the first line is one's name, each further one is said to everybody else. */
final class ChatRoom implements Handler {
    private final List<Client> members = new ArrayList<>(); // Loop's thread only, as all of this.

    @Override
    public void onOpen(Client client) {
        say(client, "Who are you?");
    }

    @Override
    public void onFrame(Client client, MemorySegment buffer, long offset, long length) {
        // A copy: the buffer is lent.
        byte[] line = buffer.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
        String text = new String(line, StandardCharsets.UTF_8).strip();
        if (client.state() == null) {
            client.state(text);
            members.add(client);
            sayToOthers(client, text + " comes in");
        } else {
            sayToOthers(client, client.state() + ": " + text);
        }
    }

    @Override
    public void onClose(Client client, CloseReason reason) {
        if (members.remove(client)) {
            sayToOthers(client, client.state() + " leaves");
        }
    }

    private void sayToOthers(Client speaker, String text) {
        members.stream().filter(member -> member != speaker).forEach(member -> say(member, text));
    }

    private static void say(Client client, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        client.send(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    static Server start(int port) {
        return new Server(new ServerOptions().framing(Framing.line()).address(SocketAddress.of("127.0.0.1",
                port)),
                new ChatRoom()).start();
    }
}
