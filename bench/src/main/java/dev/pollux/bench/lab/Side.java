package dev.pollux.bench.lab;

/** Where a figure comes from. */
enum Side {
    JAVA("java"),
    /** C as it is written, though the compiler may do what it can with it. */
    C_SCALAR("scalar"),
    /** C written so that the compiler makes vectors of it. */
    C_VECTORISED("vectorised"),
    /** System calls in C. */
    C_CALL("call");

    final String id;

    Side(String id) {
        this.id = id;
    }

    static Side of(String id) {
        for (Side side : values()) {
            if (side.id.equals(id)) {
                return side;
            }
        }
        throw new IllegalArgumentException("there is no kind " + id);
    }
}
