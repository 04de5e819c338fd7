#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine/tokenizer/pretokenizer.h"

#include <pcre2.h>

#include <array>
#include <span>

#include "base/check.h"

namespace sluice::engine {
namespace {

// The patterns are those of the models' published tokenizer.json files, in PCRE2's syntax. White space is spelled
// out as the Unicode property White_Space, since PCRE2's own \s holds U+180E too. Contractions are ASCII letters
// of either case.
#define SPACE R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})"
#define CONTRACTION R"('[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
#define WORD R"([^\r\n\p{L}\p{N}]?\p{L}+)"
#define MARKS " ?[^" SPACE R"(\p{L}\p{N}]+[\r\n]*)"
#define BLANKS "[" SPACE R"(]*[\r\n]+|[)" SPACE "]+(?![^" SPACE "])|[" SPACE "]+"

constexpr const char* kLlama3[] = {CONTRACTION "|" WORD R"(|\p{N}{1,3}|)" MARKS "|" BLANKS};
constexpr const char* kQwen2[] = {CONTRACTION "|" WORD R"(|\p{N}|)" MARKS "|" BLANKS};

// Letters with case, as that tokenizer lists them.
#define CASED_LETTERS                                                                               \
  R"(A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293})"           \
  R"(\x{295}-\x{2AF}\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-\x{38A})"     \
  R"(\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-\x{556})"           \
  R"(\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-\x{1CBF})"        \
  R"(\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18}-\x{1F1D})"        \
  R"(\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D})"                  \
  R"(\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4})"                 \
  R"(\x{1FC6}-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4})"        \
  R"(\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124}\x{2126})"  \
  R"(\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-\x{2149}\x{214E})" \
  R"(\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE}\x{2CF2}\x{2CF3})"          \
  R"(\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787}\x{A78B}-\x{A78E})"        \
  R"(\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-\x{FF3A}\x{FF41}-\x{FF5A})"        \
  R"(\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB}\x{10C80}-\x{10CB2})"                 \
  R"(\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF}\x{1E900}-\x{1E943})"
constexpr const char* kCjk = R"([\x{4E00}-\x{9FA5}\x{800}-\x{4E00}\x{AC00}-\x{D7FF}]+)";
constexpr const char* kDeepSeekLlm[] = {
    R"([\r\n])",
    "[" SPACE "]?[" CASED_LETTERS "]+",
    "[" SPACE R"(]?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+)",
    // White space at the end of a piece. The look-behind changes no match (the leftmost one begins where the run
    // does) but spares a scan of the run from each of its characters.
    "(?<![" SPACE "])[" SPACE "]++$",
    kCjk,
    R"(\p{N}+)",
};
constexpr const char* kDeepSeekCoder[] = {
    R"([\r\n])", "[" SPACE R"(]?\p{L}+)", "[" SPACE R"(]?\p{P}+)", kCjk, R"(\p{N})",
};
constexpr const char* kDeepSeekV3[] = {
    R"(\p{N}{1,3})",
    R"([\x{4E00}-\x{9FA5}\x{3040}-\x{30FF}]+)",
    R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|)"
    R"( ?[\p{P}\p{S}]+[\r\n]*|)" BLANKS,
};

struct Scheme {
  std::string_view name;
  std::span<const char* const> patterns;
  bool ignore_merges;
  bool nfc;
};
// NFC: Qwen2's normaliser has it and R1-Distill-Qwen took over Qwen2's; the others have none.
constexpr std::array<Scheme, 6> kSchemes = {{{"llama-bpe", kLlama3, true, false},
                                             {"qwen2", kQwen2, false, true},
                                             {"deepseek-r1-qwen", kQwen2, false, true},
                                             {"deepseek-llm", kDeepSeekLlm, false, false},
                                             {"deepseek-coder", kDeepSeekCoder, false, false},
                                             {"deepseek-v3", kDeepSeekV3, false, false}}};

// Steps of the interpreter, used only where the JIT is not allowed to run; the patterns need a handful per match.
constexpr std::uint32_t kMatchLimit = 10'000'000;
constexpr std::uint32_t kHeapLimitKib = 64 * 1024;

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

}  // namespace

