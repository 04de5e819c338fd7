// Which faults are switched on: lines "name value" of the file that SLUICE_FAULTS names, read anew at each
// question, so that a test turns them on and off in a running process. Without the variable or the file there are
// none.
//
//   detectors throw | error | slow | sleep   every detector, after it has done its work unheard
//   judge_off 1                              all is public: for the test that the tests can fail
//   judge_allocation N                       the Nth allocation (from 1) of each judgement fails
//   request_allocation N                     the Nth allocation after a request has come fails, once per value
//   wall_s S, monotonic_s S                  the clocks are S seconds off
//   disk_full 1                              no file takes another byte, sockets and pipes do
//
// Thread-safe.
#pragma once

#include <cstdint>

namespace faults {

// The text after `name`, cut to the buffer; false if the fault is off. Allocates nothing.
bool text(const char* name, char* value, unsigned size);
std::int64_t number(const char* name);  // 0: off

// The nth allocation of this thread from now fails with std::bad_alloc; 0: none does.
void fail_allocation(std::int64_t nth);

}  // namespace faults
