/**
 * Durable write-behind: puts are acknowledged once they are safe on this node's disk, and delivered to the store in the
 * background. The decorator that does so, and the operator's work on what waits.
 */
@NullMarked
package io.surfacefs.spool;

import org.jspecify.annotations.NullMarked;
