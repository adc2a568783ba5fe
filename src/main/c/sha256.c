/*
 * SHA-256 (FIPS 180-4) over whole blocks with the SHA extensions of x86-64, for the native image: its compiler uses those
 * instructions only where every CPU that runs the image is said to have them. Linked into the image; the JVM doesn't need it.
 * docs/decisions/0005-sha256-in-native.md says why it is here.
 */
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

static const uint32_t K[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/* Whether this CPU has what surface_sha256_blocks uses: SSSE3, SSE4.1, AVX (with the system's leave) and SHA. */
int surface_sha256_usable(void) {
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
    const unsigned wanted = bit_SSSE3 | bit_SSE4_1 | bit_AVX | bit_OSXSAVE;
    if ((c & wanted) != wanted) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1);
}

/* Takes n blocks of 64 bytes at p into the eight words of the state s. */
__attribute__((target("sha,sse4.1,ssse3"))) void surface_sha256_blocks(uint32_t *s, const uint8_t *p, size_t n) {
    /* The SHA instructions have no AVX form: upper halves that the caller left in use would cost a third of the speed. */
    __asm__ volatile("vzeroupper" ::: "memory");
    const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    /* The instructions want the state as ABEF and CDGH. */
    __m128i t = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)s), 0xB1);
    __m128i h = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(s + 4)), 0x1B);
    __m128i abef = _mm_alignr_epi8(t, h, 8);
    __m128i cdgh = _mm_blend_epi16(h, t, 0xF0);
    for (; n > 0; n--, p += 64) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4]; /* the last sixteen words of the message schedule */
        for (int i = 0; i < 4; i++) {
            w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(p + 16 * i)), big_endian);
        }
#pragma GCC unroll 16
        for (int g = 0; g < 16; g++) { /* four rounds each */
            const __m128i k = _mm_add_epi32(w[g & 3], _mm_load_si128((const __m128i *)(K + 4 * g)));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0E));
            if (g < 12) {
                const __m128i seven_back = _mm_alignr_epi8(w[(g + 3) & 3], w[(g + 2) & 3], 4);
                const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[g & 3], w[(g + 1) & 3]), seven_back);
                w[g & 3] = _mm_sha256msg2_epu32(sum, w[(g + 3) & 3]);
            }
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    t = _mm_shuffle_epi32(abef, 0x1B);
    h = _mm_shuffle_epi32(cdgh, 0xB1);
    _mm_storeu_si128((__m128i *)s, _mm_blend_epi16(t, h, 0xF0));
    _mm_storeu_si128((__m128i *)(s + 4), _mm_alignr_epi8(h, t, 8));
}

#else

int surface_sha256_usable(void) { return 0; }

void surface_sha256_blocks(uint32_t *s, const uint8_t *p, size_t n) {
    (void)s;
    (void)p;
    (void)n;
}

#endif
