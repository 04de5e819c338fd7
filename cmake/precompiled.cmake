# The standard library's headers are half of what a file costs to compile: they are read once and kept. Each file names
# what it uses all the same; builds without this (gcc, the sanitizers) show where one does not.
#
# One set of headers serves all targets with the same options: precompiled_NAME is what they say REUSE_FROM to.
option(SLUICE_PRECOMPILED "precompile the standard library's headers (clang)" ON)
if(NOT CMAKE_CXX_COMPILER_ID MATCHES Clang OR SLUICE_SANITIZE)
  set(SLUICE_PRECOMPILED OFF)
endif()

set(SLUICE_STANDARD_HEADERS <algorithm> <array> <atomic> <bit> <charconv> <chrono> <cmath> <cstdint> <cstring>
    <functional> <map> <memory> <mutex> <optional> <set> <span> <string> <string_view> <unordered_map> <utility>
    <vector>)

# sluice_precompile(NAME HEADERS header... OPTIONS option...) declares a set, sluice_precompiled(TARGET NAME) uses it.
function(sluice_precompile name)
  cmake_parse_arguments(P "" "" "HEADERS;OPTIONS" ${ARGN})
  if(NOT SLUICE_PRECOMPILED)
    return()
  endif()
  file(WRITE ${CMAKE_BINARY_DIR}/generated/precompiled_${name}.cpp "// Nothing but what is precompiled for it.\n")
  add_library(precompiled_${name} OBJECT ${CMAKE_BINARY_DIR}/generated/precompiled_${name}.cpp)
  target_link_libraries(precompiled_${name} PRIVATE Threads::Threads)
  # Without the time in it, a compiler cache knows the set again.
  target_compile_options(precompiled_${name} PRIVATE ${P_OPTIONS} "SHELL:-Xclang -fno-pch-timestamp")
  target_precompile_headers(precompiled_${name} PRIVATE ${SLUICE_STANDARD_HEADERS} ${P_HEADERS})
endfunction()

function(sluice_precompiled target name)
  if(SLUICE_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM precompiled_${name})
  endif()
endfunction()
