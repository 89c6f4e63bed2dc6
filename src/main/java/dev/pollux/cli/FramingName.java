package dev.pollux.cli;

import dev.pollux.frame.Framing;
import java.util.Locale;

/** The framings that can be asked for by name. */
enum FramingName {
    U32LE(Framing.u32le()),
    U32BE(Framing.u32be()),
    LINE(Framing.line());

    final Framing framing;

    FramingName(Framing framing) {
        this.framing = framing;
    }

    /** Returns the name of a framing. */
    static FramingName of(Framing framing) {
        for (FramingName each : values()) {
            if (each.framing.equals(framing)) {
                return each;
            }
        }
        throw new IllegalArgumentException("no name for " + framing);
    }

    /** Reads a name for picocli. */
    static final class Converter extends ByName<FramingName> {
        Converter() {
            super(values());
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
