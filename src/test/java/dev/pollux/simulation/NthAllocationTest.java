package dev.pollux.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.poller.Backend;
import dev.pollux.server.CloseReason;
import dev.pollux.simulation.Story.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every allocation of a {@link Story} fails once. The client that needed it is closed with NO_RESOURCES, all
 * others are served as before, and nothing is left: the story checks arenas, off-heap bytes and descriptors.
 */
@Timeout(60)
class NthAllocationTest {
    private static final int AT_LEAST = 10; // Allocations, or the story is no test of them.

    @ParameterizedTest
    @EnumSource
    void aFailedAllocationClosesItsClientAndNoOther(Backend backend) {
        assertEachIsBorne(backend, true);
    }

    @ParameterizedTest
    @EnumSource
    void anArenaThatCannotBeMadeClosesItsClientAndNoOther(Backend backend) {
        assertEachIsBorne(backend, false);
    }

    private static void assertEachIsBorne(Backend backend, boolean arenaIsMade) {
        List<String> breaches = new ArrayList<>();
        try (Silence _ = new Silence()) {
            Story undisturbed = new Story(backend).tell();
            Map<String, Outcome> expected = undisturbed.outcomes();
            int allocations = undisturbed.memory.allocations();
            assertThat(allocations).isGreaterThan(AT_LEAST);
            for (int number = 1; number <= allocations; number++) {
                Story story = new Story(backend).withFailedAllocation(number, arenaIsMade);
                String breach = breach(story, expected);
                if (breach != null) {
                    breaches.add("allocation " + number + " of " + allocations + ": " + breach);
                }
            }
        }
        assertThat(breaches).isEmpty();
    }

    /** Tells the story with its fault. Returns what was wrong, or null. */
    private static String breach(Story story, Map<String, Outcome> expected) {
        try {
            story.tell();
            story.assertNobodyReceivedAnythingWrong();
        } catch (RuntimeException | Error e) {
            return e.toString();
        }
        if (story.failure != null) {
            return "the server ended with " + story.failure;
        }
        List<String> changed = story.outcomes().entrySet().stream()
                .filter(each -> !each.getValue().equals(expected.get(each.getKey())))
                .map(each -> each.getKey() + ": " + each.getValue()).toList();
        boolean one = changed.size() == 1 && story.outcomes().values().stream()
                .filter(each -> each.reason() == CloseReason.NO_RESOURCES).count() == 1;
        return one ? null : "not one client was closed for it, but these changed: " + changed;
    }
}
