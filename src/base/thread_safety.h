// What clang's -Wthread-safety is told of locks: which mutex guards a member, which function needs
// it held. Used by base/mutex.h and by every class with a mutex. Nothing at all for g++; the suite
// `clang` refuses what contradicts it.
#pragma once

#if defined(__clang__)
#define REINFER_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define REINFER_THREAD_SAFETY(attribute)
#endif

// Of classes: a lock, and what holds one for as long as it lives.
#define REINFER_CAPABILITY(name) REINFER_THREAD_SAFETY(capability(name))
#define REINFER_SCOPED_CAPABILITY REINFER_THREAD_SAFETY(scoped_lockable)

// Of members: read and written while the mutex is held. POINTS: what the pointer leads to.
#define REINFER_GUARDED_BY(mutex) REINFER_THREAD_SAFETY(guarded_by(mutex))
#define REINFER_POINTS_TO_GUARDED_BY(mutex) REINFER_THREAD_SAFETY(pt_guarded_by(mutex))

// Of functions and lambdas: called while it is held, or while it is not.
#define REINFER_REQUIRES(...) REINFER_THREAD_SAFETY(requires_capability(__VA_ARGS__))
#define REINFER_EXCLUDES(...) REINFER_THREAD_SAFETY(locks_excluded(__VA_ARGS__))

// Of functions that lock or unlock; without an argument, the object itself.
#define REINFER_ACQUIRE(...) REINFER_THREAD_SAFETY(acquire_capability(__VA_ARGS__))
#define REINFER_ACQUIRE_SHARED(...) REINFER_THREAD_SAFETY(acquire_shared_capability(__VA_ARGS__))
#define REINFER_RELEASE(...) REINFER_THREAD_SAFETY(release_capability(__VA_ARGS__))
#define REINFER_RELEASE_GENERIC(...) REINFER_THREAD_SAFETY(release_generic_capability(__VA_ARGS__))

// Of functions whose body the compiler cannot follow.
#define REINFER_UNCHECKED REINFER_THREAD_SAFETY(no_thread_safety_analysis)
