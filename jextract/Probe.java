import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes what the bindings claim as a C file, which compiles only where every claim is true.
 *
 * <pre>{@code java -cp CLASSES jextract/Probe.java jextract/linux probe.c}</pre>
 *
 * <p>Each line of symbols.txt is checked: the value of a constant; size, alignment and members of a struct;
 * the prototype of a function, and the size of each argument and of the result.
 */
final class Probe {
    private static final String PACKAGE = "dev.pollux.bindings.linux";

    private final Class<?> libc;
    private final String source; // Of libc: its comments hold the prototypes, which reflection cannot see.
    private final StringBuilder c = new StringBuilder("#include <stddef.h>\n#include \"headers.h\"\n");
    private int constants;
    private int structs;
    private int members;
    private int functions;

    private Probe(Path platform) throws IOException, ReflectiveOperationException {
        libc = Class.forName(PACKAGE + ".Libc");
        source = Files.readString(platform.resolve("java", PACKAGE.replace('.', '/'), "Libc.java"));
    }

    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path platform = Path.of(args[0]);
        Probe probe = new Probe(platform);
        for (String line : Files.readAllLines(platform.resolve("symbols.txt"))) {
            try {
                probe.symbol(line);
            } catch (ReflectiveOperationException | LinkageError e) {
                throw new IllegalStateException("the bindings are not sound: " + line, e);
            }
        }
        Files.writeString(Path.of(args[1]), probe.c);
        System.out.printf("%d constants, %d structs and unions with %d members and %d functions%n",
                probe.constants, probe.structs, probe.members, probe.functions);
    }

    private void symbol(String line) throws ReflectiveOperationException {
        String[] words = line.split(" ");
        switch (words[0]) {
            case "--include-constant" -> constant(words[1]);
            case "--include-struct" -> group("struct", words[1]);
            case "--include-union" -> group("union", words[1]);
            case "--include-function" -> function(words[1]);
            default -> throw new IllegalArgumentException("Probe cannot check this yet: " + line);
        }
    }

    private void constant(String name) throws ReflectiveOperationException {
        claim(name, ((Number) libc.getMethod(name).invoke(null)).longValue(), name);
        constants++;
    }

    private void group(String kind, String name) throws ReflectiveOperationException {
        Class<?> binding = Class.forName(PACKAGE + "." + name);
        GroupLayout layout = (GroupLayout) binding.getMethod("layout").invoke(null);
        String type = kind + " " + name;
        claim("sizeof(" + type + ")", layout.byteSize(), "size of " + type);
        claim("_Alignof(" + type + ")", layout.byteAlignment(), "alignment of " + type);
        for (MemoryLayout member : layout.memberLayouts()) {
            if (member.name().isPresent()) { // Padding has none.
                String field = member.name().get();
                long offset = layout.byteOffset(PathElement.groupElement(field));
                claim("offsetof(" + type + ", " + field + ")", offset, "offset of " + name + "." + field);
                claim("sizeof(((" + type + " *) 0)->" + field + ")", member.byteSize(),
                        "size of " + name + "." + field);
                members++;
            }
        }
        structs++;
    }

    /**
     * Declares the function once more, which the compiler refuses if libc's prototype is another one, and
     * gives its parameters to a function of ours, where they can be measured: C cannot take a type apart.
     */
    private void function(String name) throws ReflectiveOperationException {
        Object bound = libc.getMethod(name + "$descriptor").invoke(null);
        FunctionDescriptor descriptor = (FunctionDescriptor) bound;
        String prototype = prototype(name);
        String parameters = prototype.substring(prototype.indexOf('('));
        List<String> names = parameterNames(parameters);
        if (names.size() != descriptor.argumentLayouts().size()) {
            throw new IllegalStateException(name + ": " + descriptor + " does not fit " + prototype);
        }
        c.append(prototype).append(";\nstatic void probe_").append(name).append(parameters).append(" {\n");
        for (int i = 0; i < names.size(); i++) {
            String parameter = names.get(i);
            claim("sizeof " + parameter, descriptor.argumentLayouts().get(i).byteSize(),
                    "size of the argument " + parameter + " of " + name);
        }
        descriptor.returnLayout().ifPresent(result ->
                claim("sizeof " + name + "(" + String.join(", ", names) + ")", result.byteSize(),
                        "size of the result of " + name));
        c.append("}\n");
        functions++;
    }

    private String prototype(String name) {
        String comment = "Function descriptor for:\\R.*\\R +\\* (.*\\b" + name + "\\(.*\\))\\R";
        Matcher matcher = Pattern.compile(comment).matcher(source);
        if (!matcher.find()) {
            throw new IllegalStateException(name + ": Libc.java shows no prototype");
        }
        return matcher.group(1);
    }

    /** The last word of each parameter: {@code "(int __domain, int __fds[2])"} has __domain and __fds. */
    private static List<String> parameterNames(String parameters) {
        List<String> names = new ArrayList<>();
        Matcher matcher = Pattern.compile("(\\w+)(\\[\\d*])?[,)]").matcher(parameters);
        while (matcher.find()) {
            if (!matcher.group(1).equals("void")) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }

    private void claim(String expression, long value, String what) {
        c.append("_Static_assert(%s == %d, \"%s: the bindings say %d\");\n"
                .formatted(expression, value, what, value));
    }
}