struct PreTokenizer::Stage {
  std::unique_ptr<pcre2_code, FreeCode> code;
  std::unique_ptr<pcre2_match_context, FreeContext> limits;

  // Matches become pieces of their own, and so does what lies between them.
  void apply(std::string_view text, Piece piece, pcre2_match_data* data, std::vector<Piece>& out) const {
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data()) + piece.begin;
    const std::size_t size = piece.end - piece.begin;
    std::size_t done = 0;
    const auto push = [&out, &piece](std::size_t from, std::size_t to) {
      if (from < to) {
        out.push_back(
            {piece.begin + static_cast<std::uint32_t>(from), piece.begin + static_cast<std::uint32_t>(to)});
      }
    };
    while (done < size) {
      const int rc = pcre2_match(code.get(), subject, size, done, PCRE2_NO_UTF_CHECK, data, limits.get());
      // No match, or a limit was hit: the rest stays one piece, which costs quality but no correctness.
      if (rc < 0) break;
      const PCRE2_SIZE* range = pcre2_get_ovector_pointer(data);
      if (range[1] <= range[0]) break;
      push(done, range[0]);
      push(range[0], range[1]);
      done = range[1];
    }
    push(done, size);
  }
};

PreTokenizer::PreTokenizer() = default;
PreTokenizer::PreTokenizer(PreTokenizer&&) noexcept = default;
PreTokenizer& PreTokenizer::operator=(PreTokenizer&&) noexcept = default;
PreTokenizer::~PreTokenizer() = default;

std::string PreTokenizer::supported() {
  std::string names;
  for (const Scheme& scheme : kSchemes) names += (names.empty() ? "" : ", ") + std::string(scheme.name);
  return names;
}

Result<PreTokenizer> PreTokenizer::create(std::string_view name) {
  for (const Scheme& scheme : kSchemes) {
    if (scheme.name != name) continue;
    PreTokenizer made;
    made.ignore_merges_ = scheme.ignore_merges;
    made.wants_nfc_ = scheme.nfc;
    for (const char* pattern : scheme.patterns) {
      int error = 0;
      PCRE2_SIZE where = 0;
      Stage stage;
      stage.code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern), PCRE2_ZERO_TERMINATED,
                                     PCRE2_UTF | PCRE2_UCP | PCRE2_DOLLAR_ENDONLY, &error, &where, nullptr));
      SLUICE_CHECK(stage.code != nullptr, "the patterns above are constants that PCRE2 accepts");
      // Without permission for executable memory this fails and the interpreter runs.
      pcre2_jit_compile(stage.code.get(), PCRE2_JIT_COMPLETE);
      stage.limits.reset(pcre2_match_context_create(nullptr));
      SLUICE_CHECK(stage.limits != nullptr, "memory for a match context");
      pcre2_set_match_limit(stage.limits.get(), kMatchLimit);
      pcre2_set_heap_limit(stage.limits.get(), kHeapLimitKib);
      made.stages_.push_back(std::move(stage));
    }
    return made;
  }
  return fail("engine.unsupported",
              "tokenizer.ggml.pre is \"" + std::string(name) + "\", a pre-tokenizer that is not known here", {},
              "supported: " + supported());
}

std::vector<Piece> PreTokenizer::split(std::string_view text) const {
  std::vector<Piece> pieces;
  if (text.empty()) return pieces;
  pieces.push_back({0, static_cast<std::uint32_t>(text.size())});
  const std::unique_ptr<pcre2_match_data, FreeMatch> data(pcre2_match_data_create(1, nullptr));
  SLUICE_CHECK(data != nullptr, "memory for one match");
  std::vector<Piece> next;
  for (const Stage& stage : stages_) {
    next.clear();
    next.reserve(text.size() / 4 + 1);
    for (const Piece piece : pieces) stage.apply(text, piece, data.get(), next);
    pieces.swap(next);
  }
  return pieces;
}

}  // namespace sluice::engine
