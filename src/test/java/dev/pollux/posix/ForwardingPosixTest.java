package dev.pollux.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardingPosixTest {
    /** Whoever adds a call to Posix is told here if it ends up as another one, or with other arguments. */
    @Test
    void everyCallIsHandedOnUnchanged() throws Exception {
        List<List<Object>> made = new ArrayList<>();
        Posix kernel = (Posix) Proxy.newProxyInstance(Posix.class.getClassLoader(),
                new Class<?>[] {Posix.class}, (proxy, method, arguments) -> {
                    made.add(call(method, arguments));
                    return method.getReturnType() == long.class ? (Object) 77L
                            : method.getReturnType() == int.class ? (Object) 77 : null;
                });
        Posix forwarding = new ForwardingPosix(kernel) { };
        for (Method method : Posix.class.getMethods()) {
            if (!Modifier.isStatic(method.getModifiers())) {
                Object[] arguments = arguments(method);
                Object result = method.invoke(forwarding, arguments);
                assertThat(made.getLast()).isEqualTo(call(method, arguments));
                assertThat(result instanceof Number number ? number.intValue() : 77).isEqualTo(77);
            }
        }
        assertThat(made).hasSizeGreaterThan(25);
    }

    private static List<Object> call(Method method, Object[] arguments) {
        return List.of(method.getName(), arguments == null ? List.of() : Arrays.asList(arguments));
    }

    private static Object[] arguments(Method method) {
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = method.getParameterTypes()[i];
            arguments[i] = type == int.class ? (Object) (i + 1)
                    : type == long.class ? (Object) (i + 100L) : MemorySegment.ofArray(new byte[i + 1]);
        }
        return arguments;
    }
}
