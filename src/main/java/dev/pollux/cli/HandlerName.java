package dev.pollux.cli;

import dev.pollux.server.Client;
import dev.pollux.server.Handler;
import java.util.Locale;

/** The handlers that can be asked for by name. */
enum HandlerName {
    /** Each frame goes back to where it came from. */
    ECHO {
        @Override
        Handler open(BackgroundWriter stdout) {
            return Client::send;
        }
    },
    /** Each frame is written to stdout; nothing is answered. */
    PRINT {
        @Override
        Handler open(BackgroundWriter stdout) {
            return new PrintHandler(stdout);
        }
    },
    /** Each frame is forgotten. */
    DISCARD {
        @Override
        Handler open(BackgroundWriter stdout) {
            return (client, buffer, offset, length) -> { };
        }
    },
    /** Each frame goes to all other clients. */
    BROADCAST {
        @Override
        Handler open(BackgroundWriter stdout) {
            return new BroadcastHandler();
        }
    },
    /** Each frame is answered with what the kernel knows about the connection. */
    TCP_INFO {
        @Override
        Handler open(BackgroundWriter stdout) {
            return new TcpInfoHandler();
        }
    };

    /** Makes the handler; {@code stdout} is for what it has to say. */
    abstract Handler open(BackgroundWriter stdout);

    /** Reads a name for picocli. */
    static final class Converter extends ByName<HandlerName> {
        Converter() {
            super(values());
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
