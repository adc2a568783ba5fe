package io.surfacefs.app;

import io.surfacefs.codec.ManifestCodec;
import io.surfacefs.codec.StoredBytes;
import io.surfacefs.codec.StoredVerifier;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.MediaType;
import io.surfacefs.model.ObjectNames;
import io.surfacefs.model.SurfaceException;
import io.surfacefs.store.BlobKey;
import java.io.IOException;

/** Tells of what a crash left in a folder whether it may stay. */
record SoundObjects(ManifestCodec codec, StoredVerifier verifier) {
    /** Whether an object that a crash left is whole: decided by reading all of it. */
    boolean isSound(BlobKey key, StoredBytes bytes) {
        ObjectNames.Pointer pointer = ObjectNames.parseName(key.name());
        if (pointer == null) {
            return false;
        }
        try {
            if (pointer.payload()) {
                verifier.verify(bytes, pointer.key().digest(), MediaType.OCTET_STREAM);
                return true;
            }
            byte[] content = new byte[Math.toIntExact(bytes.size())];
            for (int at = 0, n; at < content.length; at += n) {
                n = bytes.read(at, content, at, content.length - at);
                if (n < 0) {
                    return false;
                }
            }
            if (pointer.key().isScanManifest()) {
                codec.readScan(content, pointer.key());
            } else {
                codec.readArtefact(content, pointer.key());
            }
            return true;
        } catch (SurfaceException e) {
            if (e.code() == ErrorCode.CORRUPT_OBJECT) {
                return false;
            }
            throw e;
        } catch (IOException e) {
            return false;
        }
    }
}
