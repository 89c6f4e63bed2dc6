package dev.pollux.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pollux.bench.harness.Verdict;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private static final Load LOAD = Load.busy("test", "", 1, 1, 1, 64);
    private static final Row BEST = new Row("test", Figure.CPU, Targets.BEST, Targets.SELECTOR, 1.0);

    private final Answers answers = new Answers();
    private final Map<String, List<Slice>> slices = new LinkedHashMap<>();

    @Test
    void bestOfOursIsTheOneWithTheLowestMedian() {
        costs("pollux-poll", 90, 90, 90);
        costs("pollux-epoll", 80, 80, 1_000);
        costs(Targets.SELECTOR, 100, 100, 100);
        costs("c-epoll-shared", 10, 10, 10);
        assertThat(answers.of(BEST, measured()).numerator()).isEqualTo("pollux-epoll");
    }

    @Test
    void slicesArePairedByRound() {
        costs("pollux-poll", 50, 500, 5_000);
        costs(Targets.SELECTOR, 100, 1_000, 10_000);
        Answer answer = answers.of(BEST, measured());
        assertThat(answer.ratio().middle()).isCloseTo(0.5, within(1e-9));
        assertThat(answer.ratio().high()).isCloseTo(0.5, within(1e-9));
        assertThat(answer.verdict()).isEqualTo(Verdict.MET);
    }

    @Test
    void roundInWhichEitherWasFrozenIsDroppedForBoth() {
        Slice usual = Slices.shares(0.9, 0.9);
        Slice frozen = Slices.shares(0.1, 0.1);
        slices.put("pollux-poll", List.of(usual, usual, usual, usual, frozen));
        slices.put(Targets.SELECTOR, List.of(frozen, usual, usual, usual, usual));
        Answer answer = answers.of(BEST, measured());
        assertThat(answer.ratio().samples()).isEqualTo(3);
        assertThat(answer.dropped()).isEqualTo(2);
        assertThat(answer.ratio().middle()).isCloseTo(1, within(1e-9));
    }

    @Test
    void missingServerIsSaidToBeMissing() {
        costs("pollux-poll", 90, 90, 90);
        Measured measured = Measured.of(LOAD, slices, Map.of(Targets.SELECTOR, "it said nothing"), 0);
        Answer answer = answers.of(BEST, measured);
        assertThat(answer.verdict()).isEqualTo(Verdict.NOT_MEASURED);
        assertThat(answer.note()).contains(Targets.SELECTOR).contains("it said nothing");
    }

    private void costs(String name, double... nanosPerMessage) {
        slices.put(name, Arrays.stream(nanosPerMessage).mapToObj(Slices::costing).toList());
    }

    private Measured measured() {
        return Measured.of(LOAD, slices, Map.of(), 0);
    }
}
