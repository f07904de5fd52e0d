// VITVP_TARGET_CLONES before a function lets the compiler vectorise it for
// AVX2 as well; the one that the host has is chosen at load time.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define VITVP_TARGET_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define VITVP_TARGET_CLONES
#endif
