/* For libstdc++, which asks whether it may count references without atomic operations. */
#pragma once
#ifdef __cplusplus
extern "C"
#else
extern
#endif
    char __libc_single_threaded;
