package io.surfacefs.rest;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.Manifest;
import io.surfacefs.model.Representation;
import io.surfacefs.model.ScanManifest;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ItemKey;
import io.surfacefs.service.PayloadHandle;
import io.vertx.core.http.HttpMethod;
import jakarta.inject.Singleton;
import java.io.IOException;

/** Answers GET and HEAD of single objects, for every route that leads to one. */
@Singleton
final class Reads {
    private final ArtefactService artefacts;
    private final BlockSlots slots = new BlockSlots(Runtime.getRuntime().availableProcessors());

    Reads(ArtefactService artefacts) {
        this.artefacts = artefacts;
    }

    void manifest(Exchange exchange, TenantAccess access, ItemKey key) throws IOException {
        Negotiation.json(exchange.headers("Accept"));
        manifest(exchange, artefacts.manifest(access, key));
    }

    void manifest(Exchange exchange, Manifest manifest) throws IOException {
        byte[] bytes = manifest.canonical();
        byte[] signatures = manifest instanceof ScanManifest scan ? scan.signatures() : null;
        ObjectHead head = ObjectHead.manifest(manifest.digest(), bytes.length, signatures);
        ReadAnswer answer = ReadAnswer.begin(exchange.request(), exchange.response(), head);
        exchange.end(bytes, (int) answer.body().offset(), (int) answer.body().length());
    }

    void payload(Exchange exchange, TenantAccess access, ItemKey key) throws IOException {
        Representation representation = Negotiation.encoding(exchange.headers("Accept-Encoding"));
        if (HttpMethod.HEAD.equals(exchange.request().method())) {
            ObjectHead head = ObjectHead.payload(key.digest(), artefacts.stat(access, key), representation);
            ReadAnswer.begin(exchange.request(), exchange.response(), head);
            exchange.end(new byte[0], 0, 0);
            return;
        }
        boolean whole = !exchange.request().headers().contains(HttpHeaderNames.RANGE);
        try (PayloadHandle payload = artefacts.payload(access, key, whole ? representation : null)) {
            ObjectHead head = ObjectHead.payload(payload.digest(), payload.facts(), representation);
            send(exchange, payload, head, representation);
        }
    }

    void cacheEntry(Exchange exchange, PayloadHandle value, Representation representation) throws IOException {
        send(exchange, value, ObjectHead.cacheEntry(value.digest(), value.facts(), representation), representation);
    }

    private void send(Exchange exchange, PayloadHandle payload, ObjectHead head, Representation representation)
            throws IOException {
        ReadAnswer answer = ReadAnswer.begin(exchange.request(), exchange.response(), head);
        if (answer.body().length() == 0) {
            exchange.end(new byte[0], 0, 0);
        } else {
            new Download(exchange, payload, answer.body(), slots).send(representation);
        }
    }
}
