package dev.pollux.server;

import com.sun.management.ThreadMXBean;
import dev.pollux.metrics.Counter;
import dev.pollux.poller.Backend;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What some tests start in a JVM of its own. */
final class EchoProgram {
    private static final int WARM_UP = 10_000;
    private static final int MOST_ATTEMPTS = 20;

    private EchoProgram() {
    }

    /** {@code serve BACKEND [MAX-CLIENTS]} or {@code allocations BACKEND ECHOES}. */
    public static void main(String[] args) throws Exception {
        Backend backend = Backend.valueOf(args[1]);
        switch (args[0]) {
            case "serve" -> serve(backend, args.length > 2 ? Integer.parseInt(args[2]) : 100);
            case "allocations" -> {
                int echoes = Integer.parseInt(args[2]);
                System.out.println(allocatedByEchoes(TestServer.options(backend), echoes));
                System.out.println(allocatedByEchoes(TestServer.options(backend)
                        .idleTimeout(Duration.ofMinutes(1)).frameTimeout(Duration.ofMinutes(1))
                        .writeTimeout(Duration.ofMinutes(1)), echoes));
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /**
     * Says its port, then follows orders, a byte each: {@code h}og all descriptors, {@code r}elease them, or
     * say how it is: the loop's CPU time, connections refused so far, clients open.
     */
    private static void serve(Backend backend, int maxClients) throws IOException {
        ServerOptions options = TestServer.options(backend).maxClients(maxClients);
        try (Server server = new Server(options, TestServer.ECHO).start()) {
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long loop = loopThread();
            Hog hog = new Hog();
            threads.getThreadCpuTime(loop); // While there are descriptors for the libraries that it loads.
            System.out.println(server.address().port());
            for (int order = System.in.read(); order >= 0; order = System.in.read()) {
                switch (order) {
                    case 'h' -> hog.take();
                    case 'r' -> hog.release();
                    default -> { }
                }
                System.out.println(threads.getThreadCpuTime(loop) + " "
                        + server.snapshot().get(Counter.CLIENTS_REFUSED) + " "
                        + server.snapshot().get(Counter.CLIENTS_OPEN));
            }
        }
    }

    /** Holds every descriptor that there is. */
    private static final class Hog {
        private final List<FileInputStream> held = new ArrayList<>();

        void take() {
            try {
                while (true) {
                    held.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException e) {
                // Too many open files: that is what was wanted.
            }
        }

        void release() throws IOException {
            for (FileInputStream each : held) {
                each.close();
            }
            held.clear();
        }
    }

    private static long loopThread() {
        Thread[] threads = new Thread[Thread.activeCount() + 10];
        int count = Thread.enumerate(threads);
        return Arrays.stream(threads, 0, count).filter(thread -> thread.getName().equals("pollux-loop"))
                .mapToLong(Thread::threadId).findFirst().orElseThrow();
    }

    /**
     * Bytes that the loop's thread allocates for so many echoes in a row: the best of a few attempts, because
     * code allocates until the second compiler is done with it, and at times that one begins again.
     */
    private static long allocatedByEchoes(ServerOptions options, int echoes) throws IOException {
        try (Server server = new Server(options, TestServer.ECHO).start();
                TestClient client = new TestClient(server.address().port())) {
            long least = Long.MAX_VALUE;
            for (int i = 0; i < MOST_ATTEMPTS && least >= echoes; i++) {
                long few = allocatedBy(client, WARM_UP);
                long all = few < WARM_UP ? allocatedBy(client, echoes) : few * echoes / WARM_UP;
                least = Math.min(least, all);
            }
            return least;
        }
    }

    private static long allocatedBy(TestClient client, int echoes) throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getThreadAllocatedBytes(loopThread());
        echo(client, echoes);
        return threads.getThreadAllocatedBytes(loopThread()) - before;
    }

    private static void echo(TestClient client, int times) throws IOException {
        byte[] frame = TestClient.frame(TestClient.payload(100, 1));
        byte[] reply = new byte[frame.length];
        OutputStream out = client.socket.getOutputStream();
        for (int i = 0; i < times; i++) {
            // At times in two pieces, so that unfinished bytes are kept, too.
            out.write(frame, 0, i % 8 == 0 ? 50 : frame.length);
            if (i % 8 == 0) {
                out.flush();
                out.write(frame, 50, frame.length - 50);
            }
            client.socket.getInputStream().readNBytes(reply, 0, reply.length);
        }
        if (!Arrays.equals(reply, frame)) {
            throw new AssertionError("the last echo is not what was sent");
        }
    }
}
