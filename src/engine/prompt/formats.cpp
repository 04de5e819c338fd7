#include "engine/prompt/formats.h"

#include "engine/tokenizer/tokenizer.h"
#include "text/utf8.h"

namespace sluice::engine {
namespace {

bool is_space(std::uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace

void TokenWriter::mark(std::int32_t id) {
  flush();
  ids_.push_back(id);
}

void TokenWriter::flush() {
  const std::vector<std::int32_t> ids = tokenizer_.encode(pending_);
  ids_.insert(ids_.end(), ids.begin(), ids.end());
  pending_.clear();
}

std::vector<std::int32_t> TokenWriter::finish() {
  flush();
  return std::move(ids_);
}

Result<std::int32_t> require_mark(const Tokenizer& tokenizer, std::string_view mark, std::string_view format) {
  if (const auto id = tokenizer.token_id(mark)) return *id;
  return fail("engine.unsupported",
              "the vocabulary has no token " + std::string(mark) + ", which the prompt format " +
                  std::string(format) + " needs",
              {}, "set sluice.prompt_format in the file's metadata to the format that the model was trained with");
}

Status check_plain_conversation(const chat::Request& request) {
  SLUICE_TRY(const Conversation checked, conversation_of(request, {}, false, false));
  return {};
}

std::string_view trimmed(std::string_view utf8) {
  std::size_t begin = utf8.size();
  std::size_t end = 0;
  for (std::size_t pos = 0; pos < utf8.size();) {
    const std::size_t from = pos;
    if (is_space(text::next_code_point(utf8, pos))) continue;
    begin = std::min(begin, from);
    end = pos;
  }
  return begin < end ? utf8.substr(begin, end - begin) : std::string_view();
}

}  // namespace sluice::engine
