package dev.pollux.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryPlanTest {
    private static final long COMPUTED = ServerOptions.COMPUTED;
    private static final long MIB = 1 << 20;
    private static final long CLIENT = 532_480; // The most that one needs off-heap by default.
    private static final long LOOP = 139_264;

    private static MemoryPlan plan(long limit, long heap, int clients, boolean fixed, long memoryLimit,
            long socketBuffer) {
        return MemoryPlan.of(new MachineMemory(limit, "a test"), heap,
                new MemoryPlan.Wish(clients, fixed, CLIENT, LOOP, memoryLimit, socketBuffer));
    }

    private static MemoryPlan computed(long limit, long heap) {
        return plan(limit, heap, 4096, false, COMPUTED, COMPUTED);
    }

    @Test
    void plentyOfMemoryLeavesSocketBuffersToTheKernel() {
        MemoryPlan plan = computed(24L << 30, 6L << 30);
        assertThat(plan.clients()).isEqualTo(4096);
        assertThat(plan.memoryLimitBytes()).isEqualTo(1 << 30);
        assertThat(plan.socketBufferBytes()).isZero();
        assertThat(plan.sumBytes()).isEqualTo((6L << 30) + 96 * MIB + LOOP + (1 << 30));
    }

    @Test
    void lessMemoryIsSharedByAllClients() {
        MemoryPlan plan = computed(2L << 30, 512 * MIB);
        long half = ((2L << 30) - 512 * MIB - 96 * MIB) / 2;
        assertThat(plan.halfBytes()).isEqualTo(half);
        assertThat(plan.memoryLimitBytes()).isEqualTo(half);
        assertThat(plan.socketBufferBytes()).isEqualTo((half - LOOP) / 4096 / 4)
                .isBetween(16L << 10, 208L << 10);
        assertThat(plan.clients()).isEqualTo(4096);
        assertThat(plan.isTooLarge()).isFalse();
    }

    @Test
    void littleMemoryLowersComputedClients() {
        MemoryPlan plan = computed(256 * MIB, 124 * MIB);
        assertThat(plan.socketBufferBytes()).isEqualTo(16 << 10);
        assertThat(plan.clients()).isBetween(280, 288);
        assertThat(plan.isTooLarge()).isFalse();
        MemoryPlan fixed = plan(256 * MIB, 124 * MIB, 4096, true, COMPUTED, COMPUTED);
        assertThat(fixed.clients()).isEqualTo(4096);
        assertThat(fixed.socketBufferBytes()).isEqualTo(16 << 10);
        assertThat(fixed.isTooLarge()).isTrue();
    }

    @Test
    void memoryThatIsTooSmallForAnythingHasRoomForOneClient() {
        for (long limit : new long[] {1, 64 * MIB, 96 * MIB + 1}) {
            MemoryPlan plan = computed(limit, 64 * MIB);
            assertThat(plan.clients()).isEqualTo(1);
            assertThat(plan.memoryLimitBytes()).isEqualTo(CLIENT);
            assertThat(plan.isTooLarge()).isTrue();
        }
    }

    @Test
    void sumIsNeverMoreThanTheMemoryWhereOneClientHasRoom() {
        for (long limit = 170 * MIB; limit < 100L << 30; limit += limit / 7) {
            for (long heap = 64 * MIB; heap < limit - 100 * MIB; heap += heap / 3) {
                assertThat(computed(limit, heap).isTooLarge()).as("%s, heap %s", limit, heap).isFalse();
            }
        }
    }

    @Test
    void aFewClientsNeedNoMoreThanTheirOwnLimits() {
        assertThat(plan(24L << 30, 6L << 30, 10, true, COMPUTED, COMPUTED).memoryLimitBytes())
                .isEqualTo(10 * CLIENT);
    }

    @Test
    void explicitLimitsAreKept() {
        MemoryPlan plan = plan(256 * MIB, 64 * MIB, 4096, true, 1 << 30, MIB);
        assertThat(plan.memoryLimitBytes()).isEqualTo(1 << 30);
        assertThat(plan.socketBufferBytes()).isEqualTo(MIB);
        assertThat(plan.socketsBytes()).isEqualTo(4L * 4096 * MIB);
        assertThat(plan.isTooLarge()).isTrue();
        assertThat(plan(256 * MIB, 64 * MIB, 4096, true, COMPUTED, 0).socketBufferBytes()).isZero();
    }

    @Test
    void explicitSocketBuffersLowerComputedClients() {
        MemoryPlan plan = plan(256 * MIB, 64 * MIB, 4096, false, COMPUTED, MIB);
        assertThat(plan.clients()).isEqualTo((int) ((plan.halfBytes() - LOOP) / (4 * MIB)));
        assertThat(plan.isTooLarge()).isFalse();
    }

    @Test
    void memoryWithoutALimitOverflowsNoSum() {
        MemoryPlan plan = plan(Long.MAX_VALUE, Long.MAX_VALUE, Integer.MAX_VALUE, true, 1L << 50, 512 * MIB);
        assertThat(plan.sumBytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(computed(Long.MAX_VALUE, 64 * MIB).isTooLarge()).isFalse();
    }
}
