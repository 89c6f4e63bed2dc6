package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.frame.Framing;
import dev.pollux.poller.Backend;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.ServerOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Each default that is documented, in Javadoc, README and --help, is that of {@code new ServerOptions()}. */
class DefaultsTest {
    private static final Path OPTIONS = Path.of("src/main/java/dev/pollux/server/ServerOptions.java");
    private static final Pattern SETTER = Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public ServerOptions (\\w+)\\((?!\\))", Pattern.DOTALL);
    private static final Pattern DEFAULT = Pattern.compile("Default: (.*?)(?:\\.\\s|\\.?$)");
    private static final Pattern README_ROW = Pattern.compile("\\| (`--.*?) \\| (.*?) \\| .*\\|");
    private static final Pattern FLAG = Pattern.compile("--([a-z-]+)(?:=| |\\[)");
    private static final String COMPUTED = "computed";

    /** What the Javadoc says of a default that a command line cannot name. */
    private static final Map<String, String> IN_JAVA = Map.of(
            "{@link #UNTIL_EAGAIN}", "until-eagain", "{@link Framing#u32le}", "u32le",
            "{@link Backend#auto}", "auto", "{@link Posix#confined}", "posix",
            "{@link Arena#ofConfined}", "memory");

    /** Flags that are not named as their option. */
    private static final Map<String, String> OPTION_OF_FLAG = Map.of("accept", "acceptBudget",
            "poller", "backend", "high-watermark", "highWatermarkBytes", "low-watermark", "lowWatermarkBytes",
            "unsent-limit", "unsentLimitBytes", "memory-limit", "memoryLimitBytes",
            "socket-buffers", "socketBufferBytes");

    /** Flags of the program alone. */
    private static final Set<String> OF_THE_PROGRAM =
            Set.of("handler", "log-level", "quiet", "trace", "dry-run", "help", "version");

    private static List<Method> setters() {
        return Arrays.stream(ServerOptions.class.getMethods())
                .filter(method -> method.getReturnType() == ServerOptions.class
                        && method.getParameterCount() == 1 && !Modifier.isStatic(method.getModifiers()))
                .toList();
    }

    /** The real defaults, by option, as the command line has them. */
    private static Map<String, String> real() throws ReflectiveOperationException {
        ServerOptions fresh = new ServerOptions();
        Map<String, String> defaults = new TreeMap<>();
        for (Method setter : setters()) {
            String name = setter.getName();
            Object value = ServerOptions.class.getMethod(name).invoke(fresh);
            defaults.put(name, isComputed(name) ? COMPUTED : text(name, value));
        }
        return defaults;
    }

    /** A larger high watermark, and fewer clients, change what is computed. */
    private static boolean isComputed(String name) throws ReflectiveOperationException {
        Method getter = ServerOptions.class.getMethod(name);
        Object one = getter.invoke(new ServerOptions());
        Object other = getter.invoke(new ServerOptions().highWatermarkBytes(1 << 30).maxClients(1));
        if (name.equals("socketBufferBytes")) {
            return true; // From the machine's memory.
        }
        return !name.equals("highWatermarkBytes") && !name.equals("maxClients")
                && getter.getReturnType().isPrimitive() && !one.equals(other);
    }

    private static String text(String name, Object value) {
        return switch (value) {
            case Duration time -> new TimeSpan(time).toString();
            case Long size -> new ByteSize(size).toString();
            case Integer number -> name.equals("acceptBudget") ? new AcceptBudget(number).toString()
                    : number.toString();
            case Framing framing -> nameOf(framing);
            case Backend backend -> backend == Backend.auto() ? "auto" : backend.toString();
            case Boolean flag -> flag.toString();
            case Double share -> share.toString();
            case SocketAddress address -> address.toString();
            default -> name;
        };
    }

    /** By what it puts around a payload of one byte. */
    private static String nameOf(Framing framing) {
        return Arrays.stream(FramingName.values())
                .filter(each -> Arrays.equals(wrapped(each.framing), wrapped(framing)))
                .map(FramingName::toString).findFirst().orElse("unknown");
    }

    private static byte[] wrapped(Framing framing) {
        byte[] frame = new byte[16];
        framing.wrap(MemorySegment.ofArray(frame), 0, 1);
        return frame;
    }

    /** {@code 64 KiB} is 64k, {@code 10 s} is 10s, and more may follow a comma. */
    private static String plain(String documented) {
        String known = IN_JAVA.get(documented);
        String bare = known != null ? known : documented.replaceFirst(",.*", "").replace("`", "")
                .replace(" ", "").replaceFirst("iB$", "").toLowerCase(Locale.ROOT);
        return bare.equals("60s") ? "1m" : bare; // One of them is how times are printed.
    }

