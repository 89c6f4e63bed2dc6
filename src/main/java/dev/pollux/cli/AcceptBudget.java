package dev.pollux.cli;

import dev.pollux.server.ServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;

/** How many connections one pass of the loop may accept: {@code until-eagain}, {@code once} or a number. */
record AcceptBudget(int calls) {
    private static final String UNTIL_EAGAIN = "until-eagain";
    private static final String ONCE = "once";

    /** Reads a budget for picocli. */
    static final class Converter implements ITypeConverter<AcceptBudget> {
        @Override
        public AcceptBudget convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT).replace('_', '-')) {
                case UNTIL_EAGAIN -> new AcceptBudget(ServerOptions.UNTIL_EAGAIN);
                case ONCE -> new AcceptBudget(1);
                default -> new AcceptBudget(PositiveInt.parse(text,
                        "until-eagain, once, or 1 or more" + Nearest.question(text, new Names())));
            };
        }
    }

    /** What the shell completes. */
    static final class Names extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        Names() {
            super(List.of(UNTIL_EAGAIN, ONCE));
        }
    }

    @Override
    public String toString() {
        return switch (calls) {
            case ServerOptions.UNTIL_EAGAIN -> UNTIL_EAGAIN;
            case 1 -> ONCE;
            default -> Integer.toString(calls);
        };
    }
}
