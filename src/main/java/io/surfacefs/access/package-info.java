/** Who may do what: from an identity to tenants and scopes. */
@NullMarked
package io.surfacefs.access;

import org.jspecify.annotations.NullMarked;
