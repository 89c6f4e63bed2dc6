package dev.pollux.testkit;

import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pollux.posix.NativePosix;
import dev.pollux.posix.Sockets;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** What the conformance tests share: the two kernels that must answer alike. */
abstract class ConformanceTest {
    enum Kernel {
        REAL {
            @Override
            Sockets open() {
                return new Sockets(NativePosix.confined());
            }
        },
        SIMULATED {
            @Override
            Sockets open() {
                return new Sockets(new SimulatedKernel().forgiving().posix());
            }
        };

        abstract Sockets open();
    }

    private static final int EVERYTHING = Abi.POLLIN | Abi.POLLOUT | Abi.POLLRDHUP;
    private static final int ATTEMPTS = 2000; // A millisecond each.

    /** Fails unless poll(2), asked for everything, reports just these bits, now or soon. */
    static void assertBits(Sockets sockets, int fd, int bits) {
        assertBits(sockets, fd, EVERYTHING, bits);
    }

    static void assertBits(Sockets sockets, int fd, int asked, int bits) {
        int seen = bits(sockets, fd, asked);
        for (int i = 0; i < ATTEMPTS && seen != bits; i++) { // A real network takes a moment.
            sockets.posix().poll(sockets.entries(-1), 0, 1, 1);
            seen = bits(sockets, fd, asked);
        }
        assertThat(names(seen)).isEqualTo(names(bits));
    }

    private static int bits(Sockets sockets, int fd, int asked) {
        MemorySegment entries = sockets.entries(fd);
        entries.set(JAVA_SHORT, Abi.POLLFD_EVENTS, (short) asked);
        int ready = sockets.posix().poll(entries, 0, 1, 0);
        int bits = entries.get(JAVA_SHORT, Abi.POLLFD_REVENTS);
        assertThat(ready).isEqualTo(bits == 0 ? 0 : 1);
        return bits;
    }

    private static List<String> names(int bits) {
        List<String> names = new ArrayList<>();
        String[] known = {"IN", "PRI", "OUT", "ERR", "HUP", "NVAL"};
        for (int i = 0; i < 16; i++) {
            if ((bits >>> i & 1) != 0) {
                names.add(i < known.length ? known[i] : i == 13 ? "RDHUP" : "bit " + i);
            }
        }
        return names;
    }
}
