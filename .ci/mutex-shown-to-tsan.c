// Preloaded where tests run under ThreadSanitizer. Where Swift's `Mutex` is contended on Linux, the lock goes from one
// thread to the next within the kernel and within libswiftSynchronization, which is not instrumented, so that whatever
// the lock guards looks like a race (swiftlang/swift, stdlib/public/Synchronization/Mutex/LinuxImpl.swift: the quick way
// is compiled into its caller, and is seen). This stands in front of the two functions and says what they do.
//
// It can hide no race: it speaks of the one address that the quick way's own atomics are at, lets go of it while the
// lock is still held and takes it once the lock is had, so that whoever takes it comes after all those who have let go
// for the same reason as without a sanitizer. The slow way of `withLockIfAvailable` is not told, which hides nothing.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define swiftcall __attribute__((swiftcall))
#define self __attribute__((swift_context)) void *mutex

// Not there in programs that are not under test.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

swiftcall void lock(uint32_t thread, self) __asm__(LOCK);
swiftcall void unlock(self) __asm__(UNLOCK);

swiftcall void lock(uint32_t thread, self) {
    static swiftcall void (*original)(uint32_t, self);
    if (!original) original = dlsym(RTLD_NEXT, LOCK);
    original(thread, mutex);
    if (__tsan_acquire) __tsan_acquire(mutex);
}

swiftcall void unlock(self) {
    static swiftcall void (*original)(self);
    if (!original) original = dlsym(RTLD_NEXT, UNLOCK);
    if (__tsan_release) __tsan_release(mutex);
    original(mutex);
}
