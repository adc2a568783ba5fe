package io.surfacefs.app;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.RecomputeFieldValue;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.util.Map;
import javax.xml.parsers.SAXParser;
import javax.xml.transform.sax.SAXSource;
import software.amazon.awssdk.regions.ServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.S3ServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.StsServiceMetadata;

/**
 * What libraries would take into the native image and no call here can reach: each class below cuts the thread that a
 * large part hangs by. The JVM knows nothing of them.
 */
final class LeftOutOfImage {
    private LeftOutOfImage() {}

    static UnsupportedOperationException catalogues() {
        return new UnsupportedOperationException("no catalogue of XML entities is read by this program");
    }
}

/** Of the services whose endpoints the SDK knows, those that are called. */
@TargetClass(className = "software.amazon.awssdk.regions.GeneratedServiceMetadataProvider")
final class CalledServices {
    @Alias
    @RecomputeFieldValue(kind = RecomputeFieldValue.Kind.FromAlias, isFinal = true)
    static Map<String, ServiceMetadata> SERVICE_METADATA =
            Map.of("s3", new S3ServiceMetadata(), "sts", new StsServiceMetadata());

    private CalledServices() {}
}

/**
 * The JDK's streaming reader asks catalogues for the entities of a document, and to read one it has a second parser,
 * with validation by schema. What S3 answers is read without entities.
 */
@TargetClass(className = "javax.xml.catalog.CatalogImpl")
final class NoCatalogue {
    private NoCatalogue() {}

    @Substitute
    @SuppressWarnings("DoNotCallSuggester")
    SAXParser getParser() {
        throw LeftOutOfImage.catalogues();
    }
}

/** The same parser by the other way. */
@TargetClass(className = "javax.xml.catalog.CatalogResolverImpl")
final class NoCatalogueSource {
    private NoCatalogueSource() {}

    @Substitute
    @SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
    void setEntityResolver(SAXSource source) {
        throw LeftOutOfImage.catalogues();
    }
}
