package io.surfacefs.web;

import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;

/** A refusal or a failure, as people see it: the contract's code, what happened, what helps. Thread-safe. */
final class FailurePage {
    private final Templates templates;

    FailurePage(Templates templates) {
        this.templates = templates;
    }

    /** Why a request failed; what nobody foresaw is {@code INTERNAL} and tells nothing. */
    static SurfaceException reason(Throwable failure) {
        boolean known = failure instanceof SurfaceException named && named.code() != ErrorCode.INTERNAL;
        return known
                ? (SurfaceException) failure
                : new SurfaceException(ErrorCode.INTERNAL, "the service failed", "its log says more");
    }

    /** The answer of a code's status. */
    Answer of(SurfaceException why, boolean html) {
        return of(why.code().http(), why, html);
    }

    /** As {@link #of(SurfaceException, boolean)}, where HTTP has a better status. */
    Answer of(int status, SurfaceException why, boolean html) {
        String hint = why.hint() == null ? "" : why.hint();
        String text = String.valueOf(why.getMessage());
        if (!html) {
            return Answer.text(status, why.code() + ": " + text + "\n" + (hint.isEmpty() ? "" : hint + "\n"));
        }
        return Answer.page(
                status,
                templates
                        .page("failure")
                        .data("status", status)
                        .data("code", why.code().name())
                        .data("text", text)
                        .data("hint", hint)
                        .data("at", ""));
    }
}
