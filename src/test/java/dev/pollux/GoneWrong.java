package dev.pollux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What goes wrong with calls from Java, made to happen, for the guide's chapter 5. With FFM alone, since ours
 * does not let most of it happen. Linux on x86-64:
 *
 * <pre>java --enable-native-access=ALL-UNNAMED src/test/java/dev/pollux/GoneWrong.java errno</pre>
 */
final class GoneWrong {
    private static final FunctionDescriptor POLL =
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private static final FunctionDescriptor READ =
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
    private static final FunctionDescriptor EVENTFD = FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT);
    private static final FunctionDescriptor CLOSE = FunctionDescriptor.of(JAVA_INT, JAVA_INT);
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final long ERRNO = STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));
    private static final int EFD_NONBLOCK = 04000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EPOLLIN = 1;

    private final PrintStream out;

    GoneWrong(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) throws Throwable {
        GoneWrong wrong = new GoneWrong(System.out);
        switch (args.length == 0 ? "" : args[0]) {
            case "size" -> wrong.structSize();
            case "errno" -> wrong.sharedErrno();
            case "critical" -> wrong.criticalThatBlocks();
            case "arena" -> wrong.sharedArena();
            case "slice" -> wrong.sliceWithoutEnd();
            case "pinned" -> wrong.pinnedVirtualThread();
            default -> wrong.out.println("one of: size errno critical arena slice pinned");
        }
    }

    private static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), type, options);
    }

    private static int eventfd(int initial) throws Throwable {
        return (int) link("eventfd", EVENTFD).invokeExact(initial, EFD_NONBLOCK);
    }

    private static void close(int... fds) throws Throwable {
        for (int fd : fds) {
            int ignored = (int) link("close", CLOSE).invokeExact(fd);
        }
    }

    /** Three ready eventfds with the data 1, 2 and 3, read in steps of 12 bytes and of 16. */
    void structSize() throws Throwable {
        MethodHandle create = link("epoll_create1", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
        MethodHandle tell = link("epoll_ctl",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
        MethodHandle await = link("epoll_wait",
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int epoll = (int) create.invokeExact(0);
            int[] fds = {eventfd(1), eventfd(1), eventfd(1)};
            for (int i = 0; i < 3; i++) {
                MemorySegment event = arena.allocate(12, 8);
                event.set(JAVA_INT, 0, EPOLLIN);
                event.set(JAVA_LONG_UNALIGNED, 4, i + 1);
                int ignored = (int) tell.invokeExact(epoll, EPOLL_CTL_ADD, fds[i], event);
            }
            MemorySegment events = arena.allocate(3 * 16, 8);
            int count = (int) await.invokeExact(epoll, events, 3, 0);
            out.println("epoll_wait = " + count);
            printEvents(events, count, 12, 4);
            printEvents(events, count, 16, 8);
            close(epoll, fds[0], fds[1], fds[2]);
        }
    }

    private void printEvents(MemorySegment events, int count, int stride, int data) {
        for (int i = 0; i < count; i++) {
            out.println("stride " + stride + ": events=0x"
                    + Integer.toHexString(events.get(JAVA_INT_UNALIGNED, i * stride))
                    + " data=" + events.get(JAVA_LONG_UNALIGNED, i * stride + data));
        }
    }

    /** What a thread sees of errno while another one has the same segment, and then without that. */
    void sharedErrno() throws Throwable {
        int empty = eventfd(0);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment state = arena.allocate(STATE);
            out.println("one segment: errno of read from an empty eventfd, and how often: "
                    + errnosSeen(empty, state, state));
            out.println("one each: errno of read from an empty eventfd, and how often: "
                    + errnosSeen(empty, state, arena.allocate(STATE)));
        }
        close(empty);
    }

    private static Map<Integer, Integer> errnosSeen(int fd, MemorySegment mine, MemorySegment others)
            throws Throwable {
        Thread other = Thread.ofPlatform().start(() -> countErrnos(-1, others)); // EBADF, each time.
        Map<Integer, Integer> seen = countErrnos(fd, mine);
        other.join();
        return seen;
    }

    private static Map<Integer, Integer> countErrnos(int fd, MemorySegment state) {
        MethodHandle read = link("read", READ, Linker.Option.captureCallState("errno"));
        Map<Integer, Integer> seen = new TreeMap<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(8);
            for (int i = 0; i < 200_000; i++) {
                long ignored = (long) read.invokeExact(state, fd, buffer, 8L);
                seen.merge(state.get(JAVA_INT, ERRNO), 1, Integer::sum);
            }
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
        return seen;
    }

    /** How long System.gc() takes beside a call that waits for two seconds. */
    void criticalThatBlocks() throws Throwable {
        out.println("plain: System.gc() beside poll(NULL, 0, 2000) took "
                + gcMillisBeside(link("poll", POLL)) + " ms");
        out.println("critical: System.gc() beside poll(NULL, 0, 2000) took "
                + gcMillisBeside(link("poll", POLL, Linker.Option.critical(false))) + " ms");
    }

    private static long gcMillisBeside(MethodHandle poll) throws InterruptedException {
        Thread waiting = Thread.ofPlatform().start(() -> waitIn(poll, MemorySegment.NULL, 2000));
        waiting.join(200); // It is in the call by then.
        long start = System.nanoTime();
        System.gc();
        long millis = (System.nanoTime() - start) / 1_000_000;
        waiting.join();
        return millis;
    }

    private static void waitIn(MethodHandle poll, MemorySegment entries, int millis) {
        try {
            int ignored = (int) poll.invokeExact(entries, 0L, millis);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** What an arena for all threads costs, and when it cannot be closed. */
    void sharedArena() throws Throwable {
        for (int round = 0; round < 3; round++) { // The last one counts.
            String confined = "confined: open, allocate 64 bytes, close: " + nanosOf(false) + " ns";
            String shared = "shared: open, allocate 64 bytes, close: " + nanosOf(true) + " ns";
            out.print(round < 2 ? "" : confined + "\n" + shared + "\n");
        }
        Arena arena = Arena.ofShared();
        MemorySegment entries = arena.allocate(8);
        MethodHandle poll = link("poll", POLL);
        Thread waiting = Thread.ofPlatform().start(() -> waitIn(poll, entries, 1000));
        waiting.join(200);
        printFailure("close while poll has it", arena::close);
        waiting.join();
        arena.close();
        printFailure("use after close", () -> entries.get(JAVA_INT, 0));
        try (Arena mine = Arena.ofConfined()) {
            MemorySegment segment = mine.allocate(8);
            Thread.ofPlatform().start(() -> printFailure("confined, on another thread",
                    () -> segment.get(JAVA_INT, 0))).join();
        }
    }

    private static long nanosOf(boolean shared) {
        long start = System.nanoTime();
        for (int i = 0; i < 2000; i++) {
            Arena arena = shared ? Arena.ofShared() : Arena.ofConfined();
            arena.allocate(64);
            arena.close();
        }
        return (System.nanoTime() - start) / 2000;
    }

    private void printFailure(String what, Runnable action) {
        try {
            action.run();
            out.println(what + ": nothing happened");
        } catch (RuntimeException e) {
            out.println(what + ": " + e);
        }
    }

    /** read(2) of 16 bytes into a segment of 8; what is beside it is ours, or this could end the JVM. */
    void sliceWithoutEnd() throws Throwable {
        MethodHandle pipe = link("pipe", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        MethodHandle write = link("write", READ);
        MethodHandle read = link("read", READ);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(2 * JAVA_INT.byteSize(), 4);
            int ignored = (int) pipe.invokeExact(ends);
            long written = (long) write.invokeExact(ends.get(JAVA_INT, 4),
                    arena.allocateFrom("from the peer..."), 16L);
            SegmentAllocator both = SegmentAllocator.slicingAllocator(arena.allocate(16));
            MemorySegment mine = both.allocate(8);
            MemorySegment neighbour = both.allocate(8).fill((byte) 'B');
            long n = (long) read.invokeExact(ends.get(JAVA_INT, 0), mine, written);
            out.println("read(fd, 8 bytes, 16) = " + n + "; the neighbour, BBBBBBBB before: "
                    + new String(neighbour.toArray(JAVA_BYTE), StandardCharsets.US_ASCII));
            printFailure("mine.get(JAVA_BYTE, 8)", () -> mine.get(JAVA_BYTE, 8));
            printFailure("mine.asSlice(0, 16)", () -> mine.asSlice(0, 16));
            close(ends.get(JAVA_INT, 0), ends.get(JAVA_INT, 4));
        }
    }

    /** When a second virtual thread runs beside one that waits in poll(2) for a second. */
    void pinnedVirtualThread() throws Throwable {
        MethodHandle poll = link("poll", POLL);
        long start = System.nanoTime();
        Thread first = Thread.startVirtualThread(() -> waitIn(poll, MemorySegment.NULL, 1000));
        first.join(Duration.ofMillis(50)); // It is in the call by then.
        Thread second = Thread.startVirtualThread(() -> out.println("second virtual thread ran after "
                + (System.nanoTime() - start) / 1_000_000 + " ms"));
        first.join();
        second.join();
    }
}
