/** What {@code make test-guards} starts to run single tests against classes from which a wall was taken away. */
@NullMarked
package io.surfacefs.guards;

import org.jspecify.annotations.NullMarked;
