package io.surfacefs.store.s3;

import io.surfacefs.it.Versitygw;
import java.net.URI;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.TransientNio2BlobStore;

/** An S3 server inside this JVM, in memory. */
public final class InJvmS3 {
    private final S3Proxy proxy;

    /** Starts it on a free port. */
    public InJvmS3() throws Exception {
        proxy = S3Proxy.builder()
                .blobStore(new TransientNio2BlobStore())
                .endpoint(URI.create("http://127.0.0.1:0"))
                .awsAuthentication(AuthenticationType.AWS_V4, Versitygw.ACCESS_KEY, Versitygw.SECRET_KEY)
                .v4MaxNonChunkedRequestSize(64 << 20)
                .ignoreUnknownHeaders(true)
                .build();
        proxy.start();
    }

    /** Its address. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + proxy.getPort());
    }

    /** Ends it. */
    public void stop() throws Exception {
        proxy.stop();
    }
}
