package dev.pollux.cli;

import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import java.io.BufferedOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code pollux send}: turns arguments, a file or stdin into frames and waits for a reply to each. */
@Command(name = "send", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        exitCodeListHeading = Program.EXIT_CODES, exitCodeList = {"0:a reply to each frame came",
            "1:something went wrong", Program.USAGE},
        description = "Sends frames and prints the replies, one per line."
                + " Exits with 0 only if as many came as were sent.")
final class SendCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "HOST:PORT", converter = AddressConverter.class,
            description = "The server: an IPv4 address, an IPv6 one in brackets, or localhost.")
    private SocketAddress server;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "TEXT",
            description = "Each is one frame. Without any, each line of --file or of stdin is one.")
    private List<String> texts = new ArrayList<>();

    @Option(names = "--count", paramLabel = "N", converter = PositiveInt.class,
            description = "Send each frame so many times. Default: ${DEFAULT-VALUE}")
    private int count = 1;

    @Option(names = "--file", paramLabel = "FILE", description = "Send the lines of this file.")
    private String file;

    @Option(names = "--timeout", paramLabel = "TIME", converter = TimeSpan.Converter.class,
            description = "Give up when nothing moves for this long: 500ms, 30s, 2m, 1h, 1d, or plain"
                    + " seconds; 0 for never. Default: ${DEFAULT-VALUE}")
    private TimeSpan timeout = new TimeSpan(Duration.ofSeconds(5));

    @Option(names = "--framing", paramLabel = "NAME", converter = FramingName.Converter.class,
            description = "Where a frame ends: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}")
    private FramingName framing = FramingName.U32LE;

    /** Reads HOST:PORT for picocli. */
    static final class AddressConverter implements ITypeConverter<SocketAddress> {
        @Override
        public SocketAddress convert(String text) {
            try {
                return SocketAddress.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    @Override
    public Integer call() throws IOException {
        check();
        InputStream lines = texts.isEmpty() ? open() : null;
        OutputStream stdout = new BufferedOutputStream(StandardStreams.out());
        try (Posix posix = Posix.confined();
                Exchange exchange = new Exchange(posix, server, framing.framing, timeout)) {
            FrameSource source = lines == null ? FrameSource.of(payloads())
                    : StreamLines.read(lines, exchange::wakeup);
            exchange.run(source.repeated(count), stdout); // Flushes after each read.
        }
        return 0;
    }

    private void check() {
        if (file != null && !texts.isEmpty()) {
            throw new ParameterException(spec.commandLine(), "either --file or TEXT, not both");
        }
        if (framing == FramingName.LINE && texts.stream().anyMatch(text -> text.indexOf('\n') >= 0)) {
            throw new ParameterException(spec.commandLine(),
                    "with --framing line a TEXT cannot contain a line feed");
        }
    }

    private InputStream open() throws IOException {
        if (file == null) {
            return StandardStreams.in();
        }
        try {
            return new FileInputStream(file);
        } catch (IOException e) {
            boolean utf8 = StandardCharsets.UTF_8.name().equals(System.getProperty("sun.jnu.encoding"));
            if (utf8 || file.chars().allMatch(c -> c < 0x80)) {
                throw e;
            }
            throw new IOException("--file " + file + ": Java needs a locale with these characters, such as"
                    + " LC_ALL=C.UTF-8", e);
        }
    }

    private List<byte[]> payloads() {
        List<byte[]> payloads = new ArrayList<>();
        for (String text : texts) {
            payloads.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return payloads;
    }
}
