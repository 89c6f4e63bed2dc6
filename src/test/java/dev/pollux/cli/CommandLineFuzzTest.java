package dev.pollux.cli;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.pollux.poller.Backend;
import dev.pollux.posix.SocketAddress;
import dev.pollux.posix.TracingPosix;
import dev.pollux.server.ServerOptions;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Whatever is written on the command line: a value is what another, simpler reading of the same text says,
 * and is printed so that it can be read again; any other text is refused with a message that quotes it. There
 * is no third way. With the inputs under {@code src/test/resources} these are ordinary tests; {@code make
 * fuzz} looks for more of them.
 */
class CommandLineFuzzTest {
    private static final Pattern NUMBER_AND_UNIT = Pattern.compile("([0-9]+)(.*)", Pattern.DOTALL);
    private static final Pattern PLAIN_DECIMAL = Pattern.compile("[0-9]{1,18}(\\.[0-9]{1,18})?");
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(
            "(" + BYTE + "\\." + BYTE + "\\." + BYTE + "\\." + BYTE + "):([0-9]{1,5})");
    private static final Pattern PRINTED_ADDRESS = Pattern.compile(
            "([0-9.]+|\\[[0-9a-f:]+(%[0-9]+)?]):[0-9]{1,5}");
    private static final Map<String, Long> NUMBERS =
            Map.of("", 1L, "k", 1000L, "m", 1_000_000L, "g", 1_000_000_000L);
    private static final Pattern NEGATIVE = Pattern.compile("[ =]-[0-9]");

    @FuzzTest
    void size(byte[] input) throws Exception {
        String text = text(input);
        ByteSize.Converter converter = new ByteSize.Converter();
        ByteSize size = convert(converter, text);
        BigInteger worth = worth(text, Map.of("", 1L, "k", 1L << 10, "m", 1L << 20, "g", 1L << 30,
                "t", 1L << 40, "kib", 1L << 10, "mib", 1L << 20, "gib", 1L << 30, "tib", 1L << 40));
        requireWorth(worth, 0, Long.MAX_VALUE, size == null ? null : size.bytes());
        requireReadAgain(converter, size);
    }

    @FuzzTest
    void time(byte[] input) throws Exception {
        String text = text(input);
        TimeSpan.Converter converter = new TimeSpan.Converter();
        TimeSpan time = convert(converter, text);
        BigInteger worth = worth(text,
                Map.of("", 1000L, "ms", 1L, "s", 1000L, "m", 60_000L, "h", 3_600_000L,
                "d", 86_400_000L));
        requireWorth(worth, 0, Duration.ofDays(365).toMillis(),
                time == null ? null : time.duration().toMillis());
        requireReadAgain(converter, time);
    }

    @FuzzTest
    void number(byte[] input) throws Exception {
        String text = text(input);
        requireWorth(worth(text, NUMBERS), 1, Integer.MAX_VALUE, convert(new PositiveInt(), text));
        requireWorth(worth(text, Map.of("", 1L)), 0, 65535, convert(new PositiveInt.Port(), text));
    }

    @FuzzTest
    void acceptBudget(byte[] input) throws Exception {
        String text = text(input);
        AcceptBudget.Converter converter = new AcceptBudget.Converter();
        AcceptBudget budget = convert(converter, text);
        String word = text.toLowerCase(Locale.ROOT).replace('_', '-');
        BigInteger worth = word.equals("once") ? BigInteger.ONE
                : word.equals("until-eagain") ? BigInteger.valueOf(ServerOptions.UNTIL_EAGAIN)
                : worth(text, NUMBERS);
        requireWorth(worth, 1, Integer.MAX_VALUE, budget == null ? null : budget.calls());
        requireReadAgain(converter, budget);
    }

    @FuzzTest
    void share(byte[] input) throws Exception {
        String text = text(input);
        ShareConverter converter = new ShareConverter();
        Double share = convert(converter, text);
        require(share == null || share > 0 && share <= 1, "a share out of range");
        if (PLAIN_DECIMAL.matcher(text).matches()) {
            double value = new BigDecimal(text).doubleValue();
            require(value > 0 && value <= 1 ? share != null && share == value : share == null,
                    "another number");
        }
        requireReadAgain(converter, share);
    }

    @FuzzTest
    void trace(byte[] input) {
        String text = text(input);
        Set<String> allowed = new TreeSet<>(TracingPosix.NAMES);
        allowed.addAll(Set.of("all", "jfr"));
        List<String> typed = Arrays.asList(text.split(",", -1));
        List<String> words = typed.stream().map(word -> word.strip().toLowerCase(Locale.ROOT)).toList();
        TraceChoice.Converter converter = new TraceChoice.Converter();
        TraceChoice choice;
        try {
            choice = converter.convert(text);
        } catch (TypeConversionException e) {
            require(typed.stream().anyMatch(word -> !allowed.contains(word.strip().toLowerCase(Locale.ROOT))
                    && e.getMessage().startsWith("'" + word + "' is none of: ")), "refused for another word");
            return;
        }
        require(allowed.containsAll(words), "a word that means nothing");
        require(choice.toFlightRecorder() == words.contains("jfr"), "to somewhere else");
        Set<String> named = new TreeSet<>(words);
        named.removeAll(Set.of("all", "jfr"));
        require(choice.names().equals(named.isEmpty() ? Set.copyOf(TracingPosix.NAMES) : named),
                "other calls");
        String printed = (choice.toFlightRecorder() ? "jfr," : "") + String.join(",", choice.names());
        require(converter.convert(printed).equals(choice), "something else when read again");
    }

