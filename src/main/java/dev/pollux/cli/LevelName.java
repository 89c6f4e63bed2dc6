package dev.pollux.cli;

import java.lang.System.Logger.Level;
import java.util.Locale;

/** The log levels by name, from few lines to many. */
enum LevelName {
    OFF(Level.OFF),
    ERROR(Level.ERROR),
    WARNING(Level.WARNING),
    INFO(Level.INFO),
    DEBUG(Level.DEBUG),
    TRACE(Level.TRACE);

    final Level level;

    LevelName(Level level) {
        this.level = level;
    }

    /** Reads a name for picocli. */
    static final class Converter extends ByName<LevelName> {
        private static final String WARN = "warn"; // As other programs have it.

        Converter() {
            super(values(), WARN);
        }

        @Override
        public LevelName convert(String text) {
            return text.equalsIgnoreCase(WARN) ? WARNING : super.convert(text);
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
