package io.surfacefs.rest;

import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.service.ArtefactService;
import io.vertx.core.http.HttpHeaders;
import java.io.IOException;

/** Answers puts. */
final class PutAnswers {
    private PutAnswers() {}

    /** 201 or 200 with what is stored now. */
    static void manifest(Exchange exchange, ArtefactService.PutResult result) throws IOException {
        byte[] bytes = result.manifest().canonical();
        byte[] signatures = result.manifest() instanceof ScanManifest scan ? scan.signatures() : null;
        ObjectHead.manifest(result.manifest().digest(), bytes.length, signatures)
                .all(exchange.response().headers());
        if (result.created()) {
            location(exchange, result.manifest());
        }
        exchange.send(result.created() ? 201 : 200, bytes);
    }

    /** Sets {@code Location}, the absolute path of a manifest. */
    static void location(Exchange exchange, Manifest manifest) {
        ArtefactKey key = manifest.key();
        exchange.response()
                .headers()
                .set(
                        HttpHeaders.LOCATION,
                        "/api/v1/tenants/" + key.tenant() + "/manifests/" + key.kind() + "/" + key.digest());
    }
}
