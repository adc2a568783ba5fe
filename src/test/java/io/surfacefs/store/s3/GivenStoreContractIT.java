package io.surfacefs.store.s3;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** The contract on a server that stands already. */
@Tag("given-s3")
class GivenStoreContractIT extends S3StoreContract {
    @BeforeAll
    static void makeBucket() {
        GivenS3.makeBucket();
    }

    @Override
    URI endpoint() {
        return GivenS3.endpoint();
    }

    @Override
    Path secrets() {
        return GivenS3.secrets();
    }
}
