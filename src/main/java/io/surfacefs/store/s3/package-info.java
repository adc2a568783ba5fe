/** Objects in S3 buckets. */
@NullMarked
package io.surfacefs.store.s3;

import org.jspecify.annotations.NullMarked;
