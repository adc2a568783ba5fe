package io.surfacefs.access;

import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which hosts are this machine itself, whatever a resolver says of names. */
public final class Loopback {
    private static final Pattern HOST =
            Pattern.compile("localhost|127(\\.[0-9]{1,3}){3}|\\[?(::1|0:0:0:0:0:0:0:1)]?", Pattern.CASE_INSENSITIVE);

    private Loopback() {}

    /**
     * Whether a request is of this machine's own programs, not of a web page of another site that has a browser send it
     * here: such a page can name {@code http://127.0.0.1:8080}, or a name of the site's own that was pointed here
     * meanwhile (DNS rebinding).
     *
     * @param host to which it was sent, without the port; null for none
     * @param hostSent whether it says so at all
     * @param fetchSite what the browser says of the page, {@code Sec-Fetch-Site}, or null
     * @param origins all fields {@code Origin}
     */
    public static boolean isLocal(
            @Nullable String host, boolean hostSent, @Nullable String fetchSite, List<String> origins) {
        if (host == null ? hostSent : !isHost(host)) {
            return false;
        }
        // Pictures and scripts that a page has a browser load come without an Origin.
        if ("cross-site".equals(fetchSite)) {
            return false;
        }
        return origins.isEmpty() || (origins.size() == 1 && isHost(originHost(origins.getFirst())));
    }

    private static @Nullable String originHost(String origin) {
        try {
            return URI.create(origin).getHost();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** @param host a name or a literal address, that of IPv6 in brackets or without; null is none */
    public static boolean isHost(@Nullable String host) {
        return host != null && HOST.matcher(host).matches();
    }
}
