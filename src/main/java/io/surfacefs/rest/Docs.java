package io.surfacefs.rest;

/** Texts and examples of the OpenAPI document that several routes share. */
final class Docs {
    private Docs() {}

    static final String JSON = "application/json";
    static final String OCTETS = "application/octet-stream";
    static final String PROBLEM = "#/components/responses/Problem";

    static final String TENANT = "acme";
    static final String KIND = "sbom.fragment";
    static final String DIGEST = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    static final String HEX = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    static final String SCAN = "scan-1234";
    static final String IMAGE = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    static final String POINTER =
            "cas://surface-cache/tenants/acme/sbom.fragment/sha256/2c/26/" + HEX + "/payload.json.zst";

    static final String KEYS = "{\"keys\":[{\"kind\":\"sbom.fragment\",\"digest\":\"" + DIGEST + "\"}]}";
    static final String MISSING = "{\"missing\":[{\"kind\":\"sbom.fragment\",\"digest\":\"" + DIGEST + "\"}]}";
    static final String COUNTS = "{\"present\":1,\"fetched\":0,\"missing\":0}";

    static final String COLLECTED = "{\"marked\":2,\"dropped\":1}";
    static final String REINDEXED = "{\"manifests\":10,\"added\":1,\"dropped\":0}";

    static final String CACHE_STAT = "{\"bytes\":52428800,\"quotaBytes\":10737418240,\"entries\":1200,\"tenants\":2,"
            + "\"quarantinedBytes\":0,\"fetches\":1,\"complete\":true,\"failures\":0,\"openSeconds\":0.041}";
    static final String EVICTED = "{\"objects\":1200,\"bytes\":52428800}";
    static final String SCRUBBED = "{\"objects\":1200,\"bytes\":52428800,\"damaged\":0}";

    static final String MANIFEST_PUT = "{\"kind\":\"sbom.fragment\",\"digest\":\"" + DIGEST
            + "\",\"source\":{\"scannerBuild\":\"stellaops/scanner@sha256:dead\",\"imageDigest\":\"" + IMAGE
            + "\",\"scanId\":\"scan-1234\"},\"expiresAt\":\"2030-11-05T12:00:00Z\"}";

    static final String MANIFEST = "{\"createdAt\":\"2025-10-29T12:00:00Z\",\"digest\":\"" + DIGEST
            + "\",\"integrity\":{\"hash\":\"" + DIGEST + "\",\"signature\":null},\"kind\":\"sbom.fragment\","
            + "\"schema\":\"stellaops.surface.manifest@1\",\"source\":{\"imageDigest\":\"" + IMAGE
            + "\",\"scanId\":\"scan-1234\",\"scannerBuild\":\"stellaops/scanner@sha256:dead\"},\"storage\":{\"bucket\":\"surface-cache\","
            + "\"contentType\":\"application/json+zstd\",\"objectKey\":\"tenants/acme/sbom.fragment/sha256/2c/26/" + HEX
            + "/payload.json.zst\",\"rawSizeBytes\":3,\"sha256\":\"" + IMAGE
            + "\",\"sizeBytes\":16},\"tenant\":\"acme\"}";

    static final String PAGE = "{\"manifests\":[" + MANIFEST + "],\"nextPageToken\":\"AbCd\"}";
    static final String RESULTS = "{\"results\":[{\"key\":{\"kind\":\"sbom.fragment\",\"digest\":\"" + DIGEST
            + "\"},\"code\":\"NOT_FOUND\"}]}";

    static final String INDEX = "{\"entries\":[{\"kind\":\"sbom.fragment\",\"digest\":\"" + IMAGE
            + "\",\"imageDigest\":\"" + IMAGE + "\"},{\"kind\":\"sbom.fragment\",\"digest\":\"" + IMAGE
            + "\",\"scanId\":\"scan-1234\"}]}";

    static final String KIT_VERSION = "{\"kitVersion\":7}";

    static final String SCAN_MANIFEST_PUT = "{\"imageDigest\":\"" + IMAGE
            + "\",\"source\":{\"component\":\"scanner.worker\",\"version\":\"1.0.0\",\"workerInstance\":\"w-1\",\"attempt\":1},"
            + "\"artifacts\":[{\"kind\":\"sbom.fragment\",\"uri\":\"" + POINTER + "\",\"digest\":\"" + DIGEST
            + "\",\"mediaType\":\"application/json\",\"format\":\"cyclonedx\",\"sizeBytes\":3}]}";

    static final String SCAN_MANIFEST = "{\"artifacts\":[{\"digest\":\"" + DIGEST
            + "\",\"format\":\"cyclonedx\",\"kind\":\"sbom.fragment\",\"mediaType\":\"application/json\",\"sizeBytes\":3,\"uri\":\""
            + POINTER + "\"}],\"generatedAt\":\"2025-10-29T12:00:00Z\",\"imageDigest\":\"" + IMAGE
            + "\",\"scanId\":\"scan-1234\",\"schema\":\"stellaops.surface.manifest@1\",\"tenant\":\"acme\"}";

    static final String SURFACE = "{\"manifest\":" + SCAN_MANIFEST + ",\"manifestDigest\":\"" + DIGEST
            + "\",\"manifestUri\":\"cas://surface-manifests/manifests/acme/2c/26/" + HEX + ".json\"}";

    static final String PROBLEM_EXAMPLE =
            "{\"type\":\"urn:surface-fs:error:not-found\",\"title\":\"Not found\",\"status\":404,"
                    + "\"detail\":\"there is no such artefact\",\"code\":\"NOT_FOUND\",\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}";
}
