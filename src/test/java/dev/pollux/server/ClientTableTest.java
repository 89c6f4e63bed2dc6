package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.metrics.LoopCounters;
import dev.pollux.poller.Poller;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Posix;
import dev.pollux.posix.SocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTableTest {
    private final Posix posix = NativePosix.confined();
    private final ClientContext context =
            new ClientContext(new ServerOptions(), TestServer.ECHO, new LoopCounters(), posix);

    @AfterEach
    void free() {
        context.close();
        posix.close();
    }

    private Client add(ClientTable table) {
        Client client = new Client(context, 0, table.nextToken(), SocketAddress.of("127.0.0.1", 1));
        table.add(client);
        return client;
    }

    @Test
    void slotsBeginBehindTheFixedOnesAndAreDense() {
        ClientTable table = new ClientTable(1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(add(table).slot()).isEqualTo(Poller.FIXED_SLOTS + i);
        }
        assertThat(table.room()).isZero();
        assertThat(table.size()).isEqualTo(1000);
    }

    @Test
    void aTokenThatOutlivedItsClientFindsNobody() {
        ClientTable table = new ClientTable(10);
        Client first = add(table);
        table.remove(first);
        assertThat(table.get(first.token())).isNull();
        Client second = add(table);
        assertThat(second.slot()).isEqualTo(first.slot());
        assertThat(second.token()).isNotEqualTo(first.token());
        assertThat(table.get(first.token())).isNull();
        assertThat(table.get(second.token())).isSameAs(second);
        assertThat(table.bySlot(first.slot())).isSameAs(second);
    }

    @Test
    void theSlotFreedLastIsUsedFirst() {
        ClientTable table = new ClientTable(10);
        Client a = add(table);
        Client b = add(table);
        Client c = add(table);
        table.remove(a);
        table.remove(c);
        table.remove(b);
        assertThat(List.of(add(table).slot(), add(table).slot(), add(table).slot()))
                .containsExactly(b.slot(), c.slot(), a.slot());
        assertThat(add(table).slot()).isEqualTo(c.slot() + 1);
    }

    @Test
    void aWalkMeetsEachClientOnceAndMayRemoveIt() {
        ClientTable table = new ClientTable(100);
        for (int i = 0; i < 100; i++) {
            add(table);
        }
        table.remove(table.bySlot(50));
        List<Client> met = new ArrayList<>();
        table.forEach(client -> {
            met.add(client);
            table.remove(client);
        });
        assertThat(met).hasSize(99).doesNotHaveDuplicates();
        assertThat(table.size()).isZero();
        table.forEach(client -> {
            throw new AssertionError(client);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aModelAgreesAfterEachOfManyRandomSteps(int seed) {
        Random random = new Random(seed);
        int limit = 1 + random.nextInt(300);
        ClientTable table = new ClientTable(limit);
        Map<Integer, Client> model = new HashMap<>(); // By slot.
        Set<Long> tokens = new HashSet<>();
        List<Client> gone = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            boolean growing = step / 1000 % 2 == 0;
            if (table.room() > 0 && random.nextInt(3) < (growing ? 2 : 1)) {
                Client client = add(table);
                assertThat(tokens.add(client.token())).as("a new token").isTrue();
                assertThat(model.put(client.slot(), client)).as("a free slot").isNull();
                assertThat(client.slot()).isBetween(Poller.FIXED_SLOTS, Poller.FIXED_SLOTS + limit - 1);
            } else if (!model.isEmpty()) {
                Client client = List.copyOf(model.values()).get(random.nextInt(model.size()));
                table.remove(client);
                model.remove(client.slot());
                gone.add(client);
            }
            assertThat(table.size()).isEqualTo(model.size());
            assertThat(table.room()).isEqualTo(limit - model.size());
            if (!gone.isEmpty()) {
                assertThat(table.get(gone.get(random.nextInt(gone.size())).token())).isNull();
            }
        }
        model.values().forEach(client -> assertThat(table.get(client.token())).isSameAs(client));
        Set<Client> met = new HashSet<>();
        table.forEach(client -> assertThat(met.add(client)).isTrue());
        assertThat(met).hasSameElementsAs(model.values());
    }
}
