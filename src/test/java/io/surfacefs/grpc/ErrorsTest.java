package io.surfacefs.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorsTest {
    @ParameterizedTest
    @EnumSource
    void everyCodeHasItsStatusAndSaysItself(ErrorCode code) throws InvalidProtocolBufferException {
        StatusRuntimeException error =
                Errors.of(new SurfaceException(code, "what", "the mend", new Exception(), Duration.ofMillis(2_500)));
        assertEquals(code.grpc().name(), error.getStatus().getCode().name());
        assertEquals("what", error.getStatus().getDescription());
        com.google.rpc.Status status = StatusProto.fromThrowable(error);
        assertNotNull(status);
        ErrorInfo info = status.getDetails(0).unpack(ErrorInfo.class);
        assertEquals(code.name(), info.getReason());
        assertEquals("surface-fs", info.getDomain());
        assertEquals("the mend", info.getMetadataOrThrow("hint"));
        assertEquals(code.retryable() ? 2 : 1, status.getDetailsCount());
        for (Any detail : status.getDetailsList().subList(1, status.getDetailsCount())) {
            assertEquals(
                    2_500_000_000L,
                    Durations.toNanos(detail.unpack(RetryInfo.class).getRetryDelay()));
        }
    }

    @Test
    void ourOwnBugsTellNothingOfThemselves() throws InvalidProtocolBufferException {
        StatusRuntimeException error = Errors.of(new IllegalStateException("/secret/path"));
        assertEquals(Status.Code.INTERNAL, error.getStatus().getCode());
        assertFalse(String.valueOf(error.getStatus().getDescription()).contains("secret"));
        com.google.rpc.Status status = StatusProto.fromThrowable(error);
        assertNotNull(status);
        assertEquals("INTERNAL", status.getDetails(0).unpack(ErrorInfo.class).getReason());
    }

    @Test
    void whatIsAStatusAlreadyStaysIt() {
        StatusRuntimeException error = Status.UNIMPLEMENTED.asRuntimeException();
        assertSame(error, Errors.of(error));
    }
}
