#include <stddef.h>
#include <stdint.h>

/// LLVM's fuzzing loop, which `-sanitize=fuzzer` links in; its own headers are not part of the toolchain.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
