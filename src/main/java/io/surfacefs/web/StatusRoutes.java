package io.surfacefs.web;

import io.quarkus.vertx.http.ManagementInterface;
import io.surfacefs.access.Access;
import io.surfacefs.access.Callers;
import io.surfacefs.ops.LastFaults;
import io.surfacefs.ops.Status;
import io.surfacefs.service.AdminService;
import io.surfacefs.service.ArtefactService;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The pages' routes on both ports. Nothing of the pages is made before somebody asks for one. */
@Singleton
public final class StatusRoutes {
    private final Provider<Access> access;
    private final Provider<Callers> callers;
    private final Provider<ArtefactService> artefacts;
    private final Provider<AdminService> admin;
    private final Provider<Status.Source> status;
    private final Provider<LastFaults> faults;
    private @Nullable Desk desk;

    StatusRoutes(
            Provider<Access> access,
            Provider<Callers> callers,
            Provider<ArtefactService> artefacts,
            Provider<AdminService> admin,
            Provider<Status.Source> status,
            Provider<LastFaults> faults) {
        this.access = access;
        this.callers = callers;
        this.artefacts = artefacts;
        this.admin = admin;
        this.status = status;
        this.faults = faults;
    }

    void register(@Observes Router router) {
        route(router, "/", context -> desk().service(context, false));
        route(router, "/browse", context -> desk().service(context, true));
        route(router, "/browse/*", context -> desk().service(context, true));
    }

    void register(@Observes ManagementInterface management) {
        route(management.router(), "/", context -> desk().management(context));
    }

    private void route(Router router, String path, Consumer<RoutingContext> page) {
        router.route(path).order(0).handler(context -> {
            HttpMethod method = context.request().method();
            if (HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method)) {
                page.accept(context);
            } else {
                desk().refuseMethod(context);
            }
        });
    }

    private synchronized Desk desk() {
        Desk known = desk;
        if (known == null) {
            Templates templates = new Templates();
            known = new Desk(
                    access.get(),
                    callers.get(),
                    templates,
                    new StatusPage(status.get(), faults.get(), templates),
                    new BrowsePages(access.get(), artefacts.get(), admin.get(), templates));
            desk = known;
        }
        return known;
    }
}
