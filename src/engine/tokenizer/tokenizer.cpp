#include "engine/tokenizer/tokenizer.h"

#include "engine/gguf/gguf.h"
#include "engine/tokenizer/bpe.h"
#include "engine/tokenizer/spm.h"

namespace sluice::engine {

Result<std::unique_ptr<Tokenizer>> Tokenizer::create(const gguf::File& file) {
  SLUICE_TRY(const std::string_view model, file.require_string("tokenizer.ggml.model"));
  if (model == "gpt2") return BpeTokenizer::create(file);
  if (model == "llama") return SpmTokenizer::create(file);
  return fail("engine.unsupported",
              "tokenizer.ggml.model is \"" + std::string(model) + "\", a tokenizer that is not known here",
              file.name(), "supported: gpt2 (byte-level BPE), llama (SentencePiece)");
}

}  // namespace sluice::engine
