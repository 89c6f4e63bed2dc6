package dev.pollux.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Java's way to handle a signal, sun.misc.Signal of module jdk.unsupported. It is used by reflection: javac
 * warns of each mention, which no option turns off, and a Java may lack the module.
 */
final class SignalHandlers {
    private final Class<?> signal;
    private final Class<?> handler;

    /**
     * Looks for the classes.
     *
     * @throws UnsupportedOperationException if this Java has none
     */
    SignalHandlers() {
        try {
            signal = Class.forName("sun.misc.Signal");
            handler = Class.forName("sun.misc.SignalHandler");
        } catch (ClassNotFoundException | LinkageError e) {
            throw new UnsupportedOperationException(e);
        }
    }

    /**
     * Has the process ignore a signal.
     *
     * @param name without SIG, such as HUP
     * @throws UnsupportedOperationException if the JVM keeps the signal for itself, as with -Xrs
     */
    void ignore(String name) {
        try {
            install(name, handler.getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException(e);
        }
    }

    /**
     * Has {@code action} called with the name of each such signal, on a new thread.
     *
     * @throws UnsupportedOperationException if the JVM keeps the signal for itself, as with -Xrs
     */
    void handle(String name, Consumer<String> action) {
        install(name, Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler},
                (proxy, method, args) -> {
                    if (method.getName().equals("handle")) {
                        action.accept(name);
                        return null;
                    }
                    return switch (method.getName()) { // Of Object: sun.misc.Signal compares handlers.
                        case "equals" -> proxy == args[0];
                        case "hashCode" -> System.identityHashCode(proxy);
                        default -> name;
                    };
                }));
    }

    private void install(String name, Object how) {
        try {
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), how);
        } catch (InvocationTargetException e) {
            throw new UnsupportedOperationException(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException(e);
        }
    }
}
