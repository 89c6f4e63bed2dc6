package dev.pollux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That what the guide says of mistakes is so, as far as it does not depend on luck or take seconds. */
@Timeout(30)
class GoneWrongTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final GoneWrong wrong = new GoneWrong(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    private List<String> lines() {
        return bytes.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void wrongStructSizeFailsNowhereAndReadsPartsOfOthers() throws Throwable {
        assumeTrue(System.getProperty("os.arch").equals("amd64"), "epoll_event has 12 bytes on x86-64 only");
        wrong.structSize();
        assertThat(lines()).startsWith("epoll_wait = 3", "stride 12: events=0x1 data=1",
                "stride 12: events=0x1 data=2", "stride 12: events=0x1 data=3");
        assertThat(lines().subList(4, 7)).noneMatch(line -> line.matches(".*data=[123]"));
    }

    @Test
    void sharedArenaCannotBeClosedUnderACall() throws Throwable {
        wrong.sharedArena();
        assertThat(lines()).contains(
                "close while poll has it: java.lang.IllegalStateException: Session is acquired by 1 clients",
                "use after close: java.lang.IllegalStateException: Already closed",
                "confined, on another thread: java.lang.WrongThreadException:"
                        + " Attempted access outside owning thread");
    }

    @Test
    void readBelievesTheLengthAndJavaDoesNot() throws Throwable {
        wrong.sliceWithoutEnd();
        assertThat(lines().getFirst())
                .isEqualTo("read(fd, 8 bytes, 16) = 16; the neighbour, BBBBBBBB before:  peer...");
        assertThat(lines().subList(1, 3)).allMatch(line -> line.contains("IndexOutOfBoundsException"));
    }
}
