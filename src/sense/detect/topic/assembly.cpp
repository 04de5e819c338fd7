#include "sense/detect/topic/assembly.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>

namespace sluice::sense::detect {
namespace {

// Of x86, ARM and Thumb, RISC-V, MIPS, PowerPC, 6502, Z80, AVR and 8051.
bool is_mnemonic(std::string_view word) {
  static constexpr std::string_view kMnemonics[] = {
      "acall", "adc",   "add",  "addi", "addiu", "adds",  "addu",  "adr",  "adrp",    "and",  "andi",  "ands",
      "asl",   "asr",   "asrs", "b",    "b.",    "bcc",   "bcs",   "beq",  "bfi",     "bge",  "bgt",   "bhi",
      "bic",   "bics",  "bl",   "ble",  "bls",   "blt",   "blx",   "bmi",  "bne",     "bnez", "bpl",   "bx",
      "call",  "cbnz",  "cbz",  "cjne", "cli",   "clr",   "cmn",   "cmp",  "cmpl",    "cpi",  "cpsid", "cpsie",
      "dec",   "div",   "djnz", "dmb",  "dsb",   "ecall", "eor",   "eors", "imul",    "inc",  "isb",   "ja",
      "jae",   "jal",   "jalr", "jb",   "jbe",   "je",    "jg",    "jge",  "jl",      "jle",  "jmp",   "jne",
      "jnz",   "jr",    "jsr",  "jz",   "lbu",   "ld",    "lcall", "lda",  "ldi",     "ljmp", "ldm",   "ldmia",
      "ldp",   "ldr",   "ldrb", "ldrh", "ldrsb", "ldrsh", "ldx",   "ldy",  "lea",     "leal", "leaq",  "leave",
      "lhu",   "lsl",   "lsls", "lsr",  "lsrs",  "lui",   "lw",    "lwz",  "mfhi",    "mflo", "mla",   "mov",
      "movb",  "movl",  "movq", "movs", "movt",  "movw",  "movzx", "mrs",  "msr",     "mtlr", "mul",   "muls",
      "mulu",  "mv",    "mvn",  "mvns", "nop",   "or",    "orr",   "orrs", "pop",     "popq", "push",  "pushq",
      "rcall", "ret",   "retq", "rjmp", "ror",   "rsb",   "rsbs",  "rti",  "rts",     "sbc",  "sbi",   "sdiv",
      "sei",   "setb",  "shl",  "shr",  "sll",   "slli",  "sjmp",  "slt",  "srl",     "srli", "sta",   "stm",
      "stmdb", "stmia", "stp",  "str",  "strb",  "strh",  "stw",   "stwu", "stx",     "sty",  "sub",   "subi",
      "subl",  "subq",  "subs", "svc",  "sw",    "swi",   "sxtb",  "sxth", "syscall", "test", "testl", "tst",
      "tya",   "ubfx",  "udiv", "uxtb", "uxth",  "vldr",  "vmov",  "vpop", "vpush",   "wfe",  "wfi",   "xor",
      "xorl"};
  const auto sorted = [] {
    std::array<std::string_view, std::size(kMnemonics)> all{};
    std::copy(std::begin(kMnemonics), std::end(kMnemonics), all.begin());
    std::sort(all.begin(), all.end());
    return all;
  };
  static const auto all = sorted();
  std::array<char, 8> lower{};
  if (word.empty() || word.size() > lower.size()) return false;
  const bool upper = word[0] >= 'A' && word[0] <= 'Z';
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (upper && word[i] >= 'a' && word[i] <= 'z') return false;  // "Add", "Test": begins a sentence
    lower[i] = static_cast<char>(word[i] >= 'A' && word[i] <= 'Z' ? word[i] + 32 : word[i]);
  }
  std::string_view name(lower.data(), word.size());
  if (name.ends_with(".w") || name.ends_with(".n")) name.remove_suffix(2);
  return std::binary_search(all.begin(), all.end(), name);
}

// ".section .text", ".word 0x20001000": what an assembler is told.
bool is_directive(std::string_view line) {
  for (const char* name :
       {".section", ".text",   ".data", ".global", ".globl",  ".word",    ".byte",  ".align", ".type",
        ".thumb",   ".syntax", ".cpu",  ".arm",    ".equ",    ".org",     ".asciz", ".ascii", ".long",
        ".short",   ".space",  ".size", ".ltorg",  ".balign", ".p2align", ".cfi_"}) {
    if (line.starts_with(name)) return true;
  }
  return false;
}

// A listing has an address and the bytes of the instruction before it: " 8000120: 4b05  ldr r3, [pc, #20]"; a
// label may stand before it, too: "loop: subs r0, #1".
std::string_view without_address(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0 || colon > 32 || line.find_first_of(" \t") < colon) return line;
  line.remove_prefix(colon + 1);
  const auto skip = [&] {
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  };
  skip();
  for (int n = 0; n < 8; ++n) {
    const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
    if (end != 2 && end != 4 && end != 8) break;
    const std::string_view word = line.substr(0, end);
    if (word.find_first_not_of("0123456789abcdef") != word.npos ||
        (word.find_first_of("0123456789") == word.npos && is_mnemonic(word)))
      break;
    line.remove_prefix(end);
    skip();
  }
  return line;
}

