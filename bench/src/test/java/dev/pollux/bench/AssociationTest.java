package dev.pollux.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** All ways from an entry to its client lead to the same one, also after many have come and gone. */
class AssociationTest {
    private static final int CLIENTS = 150;

    @Test
    void allAssociationsAgreeUnderChurn() {
        Random random = new Random(6);
        Peer[] peers = AssociationBenchmark.peers(CLIENTS, random);
        Peer spare = new Peer(AssociationBenchmark.FIRST_FD + CLIENTS, CLIENTS);
        Peer[] expected = peers.clone();
        try (var inStep = new Association.InStep(peers);
                var hashMap = new Association.ByHashMap(peers);
                var intMap = new Association.ByIntMap(peers);
                var slots = new Association.SlotInToken(peers)) {
            List<Association> all = List.of(inStep, hashMap, intMap, slots);
            for (int round = 0; round < 5_000; round++) {
                int index = random.nextInt(CLIENTS);
                Peer gone = expected[index];
                Peer fresh = spare;
                expected[index] = expected[CLIENTS - 1];
                expected[CLIENTS - 1] = fresh;
                assertThat(all).allSatisfy(each -> assertThat(each.replace(index, fresh)).isSameAs(gone));
                spare = gone;
                int asked = random.nextInt(CLIENTS);
                assertThat(all).allSatisfy(each -> assertThat(each.at(asked)).isSameAs(expected[asked]));
            }
        }
    }

    @Test
    void intMapIsAMap() {
        Random random = new Random(7);
        Map<Integer, String> expected = new HashMap<>();
        IntMap<String> map = new IntMap<>(100);
        for (int round = 0; round < 50_000; round++) {
            int key = random.nextInt(200);
            if (random.nextBoolean() && expected.size() < 100) {
                map.put(key, "value " + round);
                expected.put(key, "value " + round);
            } else {
                assertThat(map.remove(key)).isEqualTo(expected.remove(key));
            }
            int asked = random.nextInt(200);
            assertThat(map.get(asked)).isEqualTo(expected.get(asked));
        }
    }

    @Test
    void benchmarksVisitClientsThatAreThere() {
        AssociationBenchmark benchmark = new AssociationBenchmark();
        benchmark.clients = 64;
        benchmark.fill();
        try {
            for (int i = 0; i < 1_000; i++) {
                Object found = benchmark.inStepLookUp();
                assertThat(found).isInstanceOf(Peer.class);
            }
            // In a benchmark's fork only one of them runs, so here each gets the spare that it gave.
            for (int i = 0; i < 1_000; i++) {
                assertThat(benchmark.hashMapAddRemove()).isNotNull();
                assertThat(benchmark.hashMapLookUp()).isNotNull();
            }
        } finally {
            benchmark.close();
        }
    }
}
