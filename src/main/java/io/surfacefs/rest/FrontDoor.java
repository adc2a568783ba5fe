package io.surfacefs.rest;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Callers;
import io.surfacefs.access.Right;
import io.surfacefs.access.TenantAccess;
import io.surfacefs.model.ByteRange;
import io.surfacefs.model.Digest;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.Kind;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.Representation;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.ClientPace;
import io.surfacefs.service.HotObject;
import io.surfacefs.service.ItemKey;
import io.vertx.core.Context;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sees every request first, on the event loop: refuses paths that are not what they seem, finds out who asks, holds
 * bodies back until a resource asks for them, and answers reads of hot objects at once. What isn't in memory goes on to
 * the resources.
 */
@Singleton
public final class FrontDoor {
    private static final String API = "/api/";
    private static final String TENANTS = "/api/v1/tenants/";
    private static final String MANIFESTS = "manifests/";
    private static final String PAYLOADS = "payloads/";
    /** Before authentication and everything else that Quarkus puts in the way. */
    private static final int FIRST = 10_000;

    private final Lazy<Access> access;
    private final Lazy<ArtefactService> artefacts;
    private final Lazy<Callers> callers;
    private final Lazy<ClientPace> pace;
    private volatile boolean stopping;

    /** The engine is not opened by the registering of routes, but by the start's own order. */
    FrontDoor(
            Provider<Access> access,
            Provider<ArtefactService> artefacts,
            Provider<Callers> callers,
            Provider<ClientPace> pace) {
        this.pace = new Lazy<>(pace);
        this.access = new Lazy<>(access);
        this.callers = new Lazy<>(callers);
        this.artefacts = new Lazy<>(artefacts);
    }

    private static final class Lazy<T> {
        private final Provider<T> provider;
        private volatile @Nullable T value;

        Lazy(Provider<T> provider) {
            this.provider = provider;
        }

        T get() {
            T known = value;
            if (known == null) {
                known = provider.get();
                value = known;
            }
            return known;
        }
    }

    void register(@Observes Filters filters) {
        filters.register(this::handle, FIRST);
        // Quarkus lets finish what runs, but goes on taking what comes and tells of the end only behind that.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> stopping = true));
    }