// COBOL in small letters, where its verbs are those of every sentence: "working-storage section.",
// "01 ws-total pic 9(5) value 0.", "move ws-arg to ws-name", "end-perform".
bool is_small_cobol(std::string_view line) {
  if (line.ends_with(" division.") || line.ends_with(" section.") || line.starts_with("program-id. ")) return true;
  const bool level = line[0] >= '0' && line[0] <= '9' && line[1] >= '0' && line[1] <= '9' && line[2] == ' ';
  if (level)
    return line.find(" pic 9") != line.npos || line.find(" pic x") != line.npos ||
           line.find(" pic z") != line.npos || line.find(" pic s9") != line.npos;
  for (const char* end : {"end-if", "end-perform", "end-evaluate", "end-read", "stop run", "perform varying "}) {
    if (line.starts_with(end)) return true;
  }
  if (!line.starts_with("move ") && !line.starts_with("perform ")) return false;
  std::size_t joined = 0;
  for (std::size_t at = 0; (at = line.find("ws-", at)) != line.npos; ++at) ++joined;
  return joined > 0;
}

}  // namespace

// A mnemonic and its operands, or a label.
bool is_assembly(std::string_view line) {
  if (line.front() == '.') return line.back() == ':' || is_directive(line);
  if (line.size() > 90) return false;
  const std::size_t note = line.find_first_of(";@");  // a comment behind the operands
  if (note != line.npos && note > 0) line = line.substr(0, note);
  while (!line.empty() && (line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
  line = without_address(line);
  if (line.empty() || line.size() > 60) return false;
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  if (!is_mnemonic(line.substr(0, end))) return false;
  std::string_view operands = line.substr(end);
  while (!operands.empty() && (operands.front() == ' ' || operands.front() == '\t')) operands.remove_prefix(1);
  if (operands.find_first_of(",%[#$") != line.npos) return std::count(operands.begin(), operands.end(), ' ') <= 3;
  // To where it goes on: "bl SystemInit"; "add more" is how one speaks.
  const bool branch = line[0] == 'b' || line[0] == 'c' || line[0] == 'j';
  return operands.empty() || (operands.find(' ') == operands.npos && operands.size() <= (branch ? 24 : 9));
}

// Whether a line is COBOL's: a verb, a division, a level of the data, in capitals, with names that have hyphens.
bool is_cobol(std::string_view line) {
  static constexpr std::string_view kVerbs[] = {
      "ACCEPT",   "ADD",    "CALL",     "CLOSE",    "COMPUTE", "COPY",       "DISPLAY", "DIVIDE",
      "EVALUATE", "EXIT",   "FD",       "GO",       "IF",      "INITIALIZE", "INSPECT", "MOVE",
      "MULTIPLY", "OPEN",   "PERFORM",  "READ",     "REWRITE", "SEARCH",     "SET",     "SORT",
      "STOP",     "STRING", "SUBTRACT", "UNSTRING", "UNTIL",   "WHEN",       "WRITE"};
  if (line.size() < 6 || line.size() > 80) return false;
  if (is_small_cobol(line)) return true;
  const bool level = line[0] >= '0' && line[0] <= '9' && line[1] >= '0' && line[1] <= '9' && line[2] == ' ';
  if (!level && (line[0] < 'A' || line[0] > 'Z')) return false;
  const std::string_view plain = line.substr(0, line.find_first_of("\"'"));  // what is said to people is quoted
  if (std::any_of(plain.begin(), plain.end(), [](char c) { return c >= 'a' && c <= 'z'; })) return false;
  if (line.ends_with(" DIVISION.") || line.ends_with(" SECTION.") || line.starts_with("PROGRAM-ID.")) return true;
  if (level) return plain.find(" PIC ") != plain.npos || plain.find(" VALUE") != plain.npos || line.back() == '.';
  const std::string_view verb = line.substr(0, line.find(' '));
  if (std::find(std::begin(kVerbs), std::end(kVerbs), verb) == std::end(kVerbs)) return false;
  if (verb == "STOP") return line.starts_with("STOP RUN");
  for (std::size_t i = verb.size() + 1; i + 1 < plain.size(); ++i) {
    const auto inside = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); };
    if (plain[i] == '-' && inside(plain[i - 1]) && inside(plain[i + 1])) return true;
  }
  return line.back() == '.' && plain.find(" TO ") != plain.npos;
}

}  // namespace sluice::sense::detect
