#include <cstddef>

#include "engine/builtin/builtin.h"

// .incbin copies the file into the object's read-only data without a compiler ever reading it as source: an array
// literal of this size would take g++ a minute. ELF only, like every platform Sluice builds on.
asm(".pushsection .rodata.sluice_guide,\"a\",@progbits\n"
    ".balign 64\n"
    ".hidden sluice_guide_begin\n"
    ".globl sluice_guide_begin\n"
    "sluice_guide_begin:\n"
    ".incbin \"" SLUICE_GUIDE_FILE
    "\"\n"
    ".hidden sluice_guide_end\n"
    ".globl sluice_guide_end\n"
    "sluice_guide_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char sluice_guide_begin[];
extern "C" const char sluice_guide_end[];

namespace sluice::engine {

std::string_view guide_gguf() {
  return {sluice_guide_begin, static_cast<std::size_t>(sluice_guide_end - sluice_guide_begin)};
}

}  // namespace sluice::engine
