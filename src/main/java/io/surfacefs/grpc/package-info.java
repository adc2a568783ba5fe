/** The gRPC edge: translates calls in and out and streams bytes; decides nothing. */
@NullMarked
package io.surfacefs.grpc;

import org.jspecify.annotations.NullMarked;
