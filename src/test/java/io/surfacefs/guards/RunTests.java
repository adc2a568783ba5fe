package io.surfacefs.guards;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the named tests and says with its exit code how they went: 0 all green, 1 at least one red, 3 nothing to run for
 * one of the names. Arguments are {@code package.Class}, {@code package.Class#method} or {@code package.Class$Nested}.
 */
final class RunTests {
    private RunTests() {}

    public static void main(String... names) {
        TestExecutionSummary all = run(Arrays.asList(names));
        all.getFailures()
                .forEach(failure -> System.out.println(
                        "red: " + failure.getTestIdentifier().getDisplayName() + ": " + failure.getException()));
        boolean missing = all.getTestsFoundCount() == 0
                || (names.length > 1 && Arrays.stream(names).anyMatch(RunTests::findsNothing));
        System.out.println(
                all.getTestsSucceededCount() + " green, " + all.getFailures().size() + " red");
        System.exit(missing ? 3 : all.getFailures().isEmpty() ? 0 : 1);
    }

    private static TestExecutionSummary run(List<String> names) {
        SummaryGeneratingListener summary = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(
                                        names.stream().map(RunTests::selector).toList())
                                .build(),
                        summary,
                        new TestExecutionListener() {
                            @Override
                            public void executionSkipped(TestIdentifier test, String reason) {
                                System.out.println("skipped: " + test.getDisplayName() + ": " + reason);
                            }
                        });
        return summary.getSummary();
    }

    /** A class that tests nothing under this name is found out even when the other names run something. */
    private static boolean findsNothing(String name) {
        return !LauncherFactory.create()
                .discover(LauncherDiscoveryRequestBuilder.request()
                        .selectors(selector(name))
                        .build())
                .containsTests();
    }

    private static DiscoverySelector selector(String name) {
        int method = name.indexOf('#');
        if (method < 0) {
            return DiscoverySelectors.selectClass(name);
        }
        String type = name.substring(0, method);
        String wanted = name.substring(method + 1);
        try {
            Class<?> named = Class.forName(type);
            return Stream.<Class<?>>iterate(named, Objects::nonNull, Class::getSuperclass)
                    .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
                    .filter(m -> m.getName().equals(wanted) && !m.isSynthetic())
                    .findFirst()
                    .map(m -> DiscoverySelectors.selectMethod(named, m))
                    .orElseThrow(() -> new IllegalArgumentException("no method " + name));
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("no class " + type, e);
        }
    }
}
