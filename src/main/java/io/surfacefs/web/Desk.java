package io.surfacefs.web;

import io.surfacefs.access.Access;
import io.surfacefs.access.Caller;
import io.surfacefs.access.Callers;
import io.surfacefs.access.Loopback;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import io.surfacefs.ops.Trace;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Takes requests for pages: finds out who asks and from where, by the same rules as the REST edge, has a page made on a
 * virtual thread, and sends it. So many at a time, and no client holds its place for long. Thread-safe.
 */
final class Desk {
    private static final Logger LOG = Logger.getLogger(Desk.class);
    private static final int AT_A_TIME = 32;
    private static final CharSequence FETCH_SITE = HttpHeaders.createOptimized("sec-fetch-site");

    private final Access access;
    private final Callers callers;
    private final Templates templates;
    private final StatusPage status;
    private final BrowsePages browse;
    private final FailurePage failures;
    private final Semaphore places = new Semaphore(AT_A_TIME);

    /** Of the management port, where nobody is authenticated: who asks there takes no place from the others. */
    private final Semaphore managementPlaces = new Semaphore(AT_A_TIME);

    Desk(Access access, Callers callers, Templates templates, StatusPage status, BrowsePages browse) {
        this.access = access;
        this.callers = callers;
        this.templates = templates;
        this.status = status;
        this.browse = browse;
        this.failures = new FailurePage(templates);
    }

    /** A request to the service's own port, on the event loop. */
    void service(RoutingContext context, boolean browsing) {
        boolean html = isForPeople(context.request());
        Visit.Request sent;
        try {
            sent = request(context, html);
            requireLocal(context.request());
        } catch (SurfaceException e) {
            sent = new Visit.Request(
                    context.request().method().name(),
                    String.valueOf(context.request().path()),
                    Map.of(),
                    List.of(),
                    null,
                    origin(context.request()),
                    html);
            answer(context, new Visit(sent, null), visit -> {
                throw e;
            });
            return;
        }
        Function<Visit, Answer> page = browsing ? browse::page : status::full;
        Visit.Request known = sent;
        Caller caller = callers.known(sent.authorization());
        if (caller != null) {
            answer(context, new Visit(known, caller), page);
            return;
        }
        callers.identify(sent.authorization())
                .whenComplete((found, failure) -> answer(context, new Visit(known, found), visit -> {
                    if (found == null) {
                        throw FailurePage.reason(Callers.refusal(failure));
                    }
                    return page.apply(visit);
                }));
    }

    /** A request to the management port, on the event loop. */
    void management(RoutingContext context) {
        boolean html = isForPeople(context.request());
        Visit.Request sent = new Visit.Request("GET", "/", Map.of(), List.of(), null, origin(context.request()), html);
        answer(context, new Visit(sent, null), managementPlaces, visit -> status.figures(visit.html()));
    }

    private static boolean isForPeople(HttpServerRequest request) {
        String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null && accept.contains("text/html");
    }

    private static Visit.Request request(RoutingContext context, boolean html) {
        HttpServerRequest request = context.request();
        Map<String, String> query = new HashMap<>();
        try {
            context.queryParams().forEach(one -> {
                if (!one.getValue().isEmpty() && query.put(one.getKey(), one.getValue()) != null) {
                    throw new SurfaceException(
                            ErrorCode.INVALID_ARGUMENT, "a parameter of the query was sent more than once");
                }
            });
        } catch (SurfaceException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new SurfaceException(ErrorCode.INVALID_ARGUMENT, "the query is malformed", null, e);
        }
        List<String> authorization = request.headers().getAll(HttpHeaders.AUTHORIZATION);
        return new Visit.Request(
                request.method().name(),
                request.path(),
                query,
                asserted(request),
                authorization.size() == 1 ? authorization.getFirst() : null,
                origin(request),
                html);
    }

    private static Trace.Origin origin(HttpServerRequest request) {
        return Trace.incoming(request.getHeader("traceparent"), request.getHeader("tracestate"));
    }

    private static List<String> asserted(HttpServerRequest request) {
        return List.of("X-Stella-Tenant", "X-StellaOps-Tenant").stream()
                .flatMap(name -> request.headers().getAll(name).stream())
                .toList();
    }

    private void requireLocal(HttpServerRequest request) {
        if (!access.loopbackOnly()) {
            return;
        }
        HostAndPort authority = request.authority();
        boolean local = Loopback.isLocal(
                authority == null ? null : authority.host(),
                request.headers().contains(HttpHeaders.HOST),
                request.getHeader(FETCH_SITE),
                request.headers().getAll(HttpHeaders.ORIGIN));
        if (!local) {
            throw new SurfaceException(
                    ErrorCode.PERMISSION_DENIED,
                    "nobody is authenticated, so only programs of this machine are served, by a loopback name",
                    "type the address http://localhost:PORT yourself, or see surface.security.auth");
        }
    }

    private Sending sending(RoutingContext context, Runnable done) {
        return new Sending(context, templates.contentSecurityPolicy(), Sending.LIMIT_MILLIS, done);
    }

    private void answer(RoutingContext context, Visit visit, Function<Visit, Answer> page) {
        answer(context, visit, places, page);
    }

    private void answer(RoutingContext context, Visit visit, Semaphore from, Function<Visit, Answer> page) {
        if (from.tryAcquire()) {
            Sending sending = sending(context, from::release);
            Thread.ofVirtual().name("page").start(() -> make(visit, page, sending));
        } else {
            SurfaceException why = new SurfaceException(ErrorCode.OVERLOADED, "too many pages are asked for at a time");
            // No template on the event loop.
            sending(context, () -> {}).send(failures.of(why, false), why);
        }
    }

    /** Whatever this comes to, the answer comes to its end, and gives its place back. */
    private void make(Visit visit, Function<Visit, Answer> page, Sending sending) {
        Trace.enter(visit.origin());
        Answer answer = null;
        SurfaceException why = null;
        try {
            try {
                answer = page.apply(visit);
            } catch (RuntimeException | Error e) {
                why = refused(visit, e);
                answer = failures.of(why, visit.html());
            }
        } finally {
            if (answer == null) {
                sending.abandon();
            }
        }
        sending.send(answer, why);
    }

    private static SurfaceException refused(Visit visit, Throwable failure) {
        SurfaceException why = FailurePage.reason(failure);
        if (why.code() == ErrorCode.INTERNAL) {
            LogLine.event("request-failed")
                    .with(LogKey.EDGE, "web")
                    .with(LogKey.CODE, ErrorCode.INTERNAL)
                    .with(LogKey.MESSAGE, "a page failed")
                    .error(LOG, failure);
        }
        visit.refused(why.code());
        return why;
    }

    /** A method that no page takes. */
    void refuseMethod(RoutingContext context) {
        SurfaceException why = new SurfaceException(
                ErrorCode.INVALID_ARGUMENT, "pages take no such method", "programs talk to /api/v1");
        context.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
        sending(context, () -> {}).send(failures.of(405, why, false), why); // no template on the event loop
    }
}
