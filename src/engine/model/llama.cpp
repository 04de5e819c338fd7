// Llama (Touvron et al. 2023; Grattafiori et al. 2024): pre-norm transformer with RMS norms, rotary positions on
// interleaved pairs, grouped-query attention and a SwiGLU feed-forward network. Llama 3 files divide the rotary
// frequencies by `rope_freqs.weight`. DeepSeek-R1-Distill-Llama is of this family.
#include "engine/model/attention.h"
#include "engine/model/families.h"
#include "engine/model/pass.h"

namespace sluice::engine::model {
namespace {

class Llama : public Model {
 public:
  Llama(const Shape& shape, const Options& options, Weights weights, Cache cache)
      : shape_(shape),
        weights_(std::move(weights)),
        pass_(shape, options),
        attention_(shape, options, std::move(cache), weights_.rope_divisors, pass_) {}

  const Shape& shape() const override { return shape_; }
  std::span<float> logits(int i) override { return pass_.logits(i); }
  Pages& pages() override { return attention_.pages(); }
  std::span<const float> hidden(int i) override { return pass_.hidden(i); }

  void forward(std::span<const Row> rows) override {
    pass_.begin(rows, weights_.embedding);
    attention_.begin();
    for (int i = 0; i < shape_.blocks; ++i) {
      const Layer& layer = weights_.layers[static_cast<std::size_t>(i)];
      pass_.norm(layer.attention_norm);
      attention_.project(layer.attention);
      attention_.rotate(Rope::Interleaved);
      attention_.attend(i);
      attention_.output(layer.attention);
      pass_.add_result();
      pass_.norm(layer.ffn_norm);
      pass_.feed_forward(layer.network);
      pass_.add_result();
    }
    pass_.finish(weights_.output_norm, weights_.head);
  }

 private:
  Shape shape_;
  Weights weights_;
  Pass pass_;
  Attention attention_;
};

}  // namespace

MemoryNeed need_llama(const Shape& shape, const Options& options) {
  return {0, Cache::bytes(shape, options.slots, options.context, used_kv_type(options)),
          Pass::bytes(shape, options) + Attention::bytes(shape, options)};
}

Result<std::unique_ptr<Model>> load_llama(const gguf::File& file, const Shape& shape, const Options& options) {
  SLUICE_TRY(auto weights, bind_weights(file, shape, {}));
  SLUICE_TRY(auto cache, Cache::create(shape, options.slots, options.context, used_kv_type(options),
                                       need_with(file, options, need_llama(shape, options))));
  return std::make_unique<Llama>(shape, options, std::move(weights), std::move(cache));
}

}  // namespace sluice::engine::model
