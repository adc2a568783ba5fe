package io.surfacefs.service;

import io.surfacefs.codec.EncodedUpload;
import io.surfacefs.codec.UploadEncoder;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.IntakeArea;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Takes payloads in, not more at a time than the memory of this process allows. Thread-safe. */
public final class Intakes {
    private static final Duration TURN = Duration.ofSeconds(1);

    private final UploadEncoder encoder;
    private final IntakeArea area;
    private final Semaphore permits;
    private final Semaphore encoding;
    private final int concurrent;

    /** @param concurrent how many payloads may be under way at a time */
    public Intakes(UploadEncoder encoder, IntakeArea area, int concurrent) {
        this(encoder, area, concurrent, concurrent);
    }

    /**
     * As the other, for a command, where more may wait for the disk than are encoded or verified, which takes memory. A
     * server's are as many, so nobody waits twice.
     *
     * @param concurrent how many payloads may be under way at a time
     * @param encoding how many of them may be encoded or verified at a time
     */
    public Intakes(UploadEncoder encoder, IntakeArea area, int concurrent, int encoding) {
        this.encoder = encoder;
        this.area = area;
        this.concurrent = concurrent;
        this.permits = new Semaphore(concurrent, true);
        this.encoding = new Semaphore(encoding, true);
    }

    ReceivedPayload receive(Upload upload) throws IOException {
        admit();
        IntakeArea.Intake intake = area.open();
        boolean done = false;
        try {
            EncodedUpload encoded = encode(upload, intake);
            if (upload.declared() != null && !upload.declared().equals(encoded.rawDigest())) {
                throw new SurfaceException(
                        ErrorCode.DIGEST_MISMATCH,
                        "the payload's digest is " + encoded.rawDigest() + ", not " + upload.declared(),
                        "the digest is over the uncompressed bytes");
            }
            ReceivedPayload received = new ReceivedPayload(
                    encoded.rawDigest(),
                    encoded.payload(),
                    upload.contentType() != null,
                    intake.finish(),
                    () -> release(intake));
            done = true;
            return received;
        } finally {
            if (!done) {
                release(intake);
            }
        }
    }

    private EncodedUpload encode(Upload upload, IntakeArea.Intake intake) throws IOException {
        encoding.acquireUninterruptibly(); // those who hold it end within the limits of their uploads
        try {
            return encoder.encode(
                    upload.body(),
                    upload.encoding(),
                    upload.contentType() == null ? MediaType.OCTET_STREAM : upload.contentType(),
                    intake,
                    upload.sentDigests());
        } finally {
            encoding.release();
        }
    }

    private void admit() throws IOException {
        try {
            if (!permits.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new SurfaceException(
                        ErrorCode.OVERLOADED,
                        concurrent + " puts are under way",
                        "try again; surface.limits.concurrent-puts sets the limit");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void release(IntakeArea.Intake intake) {
        intake.close();
        permits.release();
    }
}
