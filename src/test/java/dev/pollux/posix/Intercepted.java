package dev.pollux.posix;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.Callable;

/** The real kernel with something in front of one call: for what it does not do on demand. */
public final class Intercepted {
    /** What happens instead of a call; {@code kernel} makes the call itself. */
    public interface Hook {
        Object call(Object[] arguments, Callable<Object> kernel) throws Throwable;
    }

    private Intercepted() {
    }

    public static Posix call(Posix posix, String name, Hook hook) {
        return (Posix) Proxy.newProxyInstance(Posix.class.getClassLoader(), new Class<?>[] {Posix.class},
                (proxy, method, arguments) -> method.getName().equals(name)
                        ? hook.call(arguments, () -> invoke(posix, method, arguments))
                        : invoke(posix, method, arguments));
    }

    private static Object invoke(Posix posix, Method method, Object[] arguments) throws Exception {
        try {
            return method.invoke(posix, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (Exception) e.getCause();
        }
    }
}
