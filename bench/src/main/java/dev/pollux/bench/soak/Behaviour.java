package dev.pollux.bench.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/** What a peer does with its connection. Whatever comes back is compared with what was sent. */
enum Behaviour {
    /** Comes, says a little, and leaves. */
    CHURN(30, true) {
        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            for (int i = random.nextInt(4); i >= 0; i--) {
                peer.send(random.nextInt(8), random);
                peer.receiveAll();
            }
        }
    },
    /** Breaks the connection off, at times inside a frame, at times with replies unread. */
    RESET(15, false) {
        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            peer.send(random.nextInt(20), random);
            if (random.nextBoolean()) {
                peer.sendPart(random);
            } else if (random.nextBoolean()) {
                peer.receiveAll();
            }
            peer.reset();
        }
    },
    /** Says that it is done, and then takes what it is owed. */
    HALF_CLOSE(15, true) {
        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            peer.send(1 + random.nextInt(20), random);
            peer.finish();
            peer.receiveToEnd();
            peer.requireWhole();
        }
    },
    /** Sends as fast as the network takes it, and reads as fast. */
    FLOOD(3, true) {
        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            long end = System.nanoTime() + random.nextLong(100_000_000, 1_500_000_000);
            Thread writer = peer.sendAside(random.split(),
                    () -> System.nanoTime() - end < 0 && !over.isOver());
            peer.receiveToEnd();
            over.join(writer);
            peer.requireWhole();
        }
    },
    /** Sends much more than it reads, with a small receive buffer, but reads on. */
    SLOW_READER(6, false) {
        @Override
        int receiveBufferBytes() {
            return 16 << 10;
        }

        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            long most = random.nextLong(200_000, 1_000_000);
            peer.sendAside(random.split(), () -> peer.sent() < most && !over.isOver());
            while (!over.isOver() && peer.receive(2048)) {
                over.pause(5);
            }
        }
    },
    /** Sends and reads nothing for seconds; then it reads on, or leaves with its replies unread. */
    DEAF(6, false) {
        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            peer.sendAside(random.split(), () -> !over.isOver() && peer.sent() < 64 << 20);
            over.pause(random.nextInt(200, 7000));
            long most = random.nextBoolean() ? random.nextLong(4 << 20) : 0;
            while (!over.isOver() && peer.checked() < most && peer.receive(64 << 10)) { }
        }
    },
    /** Begins a frame, and says nothing more until it is closed for that. */
    HALF_FRAME(6, false) {
        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            peer.send(random.nextInt(3), random);
            peer.sendPart(random);
            peer.receiveToEnd();
        }
    },
    /** Says nothing at all until it is closed for that. */
    SILENT(3, false) {
        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            peer.receiveToEnd();
        }
    },
    /** After good frames, which are answered, one that is too long: a byte too long, or all there is. */
    WRONG_LENGTH(16, false) {
        @Override
        void live(Connection peer, SplittableRandom random, Over over) throws IOException {
            peer.send(random.nextInt(10), random);
            int length = switch (random.nextInt(4)) {
                case 0 -> Frames.LARGEST - Frames.PREFIX + 1;
                case 1 -> -1 - random.nextInt(8);
                case 2 -> Integer.MIN_VALUE + random.nextInt(8);
                default -> random.nextInt(Frames.LARGEST, Integer.MAX_VALUE);
            };
            byte[] garbage = new byte[Frames.PREFIX + random.nextInt(8192)];
            ByteBuffer.wrap(garbage).order(ByteOrder.LITTLE_ENDIAN).putInt(0, length);
            peer.sendGarbage(garbage);
            peer.finish();
            peer.receiveToEnd();
            peer.requireWhole();
        }
    };

    /** Of so many peers in a hundred. */
    final int share;
    /** Whether it gives no cause to be closed: a connection that breaks is then the server's fault. */
    final boolean isInnocent;

    Behaviour(int share, boolean isInnocent) {
        this.share = share;
        this.isInnocent = isInnocent;
    }

    /** Anything as long as it ends: soon after {@code over}, for then its connection is closed. */
    abstract void live(Connection peer, SplittableRandom random, Over over) throws IOException;

    /** 0 for the usual one. */
    int receiveBufferBytes() {
        return 0;
    }

    /** One of them, each as often as its share says. */
    static Behaviour any(SplittableRandom random) {
        int left = random.nextInt(100);
        for (Behaviour each : values()) {
            left -= each.share;
            if (left < 0) {
                return each;
            }
        }
        throw new AssertionError("the shares are not 100 in sum");
    }
}
