package dev.pollux.server;

/**
 * Divides the memory that this process may use. What the heap and the JVM leave has two halves: one for what
 * clients hold off-heap, one for the loop's buffers and the kernel's socket buffers. Sizes are in bytes.
 *
 * @param limitBytes the machine's memory, or a control group's limit
 * @param limitSource the file with that number
 * @param heapBytes the maximum heap, {@link Runtime#maxMemory}
 * @param loopBytes the loop's receive and send buffers
 * @param clients the most at one time
 * @param memoryLimitBytes all clients together, off-heap
 * @param socketBufferBytes SO_SNDBUF and SO_RCVBUF of each client; 0 for the kernel's own choice
 */
public record MemoryPlan(long limitBytes, String limitSource, long heapBytes, long loopBytes, int clients,
        long memoryLimitBytes, long socketBufferBytes) {
    /** Bytes of a JVM beside its heap: code, classes, threads, the garbage collector. */
    public static final long JVM_BYTES = 96L << 20;
    /** Socket buffers that a client costs: one for each direction, and the kernel counts twice its size. */
    public static final int BUFFERS_PER_CLIENT = 4;

    private static final long MOST_MEMORY_LIMIT_BYTES = 1L << 30;
    private static final long USUAL_SOCKET_BUFFER_BYTES = 208 << 10; // The usual value of net.core.wmem_max.
    private static final long LEAST_SOCKET_BUFFER_BYTES = 16 << 10;
    private static final long COMPUTED = ServerOptions.COMPUTED;

    /**
     * Holds the options that a plan depends on.
     *
     * @param clients the most at one time
     * @param clientsAreFixed whether this number is kept where the memory has no room for it
     * @param clientBytes the most that one client may need off-heap
     * @param memoryLimitBytes or COMPUTED
     * @param socketBufferBytes or COMPUTED
     */
    record Wish(int clients, boolean clientsAreFixed, long clientBytes, long loopBytes, long memoryLimitBytes,
            long socketBufferBytes) {
    }

    /** Computes each limit that is not set. */
    static MemoryPlan of(MachineMemory machine, long heapBytes, Wish wish) {
        long spare = spare(machine.bytes(), heapBytes);
        long forSockets = Math.max(0, spare - spare / 2 - wish.loopBytes);
        long buffer = wish.socketBufferBytes;
        if (buffer == COMPUTED) {
            long each = forSockets / Math.max(1, wish.clients) / BUFFERS_PER_CLIENT;
            buffer = each >= USUAL_SOCKET_BUFFER_BYTES ? 0 : Math.max(LEAST_SOCKET_BUFFER_BYTES, each);
        }
        int clients = wish.clients;
        if (!wish.clientsAreFixed && buffer > 0) {
            clients = (int) Math.max(1, Math.min(clients, forSockets / buffer / BUFFERS_PER_CLIENT));
        }
        long memoryLimit = wish.memoryLimitBytes;
        if (memoryLimit == COMPUTED) {
            long most = Math.min(MOST_MEMORY_LIMIT_BYTES, spare / 2);
            long all = clients > most / wish.clientBytes ? most : clients * wish.clientBytes;
            memoryLimit = Math.max(wish.clientBytes, all);
        }
        return new MemoryPlan(machine.bytes(), machine.source(), heapBytes, wish.loopBytes, clients,
                memoryLimit, buffer);
    }

    private static long spare(long limitBytes, long heapBytes) {
        return Math.max(0, Math.max(0, limitBytes - heapBytes) - JVM_BYTES);
    }

    /** Bytes of each half: the most that the computed memory limit takes, and all other buffers. */
    public long halfBytes() {
        return spare(limitBytes, heapBytes) / 2;
    }

    /** Bytes of all socket buffers together; 0 where the kernel chooses their sizes. */
    public long socketsBytes() {
        return BUFFERS_PER_CLIENT * socketBufferBytes * clients;
    }

    /** Bytes of all terms together. */
    public long sumBytes() {
        long sum = JVM_BYTES + loopBytes + memoryLimitBytes + socketsBytes();
        return heapBytes > Long.MAX_VALUE - sum ? Long.MAX_VALUE : heapBytes + sum;
    }

    /** Returns whether there is less memory than the terms add up to. */
    public boolean isTooLarge() {
        return sumBytes() > limitBytes;
    }
}
