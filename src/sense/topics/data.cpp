#include "base/check.h"
#include "sense/topics/model.h"

// As engine/builtin does it: the files' bytes become read-only data without a compiler reading them.
#define SLUICE_TAKE_IN(name, file)      \
  asm(".pushsection .rodata." #name     \
      ",\"a\",@progbits\n"              \
      ".balign 64\n"                    \
      ".hidden " #name                  \
      "_begin\n"                        \
      ".globl " #name "_begin\n" #name  \
      "_begin:\n"                       \
      ".incbin \"" file                 \
      "\"\n"                            \
      ".hidden " #name                  \
      "_end\n"                          \
      ".globl " #name "_end\n" #name    \
      "_end:\n"                         \
      ".byte 0\n"                       \
      ".popsection\n");                 \
  extern "C" const char name##_begin[]; \
  extern "C" const char name##_end[]

SLUICE_TAKE_IN(sluice_topics, SLUICE_TOPICS_FILE);
SLUICE_TAKE_IN(sluice_secrets, SLUICE_SECRETS_FILE);

namespace sluice::sense::topics {
namespace {

Model opened(std::string_view bytes) {
  auto model = Model::open(bytes);
  SLUICE_CHECK(model.has_value(), "a topic model in the program is not one");
  return *model;
}

}  // namespace

std::string_view builtin_bytes() {
  return {sluice_topics_begin, static_cast<std::size_t>(sluice_topics_end - sluice_topics_begin)};
}

std::string_view secrets_bytes() {
  return {sluice_secrets_begin, static_cast<std::size_t>(sluice_secrets_end - sluice_secrets_begin)};
}

const Model& builtin() {
  static const Model model = opened(builtin_bytes());
  return model;
}

const Model& secrets() {
  static const Model model = opened(secrets_bytes());
  return model;
}

}  // namespace sluice::sense::topics
