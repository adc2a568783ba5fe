package io.surfacefs.rest;

import io.surfacefs.ops.LogKey;
import io.surfacefs.ops.LogLine;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import org.jboss.logging.Logger;

/** Turns whatever a resource threw into a problem, or cuts the connection of an answer that has begun. */
@Provider
public final class FailureMapper implements ExceptionMapper<Throwable> {
    private static final Logger LOG = Logger.getLogger(FailureMapper.class);

    @Context
    @SuppressWarnings("NullAway.Init") // set by the framework
    RoutingContext context;

    @Override
    public Response toResponse(Throwable failure) {
        Exchange exchange = Exchange.of(context);
        try {
            if (failure instanceof ClientGone) {
                LogLine.event("client-gone")
                        .with(LogKey.TRACE_ID, exchange.traceId())
                        .with(LogKey.MESSAGE, failure.getMessage())
                        .debug(LOG);
                exchange.cut();
            } else {
                Problem problem = Problem.of(failure);
                log(exchange, problem, failure);
                if (failure instanceof NotFoundException || failure instanceof NotAllowedException) {
                    exchange.unrouted();
                } else {
                    exchange.fail(problem);
                }
            }
        } catch (IOException gone) {
            exchange.cut();
        }
        // The answer has been written; the framework only ends the exchange.
        return Response.noContent().build();
    }

    private static void log(Exchange exchange, Problem problem, Throwable failure) {
        if (problem.isOurs()) {
            line("request-failed", exchange, problem).error(LOG, failure);
        } else if (exchange.response().headWritten()) {
            line("answer-cut", exchange, problem).warn(LOG);
        } else if (LOG.isDebugEnabled()) {
            line("refused", exchange, problem).debug(LOG);
        }
    }

    private static LogLine line(String event, Exchange exchange, Problem problem) {
        return LogLine.event(event)
                .with(LogKey.EDGE, "rest")
                .with(LogKey.TRACE_ID, exchange.traceId())
                .with(LogKey.CODE, problem.code())
                .with(LogKey.MESSAGE, problem.detail());
    }
}
