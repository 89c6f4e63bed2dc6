package dev.pollux.bench.lab;

import java.util.List;
import java.util.Map;

/**
 * Benchmarks that are run one after the other: methods of one class with the same values of their parameters.
 *
 * @param className with its package
 */
record Group(String className, Map<String, String> params, List<String> methods) {
    /** The class without its package. */
    String benchmark() {
        return className.substring(className.lastIndexOf('.') + 1);
    }

    String title() {
        return benchmark() + Figure.title(params);
    }
}
