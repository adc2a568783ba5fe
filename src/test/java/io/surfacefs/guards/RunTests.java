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

    /**
     * How the tests went.
     *
     * @param code 0 all green, 1 at least one red, 3 nothing to run for one of the names
     * @param text what was skipped, what is red and why, and the sum; several lines
     */
    record Outcome(int code, String text) {}

    public static void main(String... names) {
        Outcome outcome = run(Arrays.asList(names));
        System.out.println(outcome.text());
        System.exit(outcome.code());
    }

    /** Runs the named tests as the class loader of the thread finds them. */
    static Outcome run(List<String> names) {
        StringBuilder text = new StringBuilder();
        TestExecutionSummary all = summary(names, text);
        all.getFailures()
                .forEach(failure -> text.append("red: ")
                        .append(failure.getTestIdentifier().getDisplayName())
                        .append(": ")
                        .append(failure.getException())
                        .append('\n'));
        boolean missing = all.getTestsFoundCount() == 0
                || (names.size() > 1 && names.stream().anyMatch(RunTests::findsNothing));
        text.append(
                all.getTestsSucceededCount() + " green, " + all.getFailures().size() + " red");
        return new Outcome(missing ? 3 : all.getFailures().isEmpty() ? 0 : 1, text.toString());
    }

    private static TestExecutionSummary summary(List<String> names, StringBuilder text) {
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
                                text.append("skipped: " + test.getDisplayName() + ": " + reason + "\n");
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
        String type = method < 0 ? name : name.substring(0, method);
        Class<?> named;
        try {
            named = Class.forName(type, false, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalArgumentException("no class " + type, e);
        }
        if (method < 0) {
            return DiscoverySelectors.selectClass(named);
        }
        String wanted = name.substring(method + 1);
        return Stream.<Class<?>>iterate(named, Objects::nonNull, Class::getSuperclass)
                .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
                .filter(m -> m.getName().equals(wanted) && !m.isSynthetic())
                .findFirst()
                .map(m -> DiscoverySelectors.selectMethod(named, m))
                .orElseThrow(() -> new IllegalArgumentException("no method " + name));
    }
}
