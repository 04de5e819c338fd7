// The program's operator new and delete, which this test program has, too (not under sanitizers: there the same
// must hold of theirs).
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <malloc.h>

#include <cstring>
#include <new>
#include <vector>

namespace {

// What is taken after a block of `bytes` was given back has room for what it is taken for.
void take_again(std::size_t bytes) {
  std::vector<void*> blocks;
  for (std::size_t near = bytes; near < bytes + 16; ++near) {
    blocks.push_back(::operator new(near));
    REQUIRE(malloc_usable_size(blocks.back()) >= near);
    std::memset(blocks.back(), 1, near);
  }
  for (std::size_t i = 0; i < blocks.size(); ++i) ::operator delete(blocks[i], bytes + i);
}

}  // namespace

TEST_CASE("whatever operator new gave, any operator delete of its family takes") {
  for (std::size_t bytes = 1; bytes < 1300; ++bytes) {
    void* given[] = {::operator new(bytes), ::operator new(bytes, std::nothrow)};
    for (void* block : given) {
      ::operator delete(block, bytes);
      take_again(bytes);
    }
    void* array[] = {::operator new[](bytes), ::operator new[](bytes, std::nothrow)};
    for (void* block : array) {
      ::operator delete[](block, bytes);
      take_again(bytes);
    }
    ::operator delete(::operator new(bytes));
    ::operator delete(::operator new(bytes), std::nothrow);
    ::operator delete[](::operator new[](bytes));
    ::operator delete[](::operator new[](bytes), std::nothrow);
    take_again(bytes);
  }
}

TEST_CASE("shared libraries take and give by the program's own operators") {
  struct Operator {
    const char* name;  // as the Itanium C++ ABI mangles it
    void* here;
  };
  const Operator all[] = {
      {"_Znwm", reinterpret_cast<void*>(static_cast<void* (*)(std::size_t)>(::operator new))},
      {"_Znam", reinterpret_cast<void*>(static_cast<void* (*)(std::size_t)>(::operator new[]))},
      {"_ZnwmRKSt9nothrow_t",
       reinterpret_cast<void*>(static_cast<void* (*)(std::size_t, const std::nothrow_t&)>(::operator new))},
      {"_ZnamRKSt9nothrow_t",
       reinterpret_cast<void*>(static_cast<void* (*)(std::size_t, const std::nothrow_t&)>(::operator new[]))},
      {"_ZdlPv", reinterpret_cast<void*>(static_cast<void (*)(void*)>(::operator delete))},
      {"_ZdaPv", reinterpret_cast<void*>(static_cast<void (*)(void*)>(::operator delete[]))},
      {"_ZdlPvm", reinterpret_cast<void*>(static_cast<void (*)(void*, std::size_t)>(::operator delete))},
      {"_ZdaPvm", reinterpret_cast<void*>(static_cast<void (*)(void*, std::size_t)>(::operator delete[]))}};
  for (const Operator& one : all) {
    INFO(one.name);
    CHECK(dlsym(RTLD_DEFAULT, one.name) == one.here);
  }
}

// A sanitizer's own operators end the process.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLUICE_OTHER_OPERATORS
#endif
#endif
#if !defined(SLUICE_OTHER_OPERATORS) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a block that can't be had is an exception, or null where that was asked for") {
  const std::size_t all = std::size_t(1) << 62;
  CHECK_THROWS_AS(::operator delete(::operator new(all)), std::bad_alloc);
  CHECK(::operator new(all, std::nothrow) == nullptr);
  CHECK(::operator new[](all, std::nothrow) == nullptr);
}
#endif
