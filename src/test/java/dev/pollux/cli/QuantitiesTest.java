package dev.pollux.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pollux.server.ServerOptions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({"0,0,0", "4096,4096,4096", "64k,65536,64k", "64K,65536,64k", "1m,1048576,1m",
        "2g,2147483648,2g", "1t,1099511627776,1t", "64KiB,65536,64k", "1mib,1048576,1m",
        "10240,10240,10k", "10241,10241,10241", "1048712k,1073881088,1073881088"})
    void sizeIsReadAndSaid(String text, long bytes, String said) {
        ByteSize size = new ByteSize.Converter().convert(text);
        assertThat(size.bytes()).isEqualTo(bytes);
        assertThat(size).hasToString(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "-1", "+1", "1.5m", "1 k", "1kb", "0x10", "64ib", "KiB",
        "9223372036854775808",
        "9007199254740992k", "\u0661"})
    void otherSizeIsRefused(String text) {
        assertThatThrownBy(() -> new ByteSize.Converter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' is not a size such as 4096, 64k, 1m or 1g");
    }

    @ParameterizedTest
    @CsvSource({"0,0,0", "0s,0,0", "500ms,500,500ms", "30s,30000,30s", "30,30000,30s", "2m,120000,2m",
        "90s,90000,90s", "1h,3600000,1h", "1d,86400000,1d", "365d,31536000000,365d",
        "8760h,31536000000,365d", "36h,129600000,36h", "1500ms,1500,1500ms"})
    void timeIsReadAndSaid(String text, long millis, String said) {
        TimeSpan time = new TimeSpan.Converter().convert(text);
        assertThat(time.duration()).isEqualTo(Duration.ofMillis(millis));
        assertThat(time).hasToString(said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "1.5s", "366d", "8761h", "9223372036854775807h", "1 s"})
    void otherTimeIsRefused(String text) {
        assertThatThrownBy(() -> new TimeSpan.Converter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageStartingWith("'" + text + "' is not a time such as");
    }

    @ParameterizedTest
    @CsvSource({"1,1", "4096,4096", "10k,10000", "10K,10000", "1m,1000000", "2g,2000000000"})
    void numberIsRead(String text, int number) {
        assertThat(new PositiveInt().convert(text)).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k", "0", "0k", "3g", "1.5k", "10ki", "-1"})
    void otherNumberIsRefused(String text) {
        assertThatThrownBy(() -> new PositiveInt().convert(text)).isInstanceOf(TypeConversionException.class)
                .hasMessage("'" + text + "' is not a number from 1 to 2147483647");
    }

    @Test
    void portHasNoUnit() {
        assertThatThrownBy(() -> new PositiveInt.Port().convert("5k")).hasMessageContaining("is not a port");
    }

    @Test
    void namesAreReadAsOtherProgramsHaveThem() {
        assertThat(new LevelName.Converter().convert("warn")).isEqualTo(LevelName.WARNING);
        assertThat(new LevelName.Converter().convert("WARNING")).isEqualTo(LevelName.WARNING);
        assertThat(new HandlerName.Converter().convert("tcp_info")).isEqualTo(HandlerName.TCP_INFO);
        assertThat(new AcceptBudget.Converter().convert("UNTIL_EAGAIN").calls())
                .isEqualTo(ServerOptions.UNTIL_EAGAIN);
        assertThat(new TraceChoice.Converter().convert("READ, send").names())
                .containsExactlyInAnyOrder("read", "send");
        assertThat(new ShareConverter().convert("5%")).isEqualTo(0.05);
    }

    @ParameterizedTest
    @CsvSource({"once,1,once", "1,1,once", "16,16,16"})
    void acceptBudgetIsReadAndSaid(String text, int calls, String said) {
        AcceptBudget budget = new AcceptBudget.Converter().convert(text);
        assertThat(budget.calls()).isEqualTo(calls);
        assertThat(budget).hasToString(said);
    }

    @Test
    void acceptBudgetUntilEagainIsTheServersOwn() {
        AcceptBudget budget = new AcceptBudget.Converter().convert("until-eagain");
        assertThat(budget.calls()).isEqualTo(ServerOptions.UNTIL_EAGAIN);
        assertThat(budget).hasToString("until-eagain");
    }
}