    /** The message quotes the host or says the port, if only that part is wrong. */
    @FuzzTest
    void address(byte[] input) {
        String text = text(input);
        Matcher ipv4 = IPV4.matcher(text);
        boolean isIpv4 = ipv4.matches() && Integer.parseInt(ipv4.group(6)) <= 65535;
        SendCommand.AddressConverter converter = new SendCommand.AddressConverter();
        SocketAddress address;
        try {
            address = converter.convert(text);
        } catch (TypeConversionException e) {
            require(!isIpv4, "a good address refused");
            int colon = text.lastIndexOf(':');
            String said = e.getMessage();
            require(said.startsWith("'" + text + "'")
                    || colon >= 0 && (said.startsWith("'" + text.substring(0, colon) + "'")
                            || said.startsWith("port " + text.substring(colon + 1) + " is not within ")),
                    "a message about something else");
            return;
        }
        String printed = address.toString();
        require(PRINTED_ADDRESS.matcher(printed).matches(), "printed as nothing that is known");
        require(!isIpv4 || printed.equals(ipv4.group(1) + ":" + Integer.parseInt(ipv4.group(6))),
                "another address");
        require(converter.convert(printed).equals(address), "another address when read again");
    }

    /** The first byte says what is to be named. */
    @FuzzTest
    void name(byte[] input) throws Exception {
        if (input.length == 0) {
            return;
        }
        String text = text(Arrays.copyOfRange(input, 1, input.length));
        switch (input[0] & 3) {
            case 0 -> requireNamed(new FramingName.Converter(), text, FramingName.values());
            case 1 -> requireNamed(new HandlerName.Converter(), text, HandlerName.values());
            case 2 -> requireNamed(new LevelName.Converter(), text, LevelName.values());
            default -> requireNamed(new PollerName.Converter(), text, Backend.values());
        }
    }

    private static <T> void requireNamed(ITypeConverter<T> converter, String text, T[] all)
            throws Exception {
        if (converter instanceof PollerName.Converter && text.equalsIgnoreCase(PollerName.AUTO)) {
            require(converter.convert(text) == null, "auto is no back end of its own");
            return;
        }
        T value = convert(converter, text);
        boolean known = converter instanceof LevelName.Converter && text.equalsIgnoreCase("warn");
        for (T each : all) {
            known |= text.replace('_', '-').equalsIgnoreCase(each.toString());
            require(!text.equalsIgnoreCase(each.toString()) || each == value, "another one of that name");
        }
        require(known == (value != null), "taken for a name, or not taken for one");
        requireReadAgain(converter, value);
    }

    /** All flags at once, an argument a line: limits or a mistake, never a failure of ours. */
    @FuzzTest
    void dryRun(byte[] input) {
        List<String> arguments = new ArrayList<>(List.of("serve", "--dry-run"));
        arguments.addAll(text(input).lines().toList());
        if (arguments.stream().anyMatch(argument -> argument.startsWith("--trace"))) {
            return; // Would trace the few calls that a dry run makes, on the test's own stderr.
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.execute(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
        require(code >= 0 && code <= 2, "exit code " + code);
        require((code == 0) == err.toString().isEmpty(), "a mistake without a word, or a word without one");
        require(code == 0 || err.toString().startsWith("pollux: "), "words of somebody else");
        require(!err.toString().startsWith("pollux: this is a bug"), err.toString());
        require(!NEGATIVE.matcher(out.toString()).find(), "a limit below 0: " + out);
    }

    private static String text(byte[] input) {
        return new String(input, StandardCharsets.UTF_8);
    }

    /** The value, or null for a text that is refused as it is to be; any other exception is a finding. */
    private static <T> T convert(ITypeConverter<T> converter, String text) throws Exception {
        try {
            T value = converter.convert(text);
            require(value != null, "neither a value nor a refusal");
            return value;
        } catch (TypeConversionException e) {
            require(e.getMessage().startsWith("'" + text + "' is "), "a refusal without the text");
            return null;
        }
    }

    /** What a number and a unit are worth in numbers without end; null if that is not what the text is. */
    private static BigInteger worth(String text, Map<String, Long> units) {
        // Lower case as Unicode has it: the sign for kelvin is taken for a k, which does no harm.
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.toLowerCase(Locale.ROOT));
        Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
        return unit == null ? null : new BigInteger(matcher.group(1)).multiply(BigInteger.valueOf(unit));
    }

    private static void requireWorth(BigInteger worth, long least, long most, Number value) {
        boolean allowed = worth != null && worth.compareTo(BigInteger.valueOf(least)) >= 0
                && worth.compareTo(BigInteger.valueOf(most)) <= 0;
        require(allowed == (value != null), allowed ? "a good value refused" : "a bad value taken");
        require(value == null || worth.longValueExact() == value.longValue(), "another value");
    }

    private static <T> void requireReadAgain(ITypeConverter<T> converter, T value) throws Exception {
        require(value == null || converter.convert(value.toString()).equals(value),
                "something else when read again");
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }
}