    @Test
    void javadocOfEachOptionHasItsDefault() throws Exception {
        Map<String, String> documented = new TreeMap<>();
        Matcher setter = SETTER.matcher(Files.readString(OPTIONS));
        while (setter.find()) {
            Matcher found = DEFAULT.matcher(setter.group(1).replaceAll("\\s+\\*?\\s*", " ").strip());
            documented.put(setter.group(2), found.find() ? plain(found.group(1)) : "none documented");
        }
        assertThat(documented).isEqualTo(real());
    }

    @Test
    void helpOfServeHasTheDefaultOfEachOption() throws Exception {
        Map<String, String> help = help();
        Map<String, String> real = real();
        assertThat(help.remove("host") + ":" + help.remove("port")).isEqualTo(real.remove("address"));
        real.keySet().removeAll(Set.of("posix", "memory")); // No flags.
        assertThat(help.remove("strict-limits")).isEqualTo("none"); // A flag without a value: false.
        assertThat(real.remove("strictLimits")).isEqualTo("false");
        assertThat(byOption(help)).isEqualTo(real);
    }

    /** The flags of {@code serve --help} and their defaults. */
    private static Map<String, String> help() {
        StringWriter out = new StringWriter();
        assertThat(Main.execute(new PrintWriter(out), new PrintWriter(out), "serve", "--help")).isZero();
        Map<String, String> help = new TreeMap<>();
        String options = out.toString().replaceFirst("(?s).*?\n(?=  )", "")
                .replaceFirst("(?s)\nExit codes.*", "");
        for (String option : options.split("\n(?=(?:  -\\w, |      )--)")) {
            Matcher flag = FLAG.matcher(option.strip() + " ");
            assertThat(flag.find()).as(option).isTrue();
            Matcher found = DEFAULT.matcher(option.replaceAll("\\s+", " ").strip());
            help.put(flag.group(1), found.find() ? plain(found.group(1)) : "none");
        }
        help.keySet().removeAll(OF_THE_PROGRAM);
        return help;
    }

    private static Map<String, String> byOption(Map<String, String> byFlag) {
        return byFlag.entrySet().stream().collect(Collectors.toMap(
                entry -> optionOf(entry.getKey()), Map.Entry::getValue, (a, b) -> b, TreeMap::new));
    }

    private static String optionOf(String flag) {
        return OPTION_OF_FLAG.getOrDefault(flag, Pattern.compile("-(.)").matcher(flag)
                .replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT)));
    }

    @Test
    void tableOfTheReadmeHasTheSame() throws Exception {
        Map<String, String> table = readme();
        assertThat(table).hasSizeGreaterThan(10);
        Map<String, String> real = real();
        byOption(table).forEach((option, documented) ->
                assertThat(documented).as("README: " + option).isEqualTo(real.get(option)));
    }

    private static Map<String, String> readme() throws IOException {
        Map<String, String> table = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("README.md"))) {
            Matcher row = README_ROW.matcher(line);
            if (row.matches()) {
                String[] flags = row.group(1).split(", ");
                String[] values = flags.length == 1 ? new String[] {row.group(2)} : row.group(2).split(", ");
                assertThat(values).as(line).hasSameSizeAs(flags);
                for (int i = 0; i < flags.length; i++) {
                    String flag = flags[i].replace("`", "").substring(2);
                    String value = values[i].matches("256k or more") ? COMPUTED : plain(values[i]);
                    table.put(flag, value);
                }
            }
        }
        return table;
    }

    @Test
    void dryRunHasEveryFlagWithValue() {
        StringWriter out = new StringWriter();
        assertThat(Main.execute(new PrintWriter(out), new PrintWriter(out), "serve", "--dry-run",
                "--port", "7", "--handler", "print", "--framing", "line", "--poller", "select",
                "--trace=read", "--log-level", "warn", "--strict-limits", "--max-clients", "10")).isZero();
        Map<String, String> printed = out.toString().lines()
                .map(line -> line.split(" +", 2))
                .collect(Collectors.toMap(words -> words[0], words -> words[1].strip(), (a, b) -> a));
        assertThat(printed).containsEntry("address", "127.0.0.1:7").containsEntry("handler", "print")
                .containsEntry("framing", "line").containsEntry("poller", "select")
                .containsEntry("trace", "read").containsEntry("log-level", "warning")
                .containsEntry("strict-limits", "true");
        Set<String> flags = new TreeSet<>(help().keySet());
        flags.removeAll(Set.of("host", "port")); // They are the address.
        assertThat(printed).containsKeys(flags.toArray(String[]::new));
    }
}
