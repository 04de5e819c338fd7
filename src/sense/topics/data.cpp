#include "base/check.h"
#include "sense/topics/model.h"

// As engine/builtin does it: the file's bytes become read-only data without a compiler reading them.
asm(".pushsection .rodata.sluice_topics,\"a\",@progbits\n"
    ".balign 64\n"
    ".hidden sluice_topics_begin\n"
    ".globl sluice_topics_begin\n"
    "sluice_topics_begin:\n"
    ".incbin \"" SLUICE_TOPICS_FILE
    "\"\n"
    ".hidden sluice_topics_end\n"
    ".globl sluice_topics_end\n"
    "sluice_topics_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char sluice_topics_begin[];
extern "C" const char sluice_topics_end[];

namespace sluice::sense::topics {

std::string_view builtin_bytes() {
  return {sluice_topics_begin, static_cast<std::size_t>(sluice_topics_end - sluice_topics_begin)};
}

const Model& builtin() {
  static const Model model = [] {
    auto opened = Model::open(builtin_bytes());
    SLUICE_CHECK(opened.has_value(), "the topic model in the program is not one");
    return *opened;
  }();
  return model;
}

}  // namespace sluice::sense::topics
