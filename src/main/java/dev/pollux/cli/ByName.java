package dev.pollux.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads one of a few things by the name that its {@code toString} says. */
abstract class ByName<T> implements ITypeConverter<T> {
    private final T[] values;
    private final String[] aliases; // What the caller takes as well: for the message.

    ByName(T[] values, String... aliases) {
        this.values = values;
        this.aliases = aliases;
    }

    @Override
    public T convert(String text) {
        List<String> names = new ArrayList<>();
        for (T value : values) {
            if (text.replace('_', '-').equalsIgnoreCase(value.toString())) {
                return value;
            }
            names.add(value.toString());
        }
        for (String alias : aliases) {
            names.add(alias);
        }
        throw new TypeConversionException("'" + text + "' is none of: " + String.join(", ", names)
                + Nearest.question(text, names));
    }
}
