// A directory for one test, removed with all that is in it. Only tests include this.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>

namespace sluice::store {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX").string();
    const char* made = mkdtemp(pattern.data());
    path_ = made ? made : "";
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace sluice::store
