package dev.pollux.poller;

/**
 * The bits by which a {@link Poller} is asked and answers. As an interest: {@link #NONE}, {@link #READ},
 * {@link #WRITE} or both. As an answer also {@link #HANGUP}.
 */
public final class Interest {
    /** Ask for nothing: the descriptor keeps its place and is not reported, not even for a hang-up. */
    public static final int NONE = 0;
    /** A read, or an accept, will not block. */
    public static final int READ = 1;
    /** A write will not block. */
    public static final int WRITE = 2;
    /** The connection is over or broken. Reported without being asked for, together with READ and WRITE. */
    public static final int HANGUP = 4;

    private Interest() {
    }
}
