// Whose cached prefixes a job may use, and what may be kept of the job itself.
#pragma once

#include <string>

namespace sluice::engine {

enum class Keep { Nothing, Memory, Disk };  // Disk: in memory too

struct CacheUse {
  std::string tenant;  // who alone finds what is kept; empty: nothing is looked for and nothing kept
  Keep keep = Keep::Nothing;
};

}  // namespace sluice::engine
