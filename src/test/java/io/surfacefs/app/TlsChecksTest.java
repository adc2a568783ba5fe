package io.surfacefs.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.surfacefs.config.Finding;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TlsChecksTest {
    private static List<Finding> found(String... properties) {
        List<Finding> findings = new ArrayList<>();
        ChecksRig rig = ChecksRig.of(properties);
        TlsChecks.run(rig.config(), rig.quarkus(), findings);
        return findings;
    }

    @Test
    void thatNobodyIsVerifiedIsRefusedByTheNameOfTheProperty() {
        String[][] open = {
            {"quarkus.tls.trust-all", "true"},
            {"quarkus.tls.issuer.trust-all", "TRUE"},
            {"quarkus.tls.\"the issuer\".trust-all", "yes"},
            {"QUARKUS_TLS_TRUST_ALL", "true"},
            {"QUARKUS_TLS__ISSUER__TRUST_ALL", "true"},
            {"quarkus.tls.hostname-verification-algorithm", "NONE"},
            {"quarkus.tls.issuer.hostname-verification-algorithm", "none"},
            {"quarkus.oidc.tls.verification", "none"},
            {"quarkus.oidc.tls.verification", "CERTIFICATE_VALIDATION"},
        };
        for (String[] one : open) {
            List<Finding> findings = found(one);
            assertEquals(List.of("ERROR SURFACE_UNSAFE"), ChecksRig.told(findings), one[0]);
            assertTrue(findings.getFirst().message().startsWith(one[0] + "=" + one[1]), one[0]);
            assertTrue(findings.getFirst().hint().contains("surface.security.allow-unverified-tls=true"), one[0]);
            assertEquals(List.of(), found(one[0], one[1], "surface.security.allow-unverified-tls", "true"), one[0]);
        }
        assertEquals(
                2,
                found("quarkus.tls.a.trust-all", "true", "quarkus.tls.b.trust-all", "true")
                        .size());
        assertEquals(
                1,
                found("quarkus.tls.trust-all", "true", "QUARKUS_TLS_TRUST_ALL", "true")
                        .size(),
                "one property of the environment has two names");
    }

    @Test
    void whatVerifiesIsFine() {
        String[][] lawful = {
            {"quarkus.tls.trust-all", "false"},
            {"quarkus.tls.issuer.trust-store.pem.certs", "ca.crt"},
            {"quarkus.tls.issuer.hostname-verification-algorithm", "HTTPS"},
            {"quarkus.oidc.tls.verification", "required"},
            {"quarkus.oidc.tls.tls-configuration-name", "none"},
        };
        for (String[] one : lawful) {
            assertEquals(List.of(), found(one), one[0]);
        }
    }
}
