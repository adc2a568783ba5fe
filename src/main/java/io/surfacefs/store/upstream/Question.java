package io.surfacefs.store.upstream;

import com.google.protobuf.ByteString;
import io.surfacefs.grpc.v1.Encoding;
import io.surfacefs.grpc.v1.GetPayloadRequest;
import io.surfacefs.grpc.v1.GetPayloadResponse;
import io.surfacefs.grpc.v1.GetRequest;
import io.surfacefs.grpc.v1.GetResponse;
import io.surfacefs.grpc.v1.PayloadInfo;
import io.surfacefs.grpc.v1.SurfaceCacheGrpc;
import io.surfacefs.grpc.v1.SurfaceFsGrpc;
import io.surfacefs.model.ArtefactKey;
import io.surfacefs.model.CacheKey;
import io.surfacefs.wire.Download;
import org.jspecify.annotations.Nullable;

/**
 * How the stored bytes of one object are asked for.
 *
 * @param <A> the messages of the answer
 */
interface Question<A> {
    /**
     * Asks for stored bytes.
     *
     * @param limit at most so many; 0 is to the end
     */
    Download<A> ask(long offset, long limit);

    /** What the message says of the object; null when it is another one. */
    @Nullable PayloadInfo info(A message);

    /** The bytes that the message brings; null when it is another one. */
    @Nullable ByteString chunk(A message);

    /** A payload. */
    record OfPayload(Connections upstream, ArtefactKey key) implements Question<GetPayloadResponse> {
        @Override
        public Download<GetPayloadResponse> ask(long offset, long limit) {
            return upstream.download(
                    SurfaceFsGrpc.getGetPayloadMethod(),
                    GetPayloadRequest.newBuilder()
                            .setTenant(key.tenant().value())
                            .setKind(key.kind().value())
                            .setDigest(key.digest().toString())
                            .setEncoding(Encoding.ZSTD)
                            .setOffset(offset)
                            .setLimit(limit)
                            .build());
        }

        @Override
        public @Nullable PayloadInfo info(GetPayloadResponse message) {
            return message.hasInfo() ? message.getInfo() : null;
        }

        @Override
        public @Nullable ByteString chunk(GetPayloadResponse message) {
            return message.hasChunk() ? message.getChunk() : null;
        }
    }

    /** The value of a cache entry. */
    record OfEntry(Connections upstream, CacheKey key) implements Question<GetResponse> {
        @Override
        public Download<GetResponse> ask(long offset, long limit) {
            return upstream.download(
                    SurfaceCacheGrpc.getGetMethod(),
                    GetRequest.newBuilder()
                            .setTenant(key.tenant().value())
                            .setNamespace(key.namespace().value())
                            .setSha256(key.inputs().hex())
                            .setEncoding(Encoding.ZSTD)
                            .setOffset(offset)
                            .setLimit(limit)
                            .build());
        }

        @Override
        public @Nullable PayloadInfo info(GetResponse message) {
            return message.hasInfo() ? message.getInfo() : null;
        }

        @Override
        public @Nullable ByteString chunk(GetResponse message) {
            return message.hasChunk() ? message.getChunk() : null;
        }
    }
}
