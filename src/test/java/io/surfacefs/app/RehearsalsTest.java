package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.surfacefs.config.Finding;
import io.surfacefs.config.TestSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RehearsalsTest {
    private static List<String> codes(String store, Map<String, String> settings) {
        Map<String, String> values = new HashMap<>(settings);
        values.put("surface.store.type", store);
        List<Finding> findings = new ArrayList<>();
        Rehearsals.check(TestSettings.of(values), findings);
        return findings.stream().map(Finding::code).toList();
    }

    @Test
    void aRehearsalIsRefusedWhereItWouldSpoilNothing() {
        for (Map<String, String> spoiled : List.of(
                Map.of("surface.store.rehearse.latency", "1ms"),
                Map.of("surface.store.rehearse.error-rate", "0.1"),
                Map.of("surface.store.rehearse.cut-rate", "0.1"),
                Map.of("surface.store.rehearse.torn-rate", "1.0"))) {
            assertEquals(List.of("SURFACE_CONFIG_INVALID"), codes("upstream", spoiled));
            assertEquals(List.of("SURFACE_CONFIG_INVALID"), codes("folder", spoiled));
            assertEquals(List.of(), codes("s3", spoiled));
        }
        for (String store : List.of("upstream", "folder", "s3")) {
            assertEquals(List.of(), codes(store, Map.of()));
            assertEquals(List.of(), codes(store, Map.of("surface.store.rehearse.seed", "7")));
        }
    }
}
