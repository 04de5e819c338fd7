// DeepSeek-V2 (DeepSeek-AI 2024), V2-Lite, V3 (DeepSeek-AI 2024), V3.1 and R1: multi-head latent attention, and
// behind some dense layers mixtures of many small experts with shared ones beside. V3 chooses experts by sigmoid
// and a bias that only the choice sees; V2 by softmax.
#include "engine/model/families.h"
#include "engine/model/latent.h"
#include "engine/model/mixture.h"

namespace sluice::engine::model {
namespace {

struct LatentLayer {
  std::vector<float> attention_norm, ffn_norm;
  LatentWeights attention;
  FeedForward network;
  MixtureWeights mixture;
};

struct LatentModelWeights {
  tensor::Weight embedding, head;
  std::vector<float> output_norm;
  std::vector<LatentLayer> layers;
};

Result<LatentLayer> bind_layer(Binder& binder, const Shape& shape, int index) {
  const std::string prefix = "blk." + std::to_string(index) + ".";
  LatentLayer layer;
  SLUICE_TRY(layer.attention_norm, binder.vector(prefix + "attn_norm.weight", shape.embedding));
  SLUICE_TRY(layer.attention, bind_latent(binder, prefix, shape));
  SLUICE_TRY(layer.ffn_norm, binder.vector(prefix + "ffn_norm.weight", shape.embedding));
  if (shape.is_mixture(index)) {
    SLUICE_TRY(layer.mixture, bind_mixture(binder, prefix, shape));
  } else {
    SLUICE_TRY(layer.network, bind_network(binder, prefix, "", shape.embedding, shape.feed_forward));
  }
  return layer;
}

Result<LatentModelWeights> bind(const gguf::File& file, const Shape& shape) {
  Binder binder(file);
  binder.ignore_layers_from(shape.blocks);
  LatentModelWeights weights;
  SLUICE_TRY_VOID(bind_ends(binder, shape, weights.embedding, weights.output_norm, weights.head));
  for (int i = 0; i < shape.blocks; ++i) {
    SLUICE_TRY(auto layer, bind_layer(binder, shape, i));
    weights.layers.push_back(std::move(layer));
  }
  SLUICE_TRY_VOID(binder.finish());
  return weights;
}

class DeepSeek2 : public Model {
 public:
  DeepSeek2(const Shape& shape, const Options& options, LatentModelWeights weights, Cache cache)
      : shape_(shape),
        weights_(std::move(weights)),
        pass_(shape, options),
        attention_(shape, options, std::move(cache), pass_),
        mixture_(shape, options, pass_) {}

  const Shape& shape() const override { return shape_; }
  std::span<float> logits(int i) override { return pass_.logits(i); }
  Pages& pages() override { return attention_.pages(); }
  std::span<const float> hidden(int i) override { return pass_.hidden(i); }

  void forward(std::span<const Row> rows) override {
    pass_.begin(rows, weights_.embedding);
    attention_.begin();
    for (int i = 0; i < shape_.blocks; ++i) {
      const LatentLayer& layer = weights_.layers[static_cast<std::size_t>(i)];
      pass_.norm(layer.attention_norm);
      attention_.apply(layer.attention, i);
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
  LatentModelWeights weights_;
  Pass pass_;
  LatentAttention attention_;
  Mixture mixture_;
};

}  // namespace

MemoryNeed need_deepseek2(const Shape& shape, const Options& options) {
  return {0, Cache::bytes(shape, options.slots, options.context, used_kv_type(options)),
          Pass::bytes(shape, options) + LatentAttention::bytes(shape, options) + Mixture::bytes(shape, options)};
}

Result<std::unique_ptr<Model>> load_deepseek2(const gguf::File& file, const Shape& shape, const Options& options) {
  SLUICE_TRY(auto weights, bind(file, shape));
  SLUICE_TRY(auto cache, Cache::create(shape, options.slots, options.context, used_kv_type(options),
                                       need_with(file, options, need_deepseek2(shape, options))));
  return std::make_unique<DeepSeek2>(shape, options, std::move(weights), std::move(cache));
}

}  // namespace sluice::engine::model
