package io.surfacefs.kit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.client.SurfaceClient;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.signing.TestKeys;
import io.surfacefs.signing.TrustedKeys;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of the signatures that a kit's manifests have, before they come in. */
class KitManifestsSignedTest {
    private static final String STRANGER = "signed by 'stranger', whose key is not among those trusted here: [site-a]";

    @TempDir
    Path folder;

    private TestKeys keys;
    private Path kit;
    private ArtefactKey trusted;
    private ArtefactKey strange;
    private ArtefactKey strangeScan;
    private ArtefactKey unsigned;

    /** A kit whose index is signed by site-a, and of its manifests one by site-a, two by a stranger, one by nobody. */
    @BeforeEach
    void makeKit() throws IOException {
        keys = new TestKeys(folder.resolve("keys"));
        keys.make("stranger", false);
        Path home = folder.resolve("home");
        kit = folder.resolve("kit.tar");
        try (Site site = Site.open(home)) {
            unsigned = site.put(Site.ACME, Site.SBOM, Site.payload(1, 5), Site.IMAGE, "scan-1")
                    .key();
        }
        try (Site site = signing(home, "stranger")) {
            strange = site.put(Site.ACME, Site.SBOM, Site.payload(2, 5), Site.IMAGE, "scan-1")
                    .key();
            strangeScan = site.putScan(Site.ACME, Site.IMAGE, "scan-1").key();
        }
        var key = keys.make("site-a", true);
        try (Site site = signing(home, "site-a")) {
            trusted = site.put(Site.ACME, Site.SBOM, Site.payload(3, 5), Site.IMAGE, "scan-1")
                    .key();
            assertEquals(4, site.export(kit, Site.signed(1, key)).entries());
        }
    }

    private Site signing(Path home, String name) {
        return Site.open(home, "surface.signing.key-file", keys.file(name).toString());
    }

    private Site wanting(String policy) {
        return Site.open(
                folder.resolve(policy),
                Map.of(
                        "surface.signing.verify",
                        policy,
                        "surface.signing.trust-dir",
                        keys.trusted().toString()));
    }

    private KitTrust trust(KitTrust.Policy policy) throws IOException {
        return new KitTrust(policy, TrustedKeys.read(keys.trusted()));
    }

    private KitReport verify(KitTrust trust) throws IOException {
        try (Kit opened = Kit.open(kit)) {
            return KitVerify.run(opened, trust, 2, done -> {});
        }
    }

    private static List<String> sorted(String... lines) {
        return List.of(lines).stream().sorted().toList();
    }

    @Test
    void aDryRunPutsAsideWhatTheStoreWouldRefuseAndSaysWhySoThatTheImportDoesTheSame() throws IOException {
        try (Site site = wanting("require")) {
            List<String> told = new ArrayList<>();
            KitImport.Options options = new KitImport.Options(false, KitTrust.NONE, 4);
            KitReport foreseen = site.foresee(kit, options, told);
            String why = " SIGNATURE the manifest is not to be trusted: ";
            assertEquals(
                    sorted(
                            "ASIDE " + strange + why + STRANGER,
                            "ASIDE " + strangeScan + why + STRANGER,
                            "ASIDE " + unsigned + why + "nobody signed it",
                            "IMPORT " + trusted),
                    told.stream().sorted().toList());
            assertEquals(List.of(), foreseen.warnings());
            assertEquals(List.of(), site.client.index(Site.ACME, "").entries());
            KitReport report = site.bring(kit, options);
            assertEquals(
                    report.problems().stream().map(KitProblem::path).toList(),
                    foreseen.problems().stream().map(KitProblem::path).toList());
            assertEquals(1, report.good());
            assertEquals(1, foreseen.good());
        }
    }

    @Test
    void whereTheStoreOnlyWarnsTheDryRunTellsItOfEachAndWhereItDoesNotLookNothingIsTold() throws IOException {
        KitImport.Options options = new KitImport.Options(false, trust(KitTrust.Policy.REQUIRE), 4);
        try (Site warning = wanting("warn");
                Site plain = Site.open(folder.resolve("off"))) {
            List<String> told = new ArrayList<>();
            KitReport report = warning.foresee(kit, options, told);
            assertEquals(
                    sorted(
                            "IMPORT " + strange + " " + STRANGER,
                            "IMPORT " + strangeScan + " " + STRANGER,
                            "IMPORT " + unsigned + " nobody signed it",
                            "IMPORT " + trusted),
                    told.stream().sorted().toList());
            assertEquals(0, report.bad());
            told.clear();
            assertEquals("site-a", plain.foresee(kit, options, told).signedBy());
            assertEquals(
                    sorted("IMPORT " + strange, "IMPORT " + strangeScan, "IMPORT " + unsigned, "IMPORT " + trusted),
                    told.stream().sorted().toList());
        }
    }

