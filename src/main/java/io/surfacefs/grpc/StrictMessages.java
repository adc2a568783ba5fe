package io.surfacefs.grpc;

import com.google.protobuf.Message;
import io.grpc.ForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.surfacefs.model.ErrorCode;
import io.surfacefs.model.SurfaceException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers bytes that are no message of a call (also text that is not UTF-8) with {@code INVALID_ARGUMENT}; grpc-java
 * alone would say {@code UNKNOWN}, as of an error of the server's.
 */
final class StrictMessages {
    private StrictMessages() {}

    /** The same service, with such requests refused. */
    static ServerServiceDefinition of(ServerServiceDefinition service) {
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        ServiceDescriptor lenient = service.getServiceDescriptor();
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(lenient.getName()).setSchemaDescriptor(lenient.getSchemaDescriptor());
        for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
            ServerMethodDefinition<?, ?> strict = strict(method);
            methods.add(strict);
            descriptor.addMethod(strict.getMethodDescriptor());
        }
        ServerServiceDefinition.Builder definition = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(definition::addMethod);
        return definition.build();
    }

    private static <Q, R> ServerMethodDefinition<Q, R> strict(ServerMethodDefinition<Q, R> method) {
        MethodDescriptor<Q, R> descriptor = method.getMethodDescriptor();
        Requests<Q> requests = new Requests<>(descriptor.getRequestMarshaller());
        return ServerMethodDefinition.create(
                descriptor.toBuilder(requests, descriptor.getResponseMarshaller())
                        .build(),
                new Handler<>(requests, method.getServerCallHandler()));
    }

    /** Reads requests; one that can't be read becomes {@link #broken}, told from all others by its identity. */
    private static final class Requests<Q> implements MethodDescriptor.PrototypeMarshaller<Q> {
        private final MethodDescriptor.PrototypeMarshaller<Q> marshaller;
        private final Q broken;

        @SuppressWarnings("unchecked") // a builder of the prototype's builds its type
        Requests(MethodDescriptor.Marshaller<Q> marshaller) {
            this.marshaller = (MethodDescriptor.PrototypeMarshaller<Q>) marshaller;
            Message prototype = (Message) this.marshaller.getMessagePrototype();
            this.broken = (Q) prototype.newBuilderForType().build();
        }

        @Override
        public InputStream stream(Q value) {
            return marshaller.stream(value);
        }

        @Override
        public Q parse(InputStream stream) {
            try {
                return marshaller.parse(stream);
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.INTERNAL) {
                    return broken;
                }
                throw e;
            }
        }

        @Override
        public @Nullable Q getMessagePrototype() {
            return marshaller.getMessagePrototype();
        }

        @Override
        public Class<Q> getMessageClass() {
            return marshaller.getMessageClass();
        }
    }

    private record Handler<Q, R>(Requests<Q> requests, ServerCallHandler<Q, R> next)
            implements ServerCallHandler<Q, R> {
        @Override
        public ServerCall.Listener<Q> startCall(ServerCall<Q, R> call, Metadata headers) {
            ServerCall.Listener<Q> listener = next.startCall(call, headers);
            // An upload stream refuses it by itself: a message without header and chunk.
            return call.getMethodDescriptor().getType().clientSendsOneMessage()
                    ? new Refusing<>(requests, call, listener)
                    : listener;
        }
    }

    /** Ends a call whose one request can't be read, before anything of it runs. */
    private static final class Refusing<Q> extends ForwardingServerCallListener.SimpleForwardingServerCallListener<Q> {
        private final Requests<Q> requests;
        private final ServerCall<Q, ?> call;
        private boolean refused;

        Refusing(Requests<Q> requests, ServerCall<Q, ?> call, ServerCall.Listener<Q> listener) {
            super(listener);
            this.requests = requests;
            this.call = call;
        }

        @SuppressWarnings("ReferenceEquality") // an equal message may be lawful
        @Override
        public void onMessage(Q message) {
            if (message != requests.broken) {
                super.onMessage(message);
                return;
            }
            refused = true;
            Errors.end(
                    call,
                    new SurfaceException(
                            ErrorCode.INVALID_ARGUMENT, "not a message of this call, or text that is not UTF-8"));
        }

        @Override
        public void onHalfClose() {
            if (!refused) {
                super.onHalfClose();
            }
        }
    }
}
