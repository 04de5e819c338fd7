// Qwen3 (Yang et al. 2025): as Qwen2 without biases, but each head of queries and keys is normed before it is
// turned, and heads need not divide the width. DeepSeek-R1-0528-Qwen3-8B is of this
// family. In the MoE variant experts take the place of the feed-forward network.
#include "engine/model/attention.h"
#include "engine/model/families.h"
#include "engine/model/mixture.h"
#include "engine/model/pass.h"

namespace sluice::engine::model {
namespace {

class Qwen3 : public Model {
 public:
  Qwen3(const Shape& shape, const Options& options, Weights weights, Cache cache)
      : shape_(shape),
        weights_(std::move(weights)),
        pass_(shape, options),
        attention_(shape, options, std::move(cache), weights_.rope_divisors, pass_),
        mixture_(shape, options, pass_) {}

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
      attention_.norm_heads(layer.attention);
      attention_.rotate(Rope::Halves);
      attention_.attend(i);
      attention_.output(layer.attention);
      pass_.add_result();
      pass_.norm(layer.ffn_norm);
      if (shape_.is_mixture(i))
        mixture_.apply(layer.mixture);
      else
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
  Mixture mixture_;
};

}  // namespace

MemoryNeed need_qwen3(const Shape& shape, const Options& options) {
  return {0, Cache::bytes(shape, options.slots, options.context, used_kv_type(options)),
          Pass::bytes(shape, options) + Attention::bytes(shape, options) + Mixture::bytes(shape, options)};
}

Result<std::unique_ptr<Model>> load_qwen3(const gguf::File& file, const Shape& shape, const Options& options) {
  SLUICE_TRY(auto weights, bind_weights(file, shape, {.head_norms = true}));
  SLUICE_TRY(auto cache, Cache::create(shape, options.slots, options.context, used_kv_type(options),
                                       need_with(file, options, need_qwen3(shape, options))));
  return std::make_unique<Qwen3>(shape, options, std::move(weights), std::move(cache));
}

}  // namespace sluice::engine::model
