/*
 * What the C library's allocator is told before anything asks it for memory. Buffers outside the heap (of the network, of zstd)
 * come from it on many threads; by default it makes up to eight arenas a core and keeps in each what was freed there. Linked into
 * the native image; on a JVM MALLOC_ARENA_MAX says the same.
 */
#include <stdlib.h>

#if defined(__GLIBC__)

#include <malloc.h>

__attribute__((constructor)) static void surface_limit_arenas(void) {
    if (getenv("MALLOC_ARENA_MAX") == NULL && getenv("GLIBC_TUNABLES") == NULL) mallopt(M_ARENA_MAX, 2);
}

#endif
