// Lines of assembly and of COBOL, which have few of the signs that other languages are known by.
#pragma once

#include <string_view>

namespace sluice::sense::detect {

// Each of a line without the blanks around it, which is not empty.
bool is_assembly(std::string_view line);
bool is_cobol(std::string_view line);

}  // namespace sluice::sense::detect
