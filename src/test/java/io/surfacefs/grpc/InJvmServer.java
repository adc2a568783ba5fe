package io.surfacefs.grpc;

import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyServerBuilder;
import io.surfacefs.access.Access;
import io.surfacefs.access.Callers;
import io.surfacefs.codec.UploadEncoder;
import io.surfacefs.codec.UploadLimits;
import io.surfacefs.ops.Events;
import io.surfacefs.service.AdminService;
import io.surfacefs.service.ArtefactService;
import io.surfacefs.service.CacheEntryService;
import io.surfacefs.service.ClientPace;
import io.surfacefs.service.DeletePolicy;
import io.surfacefs.service.HotTier;
import io.surfacefs.service.Intakes;
import io.surfacefs.service.PrefetchService;
import io.surfacefs.service.ScanService;
import io.surfacefs.store.ArtefactStore;
import io.surfacefs.store.IntakeArea;
import io.surfacefs.store.TestArtefacts;
import io.surfacefs.store.fs.RealDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The gRPC edge and the services below it over a store of the test's own, on a free port on loopback of this JVM. Keeps
 * nothing in memory and lets anything be deleted.
 */
public final class InJvmServer implements AutoCloseable {
    private final Server server;
    private final Calls calls;
    private final RealDisk disk = new RealDisk(4);

    private InJvmServer(ArtefactStore store, Path intake, Clock clock, List<ServerInterceptor> more) {
        ArtefactService artefacts = new ArtefactService(
                store,
                TestArtefacts.CODEC,
                new Intakes(
                        new UploadEncoder(TestArtefacts.POOL, UploadLimits.DEFAULT),
                        new IntakeArea(disk, intake, 1L << 32),
                        64),
                new HotTier(0, Duration.ZERO),
                TestArtefacts.POOL,
                DeletePolicy.ANY,
                clock,
                Events.NONE);
        Access access = new Access(null);
        calls = new Calls(access, ClientPace.DEFAULT);
        List<ServerInterceptor> interceptors = new ArrayList<>(more);
        interceptors.add(new TenantHeaders());
        interceptors.add(new CallIdentity(Callers.LOCAL));
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .addStreamTracerFactory(WireBytes.perCall())
                    .addTransportFilter(HeldBack.perConnection())
                    .addService(ServerInterceptors.intercept(
                            new SurfaceFsEndpoint(
                                    calls,
                                    artefacts,
                                    new ScanService(store, TestArtefacts.CODEC, clock),
                                    new PrefetchService(artefacts, null, Events.NONE),
                                    new AdminService(null)), // nobody asks for a kit's version here
                            interceptors))
                    .addService(ServerInterceptors.intercept(
                            new SurfaceCacheEndpoint(
                                    calls, new CacheEntryService(store, TestArtefacts.POOL), artefacts),
                            interceptors))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Starts a server.
     *
     * @param store left open
     * @param intake a folder that is there
     */
    public static InJvmServer start(ArtefactStore store, Path intake, Clock clock, ServerInterceptor... more) {
        return new InJvmServer(store, intake, clock, List.of(more));
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    @Override
    public void close() {
        server.shutdownNow();
        calls.close();
        disk.close();
    }
}
