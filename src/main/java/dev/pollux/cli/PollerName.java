package dev.pollux.cli;

import dev.pollux.poller.Backend;
import java.util.ArrayList;

/** The value of {@code --poller}: the name of a back end, or {@code auto}. */
final class PollerName {
    static final String AUTO = "auto";

    private PollerName() {
    }

    /** Reads it for picocli, of which the back ends know nothing. */
    static final class Converter extends ByName<Backend> {
        Converter() {
            super(Backend.values(), AUTO);
        }

        @Override
        public Backend convert(String text) {
            return text.equalsIgnoreCase(AUTO) ? null : super.convert(text);
        }
    }

    /** What the shell completes. */
    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Names() {
            for (Backend backend : Backend.values()) {
                add(backend.toString());
            }
            add(AUTO);
        }
    }
}
