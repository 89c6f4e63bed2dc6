package dev.pollux.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FreezesTest {
    private static final Slice USUAL = Slices.shares(0.8, 0.8);

    @Test
    void sliceIsDroppedWhenBothSidesLackCpu() {
        assertThat(Freezes.find(List.of(USUAL, USUAL, Slices.shares(0.5, 0.5))))
                .containsExactly(false, false, true);
    }

    @Test
    void oneSideAloneIsNoFreeze() {
        List<Slice> slices = List.of(USUAL, USUAL, Slices.shares(0.8, 0.1), Slices.shares(0.1, 0.8), USUAL);
        assertThat(Freezes.find(slices)).containsOnly(false);
    }

    @Test
    void threeQuartersAreEnough() {
        assertThat(Freezes.find(List.of(USUAL, USUAL, Slices.shares(0.61, 0.61)))).containsOnly(false);
    }

    @Test
    void medianIsTheMiddleOrBetweenTheMiddleTwo() {
        assertThat(Freezes.median(new double[] {3, 1, 2})).isEqualTo(2);
        assertThat(Freezes.median(new double[] {4, 1, 2, 3})).isEqualTo(2.5);
        assertThat(Freezes.median(new double[0])).isNaN();
    }
}
