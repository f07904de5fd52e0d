// For AddressSanitizer, in one file of a program. libsystemc tells it of every
// change between stacks, but of the main one as of a stack of no size:
// exceptions there would end in false reports. This stands before the
// sanitizer's function and fills in the bounds.
#pragma once

#include <dlfcn.h>
#include <pthread.h>
#include <sanitizer/common_interface_defs.h>

#include <cstddef>

namespace {

struct stack {
  void* bottom = nullptr;
  std::size_t bytes = 0;
};

/// Of the thread that asks; zeros where they are not known.
stack thread_stack() {
  stack found;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return found;
  pthread_attr_getstack(&attributes, &found.bottom, &found.bytes);
  pthread_attr_destroy(&attributes);
  return found;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" void __sanitizer_start_switch_fiber(void** saved, const void* bottom,
                                               std::size_t bytes) {
  using function = void (*)(void**, const void*, std::size_t);
  static const auto next = reinterpret_cast<function>(
      dlsym(RTLD_NEXT, "__sanitizer_start_switch_fiber"));
  static const stack main_stack = thread_stack();
  if (bottom == nullptr) {
    next(saved, main_stack.bottom, main_stack.bytes);
  } else {
    next(saved, bottom, bytes);
  }
}

/// At the end of the program, on the main stack: a process that ended may have
/// left another one behind, which the search for leaks would then read.
inline void be_on_main_stack() {
  __sanitizer_start_switch_fiber(nullptr, nullptr, 0);
  __sanitizer_finish_switch_fiber(nullptr, nullptr, nullptr);
}
