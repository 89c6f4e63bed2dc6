package dev.pollux.bench.soak;

import dev.pollux.poller.Backend;
import dev.pollux.posix.SocketAddress;
import dev.pollux.server.Client;
import dev.pollux.server.Handler;
import dev.pollux.server.Server;
import dev.pollux.server.ServerOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * The server's process: echo, with limits that are reached, and with the {@link Trouble} that is wanted. Says
 * where it listens, and then for each line that it is given how it is: {@code look}, or {@code collect} for
 * garbage to be collected before. Ends with its input.
 */
final class SoakServer {
    static final String LISTENING = "listening on port ";
    static final String LOOK = "look";
    static final String COLLECT = "collect";
    /** Fewer than want to come, so that some wait at the door. */
    static final int MAX_CLIENTS = 200;

    private static final Pattern OTHER = Pattern.compile("Other \\(reserved=\\d+\\w*, committed=(\\d+)");

    private SoakServer() {
    }

    /** {@code BACKEND TROUBLES SEED HIT-LIST}. */
    public static void main(String[] args) throws IOException, JMException {
        ServerOptions options = new ServerOptions()
                .address(SocketAddress.of("127.0.0.1", 0))
                .backend(Backend.valueOf(args[0]))
                .maxClients(MAX_CLIENTS)
                .idleTimeout(Duration.ofSeconds(8))
                .frameTimeout(Duration.ofSeconds(5))
                .writeTimeout(Duration.ofSeconds(5));
        Set<Trouble> troubles = Trouble.parse(args[1]);
        try (OutputStream hits = new HitList(Path.of(args[3])).open()) {
            Mischief mischief = new Mischief(troubles, Long.parseLong(args[2]), hits);
            mischief.join(options);
            serve(options, troubles.contains(Trouble.HANDLER) ? mischief : Client::send);
        }
    }

    private static void serve(ServerOptions options, Handler handler) throws IOException, JMException {
        try (Server server = new Server(options, handler).start();
                BufferedReader orders = new BufferedReader(
                        new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println(LISTENING + server.address().port());
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                if (order.equals(COLLECT)) {
                    System.gc();
                }
                long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
                System.out.println("heap=" + heap + " native=" + nativeBytes() + ' ' + server.snapshot());
            }
        }
    }

    /**
     * Bytes that Java took outside its heap for programs, arenas among them, as the JVM's own accounting has
     * it (NativeMemoryTracking, "Other"): a witness that is not of our making.
     */
    private static long nativeBytes() throws JMException {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        String text = (String) beans.invoke(new ObjectName("com.sun.management:type=DiagnosticCommand"),
                "vmNativeMemory", new Object[] {new String[] {"summary", "scale=B"}},
                new String[] {String[].class.getName()});
        Matcher other = OTHER.matcher(text);
        if (!other.find()) {
            throw new IllegalStateException("native memory is not tracked: " + text);
        }
        return Long.parseLong(other.group(1));
    }
}
