package io.surfacefs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds the arrows between the rooms: each may use what this table says and nothing else of ours. */
class ArchitectureTest {
    private static final String BASE = "io.surfacefs.";
    private static final String STUBS = "grpc.v1";

    /** What a room may use, besides itself. {@code app} wires everything and knows all. */
    private static final Map<String, Set<String>> ARROWS = new TreeMap<>(Map.ofEntries(
            Map.entry("rest", Set.of("service", "access", "model", "ops")),
            Map.entry("grpc", Set.of("service", "access", "model", "ops", STUBS)),
            Map.entry("web", Set.of("service", "access", "model", "ops")),
            Map.entry("cli", Set.of("client", "kit", "publish", "service", "access", "signing", "tls", "model", "ops")),
            Map.entry("kit", Set.of("client", "codec", "signing", "model")),
            Map.entry("publish", Set.of("client", "codec", "model")),
            Map.entry("client", Set.of("service", "access", "wire", "tls", "model", STUBS)),
            Map.entry("wire", Set.of("model", STUBS)),
            Map.entry("tls", Set.of()),
            Map.entry("service", Set.of("access", "signing", "store", "codec", "model", "ops")),
            Map.entry("access", Set.of("model")),
            Map.entry("signing", Set.of("codec", "model")),
            Map.entry("cache", Set.of("store", "codec", "model", "ops")),
            Map.entry("spool", Set.of("store", "codec", "model", "ops")),
            Map.entry("store", Set.of("tls", "codec", "model", "ops")),
            Map.entry("store.layout", Set.of("store", "codec", "model", "ops")),
            Map.entry("store.fs", Set.of("store", "codec", "model", "ops")),
            Map.entry("store.s3", Set.of("store", "tls", "codec", "model", "ops")),
            Map.entry("store.upstream", Set.of("store", "tls", "codec", "wire", "model", "ops", STUBS)),
            Map.entry("store.faults", Set.of("store", "codec", "model", "ops")),
            Map.entry("ops", Set.of("model")),
            Map.entry("config", Set.of("tls", "model")),
            Map.entry("codec", Set.of("model")),
            Map.entry("model", Set.of()),
            Map.entry(STUBS, Set.of())));

    /** Rooms that a plain test starts in milliseconds. */
    private static final List<String> FRAMEWORK_FREE = List.of(
            "model",
            "codec",
            "access",
            "signing",
            "publish",
            "cache",
            "spool",
            "store",
            "store.layout",
            "store.fs",
            "store.s3",
            "store.upstream",
            "wire",
            "tls");

    private static final List<String> FRAMEWORKS = List.of(
            "io.quarkus.",
            "io.vertx.",
            "io.smallrye.",
            "io.opentelemetry.",
            "io.micrometer.",
            "jakarta.",
            "org.eclipse.microprofile.");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.surfacefs");

    static Set<String> rooms() {
        return ARROWS.keySet();
    }

    static List<String> frameworkFreeRooms() {
        return FRAMEWORK_FREE;
    }

    @Test
    void everyPackageIsARoom() {
        Set<String> unknown = new TreeSet<>();
        MAIN.forEach(c -> unknown.add(room(c)));
        unknown.removeAll(ARROWS.keySet());
        unknown.remove("app");
        assertEquals(Set.of(), unknown);
    }

    @ParameterizedTest
    @MethodSource("rooms")
    void aRoomUsesOnlyTheRoomsBelowIt(String room) {
        Set<String> allowed = ARROWS.get(room);
        assertNone(room, (from, to) -> {
            String target = room(to);
            return to.getPackageName().startsWith(BASE) && !target.equals(room) && !allowed.contains(target);
        });
    }

    @ParameterizedTest
    @MethodSource("frameworkFreeRooms")
    void anEngineRoomImportsNoFramework(String room) {
        assertNone(room, (from, to) -> FRAMEWORKS.stream().anyMatch(to.getName()::startsWith));
    }

    /** Those of keys are on every path, and generated ones are interpreted in a native image. */
    @Test
    void recordsOfTheModelCompareThemselves() throws IOException {
        Set<String> generated = new TreeSet<>();
        int compared = 0;
        for (JavaClass type : MAIN) {
            if (!room(type).equals("model") || !type.isRecord()) {
                continue;
            }
            try (InputStream bytes =
                    type.getSource().orElseThrow().getUri().toURL().openStream()) {
                for (MethodModel method :
                        ClassFile.of().parse(bytes.readAllBytes()).methods()) {
                    String name = method.methodName().stringValue();
                    if (name.equals("equals") || name.equals("hashCode")) {
                        compared++;
                        if (method.code()
                                .orElseThrow()
                                .elementStream()
                                .anyMatch(InvokeDynamicInstruction.class::isInstance)) {
                            generated.add(type.getName() + "." + name);
                        }
                    }
                }
            }
        }
        assertEquals(Set.of(), generated);
        assertTrue(compared >= 20, "only " + compared + " methods were looked at");
    }

    private static void assertNone(String room, BiPredicate<JavaClass, JavaClass> forbidden) {
        Set<String> found = new TreeSet<>();
        MAIN.stream()
                .filter(c -> room(c).equals(room))
                .flatMap(c -> c.getDirectDependenciesFromSelf().stream())
                .filter(d ->
                        forbidden.test(d.getOriginClass(), d.getTargetClass().getBaseComponentType()))
                .forEach(d -> found.add(d.getDescription()));
        assertTrue(found.isEmpty(), () -> String.join("\n", found));
    }

    private static String room(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(BASE) ? name.substring(BASE.length()) : name;
    }
}
