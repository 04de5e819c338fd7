# How often each branch of the gateway is taken, counted once (`make profile`) and kept in tools/profile/sluice.profdata,
# tells the compiler what to lay out together and what to inline: a request takes about a tenth less processor time.
# The profile knows a function by its name and by the shape of its branches. One that changed since is compiled as if
# there were none, so an old profile costs speed and nothing else. The engine's rooms have no profile: their time goes
# to kernels that are written out by hand, and what the counting run did not touch must not be taken for rare.
#
# SLUICE_PROFILE: use | collect | off. Only the clang that wrote the profile reads it; another compiler goes without.
set(SLUICE_PROFILE use CACHE STRING "optimise by the kept profile (use), count for a new one (collect), or neither (off)")
set(SLUICE_PROFILE_FILE ${CMAKE_SOURCE_DIR}/tools/profile/sluice.profdata)
set(SLUICE_PROFILE_OPTIONS)

if(NOT SLUICE_PROFILE MATCHES "^(use|collect|off)$")
  message(FATAL_ERROR "SLUICE_PROFILE is '${SLUICE_PROFILE}': it is use, collect or off")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang AND CMAKE_CXX_COMPILER_VERSION MATCHES "^19\\." AND NOT SLUICE_SANITIZE
   AND CMAKE_BUILD_TYPE STREQUAL Release)
  # Without it a static function's name in the profile has the folder in front in which it was built.
  set(names "SHELL:-mllvm -static-func-full-module-prefix=false")
  if(SLUICE_PROFILE STREQUAL collect)
    # Everywhere: of an inline function that is in several objects, the linker must find the same in each.
    add_compile_options(-fprofile-generate=${CMAKE_BINARY_DIR}/counts ${names})
    add_link_options(-fprofile-generate=${CMAKE_BINARY_DIR}/counts)
  elseif(SLUICE_PROFILE STREQUAL use AND EXISTS ${SLUICE_PROFILE_FILE})
    set(SLUICE_PROFILE_OPTIONS -fprofile-use=${SLUICE_PROFILE_FILE} ${names} -Wno-profile-instr-out-of-date
                               -Wno-profile-instr-unprofiled -Wno-backend-plugin)
  endif()
elseif(SLUICE_PROFILE STREQUAL collect)
  message(FATAL_ERROR "a profile is collected with clang 19, in a Release build without sanitizers")
endif()
