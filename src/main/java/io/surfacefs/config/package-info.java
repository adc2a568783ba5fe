/** Typed configuration: the names operators rely on, their types, defaults and checks. */
@NullMarked
package io.surfacefs.config;

import org.jspecify.annotations.NullMarked;
