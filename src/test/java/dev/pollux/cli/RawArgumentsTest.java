package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class RawArgumentsTest {
    private static String[] restored(String commandLine, Charset charset, String... args) {
        byte[] words = commandLine.replace(' ', '\0').concat("\0").getBytes(StandardCharsets.UTF_8);
        return RawArguments.restored(args, words, charset);
    }

    @Test
    void lostBytesAreReadAgainAsUtf8() {
        assertThat(restored("java -jar p.jar send a:1 grüße", StandardCharsets.US_ASCII,
                "send", "a:1", "gr\uFFFD\uFFFD\uFFFD\uFFFDe")).containsExactly("send", "a:1", "grüße");
        assertThat(restored("java Main grüße", StandardCharsets.US_ASCII, "gr????e"))
                .containsExactly("grüße");
    }

    @Test
    void emptyArgumentsKeepTheirPlaces() {
        assertThat(restored("java Main send  ü ", StandardCharsets.US_ASCII, "send", "", "\uFFFD\uFFFD", ""))
                .containsExactly("send", "", "ü", "");
    }

    @Test
    void questionMarkThatWasTypedStays() {
        assertThat(restored("java Main why?", StandardCharsets.US_ASCII, "why?")).containsExactly("why?");
    }

    @Test
    void argumentsOfAnArgumentFileStay() {
        assertThat(restored("java @file ü", StandardCharsets.US_ASCII, "send", "gr??e", "??"))
                .containsExactly("send", "gr??e", "??");
        assertThat(restored("java @f", StandardCharsets.US_ASCII, "a", "b", "?"))
                .containsExactly("a", "b", "?");
    }

    @Test
    void replacementCharacterThatWasTypedStays() {
        assertThat(restored("java Main \uFFFD", StandardCharsets.UTF_8, "\uFFFD")).containsExactly("\uFFFD");
    }

    @Test
    void bytesThatAreNotUtf8AreAFailure() {
        byte[] words = {'j', 0, (byte) 0xFC, 0};
        assertThatThrownBy(() ->
                RawArguments.restored(new String[] {"\uFFFD"}, words, StandardCharsets.US_ASCII))
                .isInstanceOf(Failure.class).hasMessage("argument 1 is not UTF-8");
    }
}