    /** What the router itself refuses, and what no route takes, gets a problem like everything else. */
    void register(@Observes Router router) {
        router.route().order(Integer.MIN_VALUE).failureHandler(this::failed);
        for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 431, 500, 503}) {
            router.errorHandler(status, context -> fail(context, Problem.ofStatus(status)));
        }
    }

    /** What Quarkus would answer in its own words. */
    private void failed(RoutingContext context) {
        int status = context.statusCode();
        if (status == 401
                || status == 403
                || status >= 500
                || context.response().ended()) {
            context.next();
        } else {
            fail(context, Problem.ofStatus(status));
        }
    }

    private void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        ConnectionWatch.began(request);
        EveryAnswer.begin(context.response());
        String path = request.path();
        if (path == null || !path.startsWith(API)) {
            context.next();
            return;
        }
        if (!Percent.isPlainPath(path)) {
            fail(context, Problem.of(new SurfaceException(ErrorCode.INVALID_ARGUMENT, "the path is malformed")));
        } else if (stopping) {
            fail(context, Problem.of(new SurfaceException(ErrorCode.STORE_UNAVAILABLE, "the service is stopping")));
        } else if (access.get().loopbackOnly() && !LocalRequests.isLocal(request)) {
            fail(
                    context,
                    Problem.of(new SurfaceException(
                            ErrorCode.PERMISSION_DENIED,
                            "nobody is authenticated, so only programs of this machine are served, by a loopback name",
                            "send Host: localhost and no foreign Origin, or see surface.security.auth")));
        } else {
            identify(context, path);
        }
    }

    /** Nothing below {@code /api} is open to somebody who can't say who they are. */
    private void identify(RoutingContext context, String path) {
        HttpServerRequest request = context.request();
        List<String> fields = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        String authorization = fields.size() == 1 ? fields.getFirst() : null;
        Caller known = callers.get().known(authorization);
        if (known != null) {
            enter(context, path, known);
            return;
        }
        request.pause();
        Context loop = context.vertx().getOrCreateContext();
        callers.get()
                .identify(authorization)
                .whenComplete((caller, failure) -> loop.runOnContext(ignored -> {
                    if (!mayHaveBody(request)) {
                        request.resume();
                    }
                    if (caller == null) {
                        fail(context, Problem.of(Callers.refusal(failure)));
                    } else {
                        enterLate(context, path, caller);
                    }
                }));
    }

    /** The router no longer hears what is thrown here. */
    private void enterLate(RoutingContext context, String path, Caller caller) {
        try {
            enter(context, path, caller);
        } catch (RuntimeException e) {
            context.fail(e);
        }
    }

    private void enter(RoutingContext context, String path, Caller caller) {
        Exchange exchange = Exchange.of(context);
        exchange.identified(caller);
        if (HttpMethod.OPTIONS.equals(context.request().method())) {
            options(exchange);
        } else if (mayHaveBody(context.request())) {
            exchange.paced(pace.get().upload());
            context.request().pause();
            context.next();
        } else if (!answer(context, path)) {
            context.next();
        }
    }

    private static void options(Exchange exchange) {
        try {
            exchange.options();
        } catch (IOException e) {
            exchange.cut();
        }
    }

    /** Whether a request comes with a body that counts. */
    static boolean mayHaveBody(HttpServerRequest request) {
        HttpMethod method = request.method();
        return !HttpMethod.GET.equals(method) && !HttpMethod.HEAD.equals(method);
    }

    /** Answers a read of an object that is in memory; everything else, bad requests too, is for the resources. */
    private boolean answer(RoutingContext context, String path) {
        try {
            int tenantEnd = path.indexOf('/', TENANTS.length());
            if (tenantEnd < 0 || !path.startsWith(TENANTS) || path.indexOf('%') >= 0) {
                return false;
            }
            boolean manifest = path.startsWith(MANIFESTS, tenantEnd + 1);
            if (!manifest && !path.startsWith(PAYLOADS, tenantEnd + 1)) {
                return false;
            }
            int kindAt = tenantEnd + 1 + (manifest ? MANIFESTS : PAYLOADS).length();
            int kindEnd = path.indexOf('/', kindAt);
            if (kindEnd < 0) {
                return false;
            }
            TenantAccess tenant =
                    Exchange.of(context).admit(access.get(), path.substring(TENANTS.length(), tenantEnd), Right.READ);
            ItemKey key =
                    new ItemKey(new Kind(path.substring(kindAt, kindEnd)), Digest.parse(path.substring(kindEnd + 1)));
            return manifest ? manifest(context, tenant, key) : payload(context, tenant, key);
        } catch (SurfaceException | HttpRefusal e) {
            return false;
        }
    }

    private boolean manifest(RoutingContext context, TenantAccess tenant, ItemKey key) {
        Negotiation.json(context.request().headers().getAll("Accept"));
        HotObject hot = artefacts.get().hotManifest(tenant, key);
        if (hot == null) {
            return false;
        }
        if (!(hot.attachment() instanceof ObjectHead)) {
            hot.attach(ObjectHead.manifest(hot.digest(), hot.length(), hot.signatures()));
        }
        return send(context, hot);
    }

    private boolean payload(RoutingContext context, TenantAccess tenant, ItemKey key) {
        Representation representation =
                Negotiation.encoding(context.request().headers().getAll("Accept-Encoding"));
        HotObject hot = artefacts.get().hotPayload(tenant, key, representation);
        if (hot == null) {
            return false;
        }
        if (!(hot.attachment() instanceof ObjectHead)) {
            ObjectHead head = head(hot, representation);
            if (head == null) {
                return false;
            }
            hot.attach(head);
        }
        return send(context, hot);
    }

    private static @Nullable ObjectHead head(HotObject hot, Representation representation) {
        MediaType type = hot.contentType() == null ? MediaType.OCTET_STREAM : hot.contentType();
        Digest sent = hot.digest();
        if (representation == Representation.ZSTD) {
            byte[] stored = hot.copy();
            if (stored == null) {
                return null;
            }
            sent = sha256(stored);
        }
        return ObjectHead.hotPayload(hot.digest(), sent, type.value(), hot.length(), representation);
    }

    private static boolean send(RoutingContext context, HotObject hot) {
        if (!hot.take()) {
            return false;
        }
        ObjectHead head = (ObjectHead) Objects.requireNonNull(hot.attachment());
        Exchange exchange = Exchange.of(context);
        boolean handed = false;
        try {
            ByteRange part = ReadAnswer.begin(context.request(), context.response(), head)
                    .body();
            handed = true;
            exchange.end(hot.slice((int) part.offset(), (int) part.length()), hot::giveBack);
        } catch (SurfaceException e) {
            fail(context, Problem.of(e));
        } catch (IOException e) {
            exchange.cut();
        } finally {
            if (!handed) {
                hot.giveBack();
            }
        }
        return true;
    }

    private static void fail(RoutingContext context, Problem problem) {
        Exchange exchange = Exchange.of(context);
        try {
            exchange.fail(problem);
        } catch (IOException e) {
            exchange.cut();
        }
    }

    private static Digest sha256(byte[] bytes) {
        try {
            return Digest.of(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
