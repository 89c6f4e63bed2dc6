package dev.pollux.bench.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private static final Map<String, String> NOTHING = Map.of("clients", "10", "ready", "NOTHING");

    @Test
    void nothingIsNotWaitedForWithoutLimit() {
        for (Scope scope : new Scope[] {Scope.WHOLE, Scope.FULL, Scope.QUICK}) {
            assertThat(scope.wants("PollAwaitBenchmark", "pollBlocking", NOTHING, false)).isFalse();
            assertThat(scope.wants("PollSelectorAwaitBenchmark", "select", NOTHING, false)).isFalse();
        }
        assertThat(Scope.FULL.wants("PollAwaitBenchmark", "pollAtOnce", NOTHING, false)).isTrue();
        assertThat(Scope.FULL.wants("PollSelectorAwaitBenchmark", "selectNow", NOTHING, false)).isTrue();
    }

    @Test
    void scanToTheEndIsMeasuredAtOnePlacement() {
        assertThat(Scope.FULL.wants(Runs.SCAN, "or4ToTheEnd", Runs.at(16, "BACK"), false)).isTrue();
        assertThat(Scope.FULL.wants(Runs.SCAN, "or4ToTheEnd", Runs.at(16, "FRONT"), false)).isFalse();
        assertThat(Scope.FULL.wants(Runs.SCAN, "or4UntilFound", Runs.at(16, "FRONT"), false)).isTrue();
        assertThat(Scope.FULL.wants(Runs.SCAN, "serverToTheEnd", Runs.at(16, "FRONT"), false)).isTrue();
        assertThat(Scope.WHOLE.wants(Runs.SCAN, "or4ToTheEnd", Runs.at(16, "FRONT"), false)).isTrue();
    }

    @Test
    void targetsHaveWhatTheTargetsNameAndNoMore() {
        assertThat(Scope.TARGETS.wants(Runs.SCAN, "serverUntilFound", Runs.at(1024, "BACK"), false)).isTrue();
        assertThat(Scope.TARGETS.wants(Runs.SCAN, "serverUntilFound", Runs.at(16, "FRONT"), false)).isTrue();
        assertThat(Scope.TARGETS.wants(Runs.SCAN, "serverUntilFound", Runs.at(256, "BACK"), false)).isFalse();
        assertThat(Scope.TARGETS.wants(Runs.SCAN, "or4ToTheEnd", Runs.at(1024, "BACK"), false)).isFalse();
        assertThat(Scope.TARGETS.wants("EchoBenchmark", "roundTrip", Map.of("backend", "SELECT"), false))
                .isTrue();
        assertThat(Scope.TARGETS.wants("EchoBenchmark", "rawCalls", Map.of(), true)).isFalse();
        assertThat(Scope.TARGETS.wants("ReadEagainBenchmark", "nioRead", Map.of(), true)).isTrue();
        assertThat(Scope.TARGETS.wants("AssociationBenchmark", "hashMapLookUp", Map.of("clients", "4096"),
                false)).isTrue();
    }

    @Test
    void quickHasWhatTheTargetsAndThePlotsNeed() {
        for (String clients : new String[] {"16", "1024", "16384", "65536"}) {
            for (String placement : new String[] {"FRONT", "SPREAD", "BACK"}) {
                Map<String, String> params = Runs.at(Integer.parseInt(clients), placement);
                assertThat(Scope.QUICK.wants(Runs.SCAN, "serverUntilFound", params, false)).isTrue();
                assertThat(Scope.QUICK.wants(Runs.SCAN, "byteBufferUntilFound", params, false)).isFalse();
            }
        }
        assertThat(Scope.QUICK.wants("ReadEagainBenchmark", "nioRead", Map.of(), true)).isTrue();
        assertThat(Scope.QUICK.wants("EchoBenchmark", "engineOnOneThread", Map.of("backend", "POLL"), true))
                .isTrue();
        assertThat(Scope.QUICK.wants("AssociationBenchmark", "hashMapLookUp", Map.of("clients", "4096"),
                false)).isTrue();
    }
}
