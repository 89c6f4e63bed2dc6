package dev.pollux;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.GivenClassesConjunction;
import dev.pollux.posix.NativePosix;
import dev.pollux.posix.SocketAddress;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may know whom: cli, then server and stage, then poller, frame, metrics, then posix, then bindings. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.pollux");
    private static final DescribedPredicate<JavaClass> JDK = resideInAnyPackage("java..", "jdk..");
    private static final DescribedPredicate<JavaClass> BINDINGS = resideInAnyPackage("dev.pollux.bindings..");
    private static final DescribedPredicate<JavaClass> NATIVE_POSIX = belongTo(type(NativePosix.class));

    @Test
    void theClassesAreThere() {
        assertThat(Stream.of("bindings.linux.Libc", "posix.NativePosix", "poller.Poll", "frame.FrameReader",
                "metrics.Counter", "server.Server", "cli.Main").map(name -> "dev.pollux." + name))
                .allMatch(CLASSES::contain);
    }

    @Test
    void bindingsKnowOnlyTheJdk() {
        assertKnowsOnly("bindings");
    }

    @Test
    void posixKnowsOnlyBindings() {
        assertKnowsOnly("posix", "bindings");
    }

    @Test
    void pollersKnowOnlyPosixAndTheLog() {
        assertKnowsOnly("poller", "log", "posix", "bindings");
    }

    @Test
    void framesMetricsAndLogKnowOnlyTheJdk() {
        assertKnowsOnly("log");
        assertKnowsOnly("frame");
        assertKnowsOnly("metrics");
    }

    @Test
    void serverDoesNotKnowTheCommandLine() {
        assertKnowsOnly("server", "poller", "frame", "metrics", "log", "posix", "bindings");
    }

    @Test
    void stagesShowTheMechanismItself() {
        assertKnowsOnly("stage", "posix", "bindings");
    }

    /** Outside cli there is no dependency but the JDK; that nobody knows cli follows from the same rules. */
    private static void assertKnowsOnly(String name, String... known) {
        String[] all = Stream.concat(Stream.of(name), Stream.of(known))
                .map(each -> "dev.pollux." + each + "..").toArray(String[]::new);
        check(classes().that().resideInAPackage("dev.pollux." + name + "..")
                .should().onlyDependOnClassesThat(JDK.or(resideInAnyPackage(all)).or(primitives())));
    }

    private static DescribedPredicate<JavaClass> primitives() {
        return describe("primitives and arrays of them", each -> each.getBaseComponentType().isPrimitive());
    }

    /** Not even the bindings: it is a jar of its own, and says what Linux says a second time. */
    @Test
    void theTestkitKnowsWhatWhoeverEmbedsTheServerKnows() {
        JavaClasses testkit = new ClassFileImporter()
                .withImportOption(location -> !location.contains("Test"))
                .importPackages("dev.pollux.testkit");
        assertThat(testkit.contain("dev.pollux.testkit.SimulatedPosix")).isTrue();
        String[] exported = Stream.of("testkit", "server", "poller", "frame", "metrics", "posix")
                .map(name -> "dev.pollux." + name).toArray(String[]::new);
        classes().should().onlyDependOnClassesThat(JDK.or(resideInAnyPackage(exported)).or(primitives()))
                .check(testkit);
    }

    @Test
    void everyPackageHasItsRule() {
        Set<String> packages = CLASSES.stream().map(each -> each.getPackageName().split("\\.")[2])
                .collect(Collectors.toSet());
        assertThat(packages).isSubsetOf(
                "bindings", "posix", "log", "poller", "frame", "metrics", "server", "stage", "cli");
    }

    @Test
    void onlyTheCommandLineKnowsPicocli() {
        check(noClasses().that().resideOutsideOfPackage("dev.pollux.cli..")
                .should().dependOnClassesThat().resideInAPackage("picocli.."));
    }

    @Test
    void onlyNativePosixLinksAndInvokes() {
        check(handWritten().and(not(NATIVE_POSIX)).should().callMethodWhere(describe("links or calls", call ->
                isCall(call, MethodHandle.class, "invoke.*") || isCall(call, Linker.class, ".*call.*"))));
    }

    /** So that nothing stands between a program and the kernel but what {@code Posix.confined} put there. */
    @Test
    void kernelsAreMadeInOnePlace() {
        check(noClasses().that().resideOutsideOfPackage("dev.pollux.posix..")
                .should().dependOnClassesThat(NATIVE_POSIX));
    }

    /** Java knows how large a segment is only as long as nobody tells it otherwise. */
    @Test
    void memoryIsNeverLargerThanItWasMade() {
        String allowed = "dev.pollux.posix.NativeAccess.require()"; // Of NULL, to none.
        check(handWritten().should().callMethodWhere(describe("resizes memory", call ->
                call.getName().matches("reinterpret|withTargetLayout")
                        && !call.getOrigin().getFullName().equals(allowed))));
    }

    @Test
    void generatedHandlesAreNeverUsed() {
        check(handWritten().should().callMethodWhere(
                toBindings("handles", call -> call.getName().endsWith("$handle"))));
    }

    @Test
    void onlyNativePosixKnowsTheFunctionsOfLibc() {
        check(handWritten().and(not(NATIVE_POSIX)).should().callMethodWhere(toBindings("functions",
                call -> call.getName().endsWith("$address") || call.getName().endsWith("$descriptor"))));
    }

    /** The generated methods that make a call use the handle without errno; a constant takes no argument. */
    @Test
    void nobodyCallsTheFunctionsThatForgetErrno() {
        check(handWritten().should().callMethodWhere(toBindings("functions", call ->
                call.getTargetOwner().getSimpleName().equals("Libc")
                        && !call.getTarget().getRawParameterTypes().isEmpty())));
    }

    @Test
    void theJdksOwnNetworkingIsNotUsed() {
        check(noClasses().should().dependOnClassesThat().resideInAnyPackage("java.nio.channels..", "sun.."));
        check(handWritten().and(not(type(SocketAddress.class)))
                .should().dependOnClassesThat().resideInAPackage("java.net.."));
        check(classes().that(type(SocketAddress.class)).should().onlyCallMethodsThat(
                describe("read a literal, or are not of java.net", method ->
                        method.getFullName().equals("java.net.InetAddress.ofLiteral(java.lang.String)")
                                || method.getFullName().equals("java.net.InetAddress.getAddress()")
                                || !method.getOwner().getPackageName().equals("java.net"))));
    }

    /** So that every line is escaped, and no logger's failure reaches a loop. */
    @Test
    void loggersOfThePlatformAreUsedInOnePlace() {
        check(handWritten().and(not(resideInAnyPackage("dev.pollux.log..", "dev.pollux.cli..")))
                .should().dependOnClassesThat().areAssignableTo(System.Logger.class));
    }

    @Test
    void onlyCommandsPrintAndExit() {
        GivenClassesConjunction silent = handWritten()
                .and(not(resideInAnyPackage("dev.pollux.cli..", "dev.pollux.stage..")));
        check(silent.should().accessField(System.class, "out"));
        check(silent.should().accessField(System.class, "err"));
        check(silent.should().callMethodWhere(describe("ends the JVM", call ->
                isCall(call, System.class, "exit") || isCall(call, Runtime.class, "exit|halt"))));
    }

    private static GivenClassesConjunction handWritten() {
        return noClasses().that(not(BINDINGS));
    }

    private static boolean isCall(JavaCall<?> call, Class<?> owner, String name) {
        return call.getTargetOwner().isAssignableTo(owner) && call.getName().matches(name);
    }

    private static DescribedPredicate<JavaCall<?>> toBindings(String what, Predicate<JavaCall<?>> is) {
        return describe("goes to generated " + what,
                call -> BINDINGS.test(call.getTargetOwner()) && is.test(call));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
