package io.surfacefs.config;

import io.surfacefs.model.Kind;
import io.surfacefs.model.Tenant;
import io.surfacefs.tls.Pin;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Every {@code surface.*} property there is. */
public final class Settings {
    private static final Pattern BUCKET = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");
    private static final Pattern REGION = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");
    private static final Pattern TLS_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final Pattern KEY_ID = Pattern.compile("[A-Za-z0-9._:@/+-]{1,128}");
    private static final Pattern METRIC = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)?");
    private static final Pattern PREFIX =
            Pattern.compile("([A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?");

    /** Where the truth lives. */
    public enum StoreType {
        FOLDER,
        S3,
        UPSTREAM
    }

    /** What stands between the service and the store. */
    public enum CacheType {
        NONE,
        MEMORY,
        DISK
    }

    /** When a put is acknowledged. */
    public enum WriteMode {
        WRITE_THROUGH,
        WRITE_BEHIND
    }

    /** In which order objects of the local cache go. */
    public enum Eviction {
        SECOND_CHANCE,
        FIFO,
        LRU
    }

    /** When stored files are checked against their digest. */
    public enum Verify {
        FIRST_OPEN,
        OFF
    }

    /** What becomes of manifests without a signature that counts. */
    public enum VerifySignatures {
        OFF,
        WARN,
        REQUIRE
    }

    /** What becomes of a start at which the store isn't as it should be. */
    public enum OnFailure {
        REFUSE,
        WARN
    }

    /** Who is believed. */
    public enum Auth {
        NONE,
        OIDC
    }

    /** Whether clients show a certificate of their own. */
    public enum ClientCertificates {
        NONE,
        REQUEST,
        REQUIRED
    }

    /** What a client may delete. */
    public enum Deletes {
        NEVER,
        EXPIRED,
        ANY
    }

    public static final Setting<Path> HOME =
            Setting.of("surface.home", Types.PATH, "./surface-data", "data folder; other paths default below it");
    public static final Setting<Tenant> TENANT = Setting.of(
                    "surface.tenant",
                    Types.TENANT,
                    null,
                    "the only tenant of this instance; another one in a path is TENANT_MISMATCH")
            .alias("SCANNER_SURFACE_TENANT", "ZASTAVA_SURFACE_TENANT");
    public static final Setting<List<String>> FEATURES = Setting.of(
                    "surface.features", Types.LIST, "", "names of optional behaviour")
            .alias("SCANNER_SURFACE_FEATURES", "ZASTAVA_SURFACE_FEATURES");
    public static final Setting<StoreType> STORE_TYPE =
            Setting.of("surface.store.type", Types.choice(StoreType.class), "folder", "where the truth lives");
    public static final Setting<Path> STORE_ROOT = Setting.of(
            "surface.store.root",
            Types.PATH,
            null,
            "folder store: parent of the bucket folders, tmp and journal; by default ${surface.home}/store");
    public static final Setting<String> BUCKET_NAME = Setting.of(
                    "surface.store.bucket",
                    Types.text(BUCKET, "a bucket name: 3 to 63 of a-z 0-9 . -"),
                    "surface-cache",
                    "bucket of payloads and cache entries")
            .alias("SURFACE_FS_BUCKET", "SCANNER_SURFACE_FS_BUCKET", "ZASTAVA_SURFACE_FS_BUCKET");
    public static final Setting<String> MANIFEST_BUCKET_NAME = Setting.of(
            "surface.store.manifest-bucket",
            Types.text(BUCKET, "a bucket name: 3 to 63 of a-z 0-9 . -"),
            "surface-manifests",
            "bucket of manifests, index and system objects; may be the same");
    public static final Setting<String> STORE_PREFIX = Setting.of(
            "surface.store.prefix",
            Types.text(PREFIX, "path segments without a slash at either end"),
            "",
            "root prefix of every key in both buckets");
    public static final Setting<URI> STORE_ENDPOINT = Setting.of(
                    "surface.store.endpoint",
                    Types.STORE_URI,
                    null,
                    "S3 store: address of a store that isn't AWS; http or https. Upstream: the other Surface.FS' gRPC address, http(s)://host:9000 or grpc(s)://host:9000")
            .alias("SURFACE_FS_ENDPOINT", "SCANNER_SURFACE_FS_ENDPOINT", "ZASTAVA_SURFACE_FS_ENDPOINT");
    public static final Setting<String> STORE_REGION = Setting.of(
            "surface.store.region",
            Types.text(REGION, "a region like us-east-1"),
            "us-east-1",
            "S3 store: region of the buckets, and of the signature");
    public static final Setting<Boolean> PATH_STYLE = Setting.of(
            "surface.store.path-style",
            Types.BOOLEAN,
            null,
            "S3 store: bucket in the path, not in the host name; by default true with an endpoint");
    public static final Setting<Path> CA_FILE = Setting.of(
            "surface.store.ca-file",
            Types.PATH,
            null,
            "S3 store, upstream: PEM certificates that are trusted instead of the system's");
    public static final Setting<String> STORE_TLS_NAME = Setting.of(
            "surface.store.tls-configuration-name",
            Types.text(TLS_NAME, "NAME of a quarkus.tls.NAME"),
            null,
            "S3 store: a quarkus.tls.NAME: whom to trust there, and the client's certificate to show");
    public static final Setting<List<Pin>> STORE_PINS =
            Setting.of("surface.store.pins", Types.PINS, null, "S3 store: SPKI pins as surface.upstream.pins");
    public static final Setting<Boolean> CREATE_BUCKETS = Setting.of(
            "surface.store.create-buckets",
            Types.BOOLEAN,
            "false",
            "S3 store: make missing buckets at start; else SURFACE_FS_BUCKET_MISMATCH");
    public static final Setting<Duration> CONNECT_TIMEOUT =
            Setting.of("surface.store.connect-timeout", Types.TIMEOUT, "2s", "S3 store, upstream: to be connected");
    public static final Setting<Duration> ATTEMPT_TIMEOUT = Setting.of(
            "surface.store.attempt-timeout",
            Types.TIMEOUT,
            "5s",
            "S3 store, upstream: one attempt to the first byte of its answer, and from one byte to the next");
    public static final Setting<Integer> MAX_ATTEMPTS = Setting.of(
            "surface.store.max-attempts",
            Types.integer(1, 100),
            "3",
            "S3 store, upstream: attempts of one call, with jittered back-off between them");
    public static final Setting<Duration> STORE_TIMEOUT =
            Setting.of("surface.store.timeout", Types.TIMEOUT, "15s", "a caller's whole wait, then STORE_TIMEOUT");
    public static final Setting<Duration> BREAKER_DELAY = Setting.of(
            "surface.store.breaker-delay",
            Types.DURATION,
            "5s",
            "S3 store, upstream: while it is out at most one call goes there in this time; also the Retry-After");
    public static final Setting<Integer> MAX_CONCURRENT = Setting.of(
            "surface.store.max-concurrent",
            Types.integer(1, 100_000),
            "256",
            "S3 store, upstream: calls at a time; as many again wait, above: OVERLOADED");
    public static final Setting<Duration> REHEARSE_LATENCY = Setting.of(
            "surface.store.rehearse.latency",
            Types.DURATION,
            "0s",
            "rehearsal, S3 store: it answers so much later; never in production");
    public static final Setting<Double> REHEARSE_ERRORS = Setting.of(
            "surface.store.rehearse.error-rate",
            Types.SHARE,
            "0.0",
            "rehearsal, S3 store: share of requests that fail as if the store did");
    public static final Setting<Double> REHEARSE_CUTS = Setting.of(
            "surface.store.rehearse.cut-rate",
            Types.SHARE,
            "0.0",
            "rehearsal, S3 store: share of reads of a body that break off");
    public static final Setting<Double> REHEARSE_TORN = Setting.of(
            "surface.store.rehearse.torn-rate",
            Types.SHARE,
            "0.0",
            "rehearsal, S3 store: share of reads of a body that give a wrong byte");
    public static final Setting<Integer> REHEARSE_SEED = Setting.of(
            "surface.store.rehearse.seed",
            Types.integer(0, Integer.MAX_VALUE),
            null,
            "rehearsal, S3 store: the same seed fails the same requests of a sequence");
    public static final Setting<OnFailure> ON_FAILURE = Setting.of(
            "surface.validation.on-failure",
            Types.choice(OnFailure.class),
            "refuse",
            "what is wrong with the store at start: refuse, though one that is away is a warning where a disk cache can serve; warn: start anyway");
    public static final Setting<Duration> STORE_GRACE =
            Setting.of("surface.store.grace", Types.DURATION, "1h", "from a delete to the end of the payload object");
    public static final Setting<Duration> STAGED_TTL =
            Setting.of("surface.store.staged-ttl", Types.DURATION, "24h", "how long a payload waits for its manifest");
    public static final Setting<Verify> STORE_VERIFY = Setting.of(
            "surface.store.verify",
            Types.choice(Verify.class),
            "first-open",
            "stored files are checked against their digest when this process first opens them");
    public static final Setting<Path> INTAKE_ROOT = Setting.of(
            "surface.intake.root",
            Types.PATH,
            null,
            "where uploads above 1 MiB land first; by default store/tmp of a folder store, whose file system it must share, else ${surface.home}/intake");
    public static final Setting<Long> INTAKE_QUOTA = Setting.of(
            "surface.intake.quota", Types.MEMORY_SIZE, "10G", "bytes of all uploads on disk; full: OVERLOADED");
    public static final Setting<WriteMode> WRITE_MODE = Setting.of(
            "surface.write-mode",
            Types.choice(WriteMode.class),
            "write-through",
            "when a put is acknowledged: when the store has it, or when it is safe in the spool");
    public static final Setting<Path> SPOOL_ROOT = Setting.of(
            "surface.spool.root",
            Types.PATH,
            null,
            "write-behind: folder that one process owns, on a volume that lives as long as what was put must; by default ${surface.home}/spool");
    public static final Setting<Long> SPOOL_QUOTA = Setting.of(
            "surface.spool.quota",
            Types.MEMORY_SIZE,
            "10G",
            "write-behind: bytes of what waits and of what was rejected; full: OVERLOADED");
    public static final Setting<Duration> SPOOL_DRAIN_TIMEOUT = Setting.of(
            "surface.spool.drain-timeout",
            Types.DURATION,
            "20s",
            "write-behind: how long SIGTERM waits for what is still to be delivered");
    public static final Setting<Duration> SPOOL_RETRY_INTERVAL = Setting.of(
            "surface.spool.retry-interval",
            Types.TIMEOUT,
            "1s",
            "write-behind: from a failed delivery to the next try; doubles to 60 s, with jitter");
    public static final Setting<CacheType> CACHE_TYPE = Setting.of(
            "surface.cache.type",
            Types.choice(CacheType.class),
            null,
            "what is kept in front of the store: by default memory for a folder, else disk and memory");
    public static final Setting<Path> CACHE_ROOT = Setting.of(
                    "surface.cache.root",
                    Types.PATH,
                    null,
                    "local cache: folder that one process owns; by default ${surface.home}/cache")
            .alias("SCANNER_SURFACE_CACHE_ROOT", "ZASTAVA_SURFACE_CACHE_ROOT");
    public static final Setting<Long> CACHE_QUOTA = Setting.of(
                    "surface.cache.quota",
                    Types.MEMORY_SIZE,
                    "10G",
                    "local cache: hard mark that file bytes below the root never pass, temporary and quarantined ones counted")
            .alias("SURFACE_CACHE_QUOTA_MB", "SCANNER_SURFACE_CACHE_QUOTA_MB", "ZASTAVA_SURFACE_CACHE_QUOTA_MB");
    public static final Setting<Integer> CACHE_SOFT_PERCENT = Setting.of(
            "surface.cache.soft-percent",
            Types.integer(1, 100),
            "90",
            "local cache: eviction starts above this share of the quota and stops at it");
    public static final Setting<Eviction> CACHE_EVICTION = Setting.of(
            "surface.cache.eviction",
            Types.choice(Eviction.class),
            "second-chance",
            "local cache: oldest first with a second chance for what was read, strictly oldest first, or not read for longest");
    public static final Setting<Integer> CACHE_TENANT_SHARE = Setting.of(
            "surface.cache.tenant-share",
            Types.integer(0, 100),
            "10",
            "local cache: percent that a tenant's newest objects keep, whoever else puts; scaled down if the sum passes 100");
    public static final Setting<Double> CACHE_VERIFY_SAMPLE = Setting.of(
            "surface.cache.verify-sample",
            Types.SHARE,
            "0.01",
            "local cache: share of reads whose bytes are checked before the first is sent");
    public static final Setting<Duration> CACHE_SCRUB_INTERVAL = Setting.of(
            "surface.cache.scrub-interval",
            Types.DURATION,
            "24h",
            "local cache: one full check of all bytes; 0 is off");
    public static final Setting<Long> MEMORY_QUOTA = Setting.of(
            "surface.cache.memory-quota", Types.MEMORY_SIZE, "64M", "memory tier: manifests and small payloads");
    public static final Setting<Duration> MANIFEST_MAX_AGE = Setting.of(
            "surface.cache.manifest-max-age",
            Types.DURATION,
            "30s",
            "how long a manifest in memory counts; below half of surface.store.grace");
    public static final Setting<Long> PAYLOAD_SIZE = Setting.of(
            "surface.limits.payload-size", Types.MEMORY_SIZE, "64G", "raw bytes of a payload: PAYLOAD_TOO_LARGE");
    public static final Setting<Integer> DECOMPRESSION_RATIO = Setting.of(
            "surface.limits.decompression-ratio",
            Types.integer(1, 1_000_000),
            "1000",
            "raw bytes for each stored one, beyond the first 1 GiB raw: PAYLOAD_TOO_LARGE");
    public static final Setting<Long> MANIFEST_SIZE = Setting.of(
            "surface.limits.manifest-size",
            Types.MEMORY_SIZE,
            "1M",
            "bytes of a manifest, three times that of a scan manifest: INVALID_MANIFEST");
    public static final Setting<Integer> CONCURRENT_PUTS = Setting.of(
            "surface.limits.concurrent-puts",
            Types.integer(1, 100_000),
            null,
            "payloads being taken in at a time, by default 8 for each core; above: OVERLOADED. Of a command those that are"
                    + " encoded at a time");
    public static final Setting<Integer> CONCURRENT_FETCHES = Setting.of(
            "surface.limits.concurrent-fetches",
            Types.integer(1, 100_000),
            "64",
            "objects being fetched into the local cache at a time; above: OVERLOADED");
    public static final Setting<Duration> HEADER_TIMEOUT = Setting.of(
            "surface.limits.header-timeout",
            Types.TIMEOUT,
            "2m",
            "REST: how long a connection on which no request runs may take to bring the next one's whole head; then it is closed");
    public static final Setting<Duration> BODY_TIMEOUT = Setting.of(
            "surface.limits.body-timeout",
            Types.TIMEOUT,
            "60s",
            "after so much waiting for the rest of an upload, or of a request over gRPC, what came meanwhile is weighed against surface.limits.body-rate");
    public static final Setting<Long> BODY_RATE = Setting.of(
            "surface.limits.body-rate",
            Types.MEMORY_SIZE,
            "256",
            "bytes a second that an upload, or a request over gRPC, must bring on average while it is waited for; less: INVALID_ARGUMENT");
    public static final Setting<Auth> AUTH = Setting.of(
            "surface.security.auth",
            Types.choice(Auth.class),
            "none",
            "who is believed: everybody, on loopback only; or who brings a bearer token of the issuer at quarkus.oidc.auth-server-url, for the audience quarkus.oidc.token.audience (surface-fs)");
    public static final Setting<List<String>> TENANT_CLAIMS = Setting.of(
            "surface.security.tenant-claims",
            Types.CLAIM_PATHS,
            "tenant,stellaops:tenant,stellaops:allowed_tenants",
            "where a token names its tenants, a string or an array; the first that is present counts; paths as in quarkus.oidc.roles.role-claim-path");
    public static final Setting<ClientCertificates> CLIENT_CERTIFICATES = Setting.of(
            "surface.security.client-certificates",
            Types.choice(ClientCertificates.class),
            "none",
            "TLS on both ports: whether clients may or must show a certificate that quarkus.tls.trust-store.* trusts");
    public static final Setting<Boolean> ALLOW_PLAIN = Setting.of(
            "surface.security.allow-plain-text",
            Types.BOOLEAN,
            "false",
            "take tokens without TLS beyond loopback, where something in front ends TLS; else SURFACE_UNSAFE");
    public static final Setting<Boolean> ALLOW_REMOTE = Setting.of(
            "surface.security.allow-unauthenticated-remote",
            Types.BOOLEAN,
            "false",
            "serve beyond loopback although nobody is authenticated");
    public static final Setting<Boolean> ALLOW_NESTED_FOLDERS = Setting.of(
            "surface.security.allow-nested-folders",
            Types.BOOLEAN,
            "false",
            "let store, cache, spool and intake lie in one folder or one inside another, where each may take the other's files for its own; else SURFACE_UNSAFE");
    public static final Setting<Boolean> ALLOW_QUOTA_BEYOND_DISK = Setting.of(
            "surface.security.allow-quota-beyond-disk",
            Types.BOOLEAN,
            "false",
            "let the quotas of cache, spool and intake that are set be more than the disk they are on; else SURFACE_UNSAFE");
    public static final Setting<Boolean> ALLOW_UNVERIFIED_TLS = Setting.of(
            "surface.security.allow-unverified-tls",
            Types.BOOLEAN,
            "false",
            "let quarkus.tls.*.trust-all, a host name verification of NONE and quarkus.oidc.tls.verification stand, by which anybody on the way can be the other end; else SURFACE_UNSAFE");
    public static final Setting<Boolean> ALLOW_OPEN_SECRETS = Setting.of(
            "surface.security.allow-open-secrets",
            Types.BOOLEAN,
            "false",
            "let everybody on this machine write files of secrets and keys, else SURFACE_UNSAFE; that everybody can read one is a warning, which this silences");
    public static final Setting<Path> SECRETS_DIR = Setting.of(
            "surface.secrets.dir",
            Types.PATH,
            null,
            "mounted files s3-access-key-id and s3-secret-access-key (else AWS' default chain), upstream-token, signing-key.pem; read again when they change");
    public static final Setting<Duration> SECRETS_MAX_AGE =
            Setting.of("surface.secrets.max-age", Types.DURATION, "90d", "an older secret file: SURFACE_SECRET_STALE");
    public static final Setting<Path> SIGNING_KEY_FILE = Setting.of(
            "surface.signing.key-file",
            Types.PATH,
            null,
            "private key, Ed25519 or P-256, PKCS#8 in PEM, that signs manifests which come unsigned, and kit indexes; read again when the file changes; by default signing-key.pem in surface.secrets.dir, if it is there");
    public static final Setting<String> SIGNING_KEY_ID = Setting.of(
            "surface.signing.key-id",
            Types.text(KEY_ID, "a key's name: 1 to 128 of A-Z a-z 0-9 . _ : @ / + -"),
            null,
            "what the key is called where it is trusted; by default its file's name without .pem");
    public static final Setting<Path> SIGNING_TRUST_DIR = Setting.of(
            "surface.signing.trust-dir",
            Types.PATH,
            null,
            "folder of public keys in PEM, NAME.pem each, whose signatures count; read again when it changes");
    public static final Setting<VerifySignatures> SIGNING_VERIFY = Setting.of(
            "surface.signing.verify",
            Types.choice(VerifySignatures.class),
            "off",
            "what becomes of manifests, their payloads and kits that no trusted key signed, on put, read and import: nobody looks, it is told, SIGNATURE_INVALID; cache entries are not looked at");
    public static final Setting<Boolean> RETENTION_ENABLED = Setting.of(
            "surface.retention.enabled",
            Types.BOOLEAN,
            "false",
            "drop what has been expired for longer than surface.store.grace: by expiresAt, else by the kind's"
                    + " surface.cache.lifetime; one replica at a time, which reads every manifest");
    public static final Setting<Duration> RETENTION_INTERVAL =
            Setting.of("surface.retention.interval", Types.TIMEOUT, "1h", "from one such pass to the next");
    public static final Setting<Path> UPSTREAM_TOKEN_FILE = Setting.of(
            "surface.upstream.token-file",
            Types.PATH,
            null,
            "upstream: the workload token that is sent along, read again when the file changes; by default upstream-token in surface.secrets.dir, if it is there");
    public static final Setting<Boolean> UPSTREAM_FORWARD_TOKEN = Setting.of(
            "surface.upstream.forward-token",
            Types.BOOLEAN,
            "false",
            "upstream: while a caller waits, ask in its name, with the token that it sent and that was verified here; the workload token is for everything else");
    public static final Setting<Boolean> UPSTREAM_PLAIN_TOKEN = Setting.of(
            "surface.upstream.allow-plain-token",
            Types.BOOLEAN,
            "false",
            "upstream: send the token without TLS beyond loopback, where anybody on the way can take it; else SURFACE_UNSAFE");
    public static final Setting<List<Pin>> UPSTREAM_PINS = Setting.of(
            "surface.upstream.pins",
            Types.PINS,
            null,
            "upstream: SPKI pins, sha256/BASE64; the key of its certificate or of one that vouches for that must be among them, on top of the usual trust; none: refused");
    public static final Setting<String> UPSTREAM_TLS_NAME = Setting.of(
            "surface.upstream.tls-configuration-name",
            Types.text(TLS_NAME, "NAME of a quarkus.tls.NAME"),
            null,
            "upstream: a quarkus.tls.NAME: whom to trust there, and the client's certificate to show; with reload-period, renewed files count from the next connection on");
    public static final Setting<String> METRICS_PREFIX = Setting.of(
            "surface.metrics.prefix",
            Types.text(METRIC, "the begin of a metric's name: letters, digits, _ and :, no digit first"),
            "",
            "put before the publish metrics: scanner_worker_ gives the names that existing dashboards query");
    public static final Setting<Boolean> METRICS_TENANT_LABEL = Setting.of(
            "surface.metrics.tenant-label",
            Types.BOOLEAN,
            "false",
            "reads, puts, hits and stored payloads carry the label tenant: names of tenants stand in the metrics then, and each makes some 60 series");
    public static final Setting<Integer> METRICS_TENANT_LIMIT = Setting.of(
            "surface.metrics.tenant-label-limit",
            Types.integer(0, 100_000),
            "100",
            "so many tenants are told by name, the first that are seen; those beyond are tenant=\"_other\"");
    public static final Setting<Boolean> TRACING = Setting.of(
            "surface.tracing.enabled",
            Types.BOOLEAN,
            "false",
            "spans of puts, gets and cache lookups go to the collector at quarkus.otel.exporter.otlp.endpoint (gRPC, port 4317): switches quarkus.otel.sdk.disabled off");
    public static final Setting<Boolean> LOG_JSON = Setting.of(
            "surface.log.json", Types.BOOLEAN, "false", "each line of the log is a JSON object, else key=value");
    public static final Setting<Deletes> RETENTION_DELETE = Setting.of(
            "surface.retention.delete",
            Types.choice(Deletes.class),
            "never",
            "what DELETE may remove: nothing, what is past its expiresAt, anything");

    public static final Setting<Integer> PREFETCH_CONCURRENCY = Setting.of(
            "surface.prefetch.concurrency",
            Types.integer(1, 1_000),
            "8",
            "local cache: artefacts that prefetches bring in at a time, all callers together");

    public static final Family<Kind, Duration> CACHE_LIFETIME = new Family<>(
            "surface.cache.lifetime.",
            "KIND",
            "",
            Kind::new,
            Types.DURATION,
            Map.of(
                    "sbom.fragment", "30d",
                    "entrytrace.graph", "7d",
                    "entrytrace.ndjson", "7d",
                    "layer-entry-trace", "7d"),
            "local cache: how long artefacts of a kind that name no end are kept, from createdAt on; 0 is for ever");
    public static final Family<Tenant, Long> TENANT_QUOTA = new Family<>(
            "surface.tenants.",
            "T",
            ".quota",
            Tenant::new,
            Types.MEMORY_SIZE,
            Map.of(),
            "folder, S3 store: stored bytes of one tenant's payloads and cache entries, beyond it QUOTA_EXCEEDED; by default none; the same on every replica");
    public static final Family<Tenant, Integer> TENANT_CACHE_SHARE = new Family<>(
            "surface.tenants.",
            "T",
            ".cache-share",
            Tenant::new,
            Types.integer(0, 100),
            Map.of(),
            "local cache: surface.cache.tenant-share of one tenant");

    public static final Family<String, Set<Tenant>> SUBJECT_TENANTS = new Family<>(
            "surface.security.subject-tenants.",
            "SUB",
            "",
            Types::subject,
            Types.TENANTS,
            Map.of(),
            "tenants of the tokens of a subject that name none, such as projected Kubernetes tokens");
    public static final Family<String, Set<String>> SUBJECT_SCOPES = new Family<>(
            "surface.security.subject-scopes.",
            "SUB",
            "",
            Types::subject,
            Types.SCOPES,
            Map.of(),
            "scopes of the tokens of a subject that give none of surface.read, .write, .delete, .admin");

    /** All of them, in the order of the reference page. */
    public static final List<Setting<?>> ALL = List.of(
            HOME,
            TENANT,
            FEATURES,
            STORE_TYPE,
            STORE_ROOT,
            BUCKET_NAME,
            MANIFEST_BUCKET_NAME,
            STORE_PREFIX,
            STORE_ENDPOINT,
            STORE_REGION,
            PATH_STYLE,
            CA_FILE,
            STORE_TLS_NAME,
            STORE_PINS,
            CREATE_BUCKETS,
            CONNECT_TIMEOUT,
            ATTEMPT_TIMEOUT,
            MAX_ATTEMPTS,
            STORE_TIMEOUT,
            BREAKER_DELAY,
            MAX_CONCURRENT,
            REHEARSE_LATENCY,
            REHEARSE_ERRORS,
            REHEARSE_CUTS,
            REHEARSE_TORN,
            REHEARSE_SEED,
            STORE_GRACE,
            STAGED_TTL,
            STORE_VERIFY,
            INTAKE_ROOT,
            INTAKE_QUOTA,
            WRITE_MODE,
            SPOOL_ROOT,
            SPOOL_QUOTA,
            SPOOL_DRAIN_TIMEOUT,
            SPOOL_RETRY_INTERVAL,
            CACHE_TYPE,
            CACHE_ROOT,
            CACHE_QUOTA,
            CACHE_SOFT_PERCENT,
            CACHE_EVICTION,
            CACHE_TENANT_SHARE,
            CACHE_VERIFY_SAMPLE,
            CACHE_SCRUB_INTERVAL,
            MEMORY_QUOTA,
            MANIFEST_MAX_AGE,
            PAYLOAD_SIZE,
            DECOMPRESSION_RATIO,
            MANIFEST_SIZE,
            CONCURRENT_PUTS,
            CONCURRENT_FETCHES,
            HEADER_TIMEOUT,
            BODY_TIMEOUT,
            BODY_RATE,
            PREFETCH_CONCURRENCY,
            UPSTREAM_TOKEN_FILE,
            UPSTREAM_FORWARD_TOKEN,
            UPSTREAM_PLAIN_TOKEN,
            UPSTREAM_PINS,
            UPSTREAM_TLS_NAME,
            AUTH,
            TENANT_CLAIMS,
            CLIENT_CERTIFICATES,
            ALLOW_REMOTE,
            ALLOW_PLAIN,
            ALLOW_NESTED_FOLDERS,
            ALLOW_QUOTA_BEYOND_DISK,
            ALLOW_UNVERIFIED_TLS,
            ALLOW_OPEN_SECRETS,
            SECRETS_DIR,
            SECRETS_MAX_AGE,
            SIGNING_KEY_FILE,
            SIGNING_KEY_ID,
            SIGNING_TRUST_DIR,
            SIGNING_VERIFY,
            RETENTION_ENABLED,
            RETENTION_INTERVAL,
            ON_FAILURE,
            RETENTION_DELETE,
            METRICS_PREFIX,
            METRICS_TENANT_LABEL,
            METRICS_TENANT_LIMIT,
            TRACING,
            LOG_JSON);

    /** Those that differ in a name. */
    public static final List<Family<?, ?>> FAMILIES =
            List.of(CACHE_LIFETIME, TENANT_QUOTA, TENANT_CACHE_SHARE, SUBJECT_TENANTS, SUBJECT_SCOPES);

    private Settings() {}
}