    @Test
    void whatIsThereUnsignedIsPutAsideByAStoreThatWantsSignatures() throws IOException {
        try (Site plain = Site.open(folder.resolve("require"))) {
            plain.bring(kit);
        }
        try (Site site = wanting("require")) {
            List<String> told = new ArrayList<>();
            KitImport.Options options = new KitImport.Options(false, KitTrust.NONE, 4);
            assertEquals(3, site.foresee(kit, options, told).bad());
            assertTrue(told.contains("KNOWN " + trusted), told::toString);
            assertEquals(3, site.bring(kit, options).bad());
        }
    }

    @Test
    void ofAServiceFarAwayItIsToldWhatThisSideKnowsOfTheSignatures() throws IOException {
        try (Site site = Site.open(folder.resolve("far"));
                Kit opened = Kit.open(kit)) {
            SurfaceClient far = far(site.client);
            List<String> told = new ArrayList<>();
            KitPreview.Told each =
                    one -> told.add(one.outcome() + " " + one.entry().key() + " " + one.untrusted());
            KitImport.Options trusting = new KitImport.Options(false, trust(KitTrust.Policy.REQUIRE), 4);
            KitReport report = KitPreview.run(opened, far, trusting, each, done -> {});
            assertEquals(
                    sorted(
                            "IMPORT " + strange + " " + STRANGER,
                            "IMPORT " + strangeScan + " " + STRANGER,
                            "IMPORT " + unsigned + " nobody signed it",
                            "IMPORT " + trusted + " null"),
                    told.stream().sorted().toList());
            assertTrue(report.warnings().getFirst().endsWith(": 3 to import have no signature that counts here"));
            KitImport.Options blind = new KitImport.Options(false, KitTrust.NONE, 4);
            report = KitPreview.run(opened, far, blind, one -> assertNull(one.untrusted()), done -> {});
            assertTrue(report.warnings().getFirst().endsWith(": 1 to import have no signature"));
        }
    }

    /** A client that can't foresee, as those of services far away. */
    private static SurfaceClient far(SurfaceClient client) {
        return (SurfaceClient) Proxy.newProxyInstance(
                SurfaceClient.class.getClassLoader(), new Class<?>[] {SurfaceClient.class}, (self, method, given) -> {
                    try {
                        return method.getName().equals("foresee") ? null : method.invoke(client, given);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void verifyNamesManifestsThatAreSignedByNobodyWhoCounts() throws IOException {
        KitReport report = verify(trust(KitTrust.Policy.REQUIRE));
        assertEquals(
                sorted(
                        KitPaths.manifest(strange) + " SIGNATURE the manifest is not to be trusted: " + STRANGER,
                        KitPaths.manifest(strangeScan) + " SIGNATURE the manifest is not to be trusted: " + STRANGER),
                report.problems().stream()
                        .map(one -> one.path() + " " + one.fault() + " " + one.message())
                        .sorted()
                        .toList());
        assertEquals(2, report.good());
        assertEquals("site-a", report.signedBy());
        String unsignedToo = "1 manifests are not signed: a store that wants signatures puts them aside";
        assertEquals(List.of(unsignedToo), report.warnings());

        report = verify(trust(KitTrust.Policy.WARN));
        assertEquals(0, report.bad());
        assertEquals(4, report.good());
        assertEquals(
                sorted(
                        KitPaths.manifest(strange) + ": " + STRANGER,
                        KitPaths.manifest(strangeScan) + ": " + STRANGER,
                        unsignedToo),
                report.warnings().stream().sorted().toList());
        assertEquals(List.of(), verify(KitTrust.NONE).warnings());
        assertEquals(4, verify(KitTrust.NONE).good());
    }

    @Test
    void ofManyManifestsWhoseSignatureDoesNotCountTheFirstAreWarnedOfByName() throws IOException {
        Path home = folder.resolve("many");
        try (Site site = signing(home, "stranger")) {
            for (int i = 0; i < 103; i++) {
                site.put(Site.ACME, Site.SBOM, Site.payload(i, 1), Site.IMAGE, "scan-1");
            }
            kit = folder.resolve("many.tar");
            site.export(kit, Site.signed(1, keys.make("site-a", true)));
        }
        KitReport report = verify(trust(KitTrust.Policy.WARN));
        assertEquals(101, report.warnings().size());
        assertEquals(
                "3 more manifests have no signature that counts",
                report.warnings().getLast());
    }
}
