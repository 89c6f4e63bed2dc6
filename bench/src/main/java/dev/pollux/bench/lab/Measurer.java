package dev.pollux.bench.lab;

import java.io.IOException;
import java.util.List;

/** Runs all of a group once. */
interface Measurer {
    /**
     * @return what was measured; what failed is missing
     * @throws IOException if nothing could be
     */
    List<Sample> measure(Group group, Plan plan) throws IOException, InterruptedException;
}
