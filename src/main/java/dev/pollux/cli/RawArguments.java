package dev.pollux.cli;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the arguments again as UTF-8 where Java lost some of their bytes: without a UTF-8 locale each byte
 * beyond ASCII arrives as U+FFFD or a question mark. The bytes are in /proc/self/cmdline.
 *
 * @see <a href="https://man7.org/linux/man-pages/man5/proc_pid_cmdline.5.html">proc_pid_cmdline(5)</a>
 */
final class RawArguments {
    private static final char LOST = '\uFFFD';
    private static final char LOST_TOO = '?';

    private RawArguments() {
    }

    /**
     * Returns the arguments as they were typed.
     *
     * @throws Failure if one of them is not UTF-8
     */
    static String[] restored(String[] args) {
        for (String arg : args) {
            if (arg.indexOf(LOST) >= 0 || arg.indexOf(LOST_TOO) >= 0) {
                return restored(args, commandLine(), charset());
            }
        }
        return args;
    }

    /**
     * Returns the last words of {@code commandLine} in place of {@code args}, if they are the same but for
     * lost bytes. They are others where an argument file of {@code java} has them.
     *
     * @param commandLine each word with a NUL behind it
     * @param charset with which Java read the words
     */
    static String[] restored(String[] args, byte[] commandLine, Charset charset) {
        List<byte[]> words = words(commandLine);
        int first = words.size() - args.length;
        String[] restored = new String[args.length];
        for (int i = 0; i < args.length; i++) {
            byte[] word = first < 0 ? null : words.get(first + i);
            if (word == null || !isReading(args[i], word, charset)) {
                return args;
            }
            restored[i] = isExact(args[i], word, charset) ? args[i] : utf8(word, i + 1);
        }
        return restored;
    }

    private static List<byte[]> words(byte[] commandLine) {
        List<byte[]> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < commandLine.length; i++) {
            if (commandLine[i] == 0) {
                byte[] word = new byte[i - start];
                System.arraycopy(commandLine, start, word, 0, word.length);
                words.add(word);
                start = i + 1;
            }
        }
        return words;
    }

    /** Whether Java can have read {@code word} as {@code arg}. */
    private static boolean isReading(String arg, byte[] word, Charset charset) {
        if (arg.equals(new String(word, charset))) {
            return true;
        }
        boolean same = arg.length() == word.length;
        for (int i = 0; same && i < word.length; i++) {
            char c = arg.charAt(i);
            same = word[i] >= 0 ? c == word[i] : c == LOST || c == LOST_TOO;
        }
        return same;
    }

    private static boolean isExact(String arg, byte[] word, Charset charset) {
        return arg.indexOf(LOST) < 0 && Arrays.equals(arg.getBytes(charset), word);
    }

    private static String utf8(byte[] word, int number) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(word)).toString();
        } catch (CharacterCodingException e) {
            throw new Failure("argument " + number + " is not UTF-8");
        }
    }

    private static byte[] commandLine() {
        try (InputStream file = new FileInputStream("/proc/self/cmdline")) {
            return file.readAllBytes();
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static Charset charset() {
        try {
            return Charset.forName(System.getProperty("sun.jnu.encoding"));
        } catch (IllegalArgumentException e) {
            return StandardCharsets.US_ASCII;
        }
    }
}
