package io.surfacefs.client;

import io.surfacefs.wire.Told;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;

/** Why a connection failed, in a few words that are fit to be shown. */
final class Reasons {
    private Reasons() {}

    /** The reason behind a failure: that of its deepest cause. */
    static String of(Throwable failure) {
        Throwable deepest = failure;
        for (int depth = 0; deepest.getCause() != null && depth < 20; depth++) {
            deepest = deepest.getCause();
        }
        if (deepest instanceof HttpConnectTimeoutException) {
            return "no connection within " + Patience.CONNECT.toSeconds() + " s";
        }
        if (deepest instanceof UnresolvedAddressException || deepest instanceof UnknownHostException) {
            return "unknown host";
        }
        if (failure instanceof ConnectException || deepest instanceof ConnectException) {
            return "connection refused";
        }
        String message = deepest.getMessage();
        return message == null ? deepest.getClass().getSimpleName() : Told.shown(message);
    }
}
