// DeepSeek-V4 (DeepSeek-AI 2026): compressed attention, hyper-connections in place of the residual, and mixtures
// of experts in every layer; in the first layers the token itself tells its experts. Gates are the square root of
// a softplus, and SwiGLU's inputs are clamped.
#include "engine/model/compressed.h"
#include "engine/model/families.h"
#include "engine/model/hyper.h"
#include "engine/model/mixture.h"

namespace sluice::engine::model {
namespace {

struct CompressedLayer {
  HyperWeights attention_streams, ffn_streams;
  std::vector<float> attention_norm, ffn_norm;
  CompressedWeights attention;
  MixtureWeights mixture;
};

struct CompressedModelWeights {
  tensor::Weight embedding, head;
  std::vector<float> output_norm;
  HyperWeights streams;
  std::vector<CompressedLayer> layers;
};

Result<CompressedLayer> bind_layer(Binder& binder, const Shape& shape, int index) {
  const std::string prefix = "blk." + std::to_string(index) + ".";
  CompressedLayer layer;
  SLUICE_TRY(layer.attention_streams, bind_hyper(binder, prefix + "hc_attn_", shape, false));
  SLUICE_TRY(layer.attention_norm, binder.vector(prefix + "attn_norm.weight", shape.embedding));
  SLUICE_TRY(layer.attention, bind_compressed(binder, prefix, shape, index));
  SLUICE_TRY(layer.ffn_streams, bind_hyper(binder, prefix + "hc_ffn_", shape, false));
  SLUICE_TRY(layer.ffn_norm, binder.vector(prefix + "ffn_norm.weight", shape.embedding));
  SLUICE_TRY(layer.mixture, bind_mixture(binder, prefix, shape, index < shape.compressed.hashed));
  return layer;
}

Result<CompressedModelWeights> bind(const gguf::File& file, const Shape& shape) {
  Binder binder(file);
  binder.ignore_layers_from(shape.blocks);
  CompressedModelWeights weights;
  SLUICE_TRY_VOID(bind_ends(binder, shape, weights.embedding, weights.output_norm, weights.head));
  SLUICE_TRY(weights.streams, bind_hyper(binder, "output_hc_", shape, true));
  for (int i = 0; i < shape.blocks; ++i) {
    SLUICE_TRY(auto layer, bind_layer(binder, shape, i));
    weights.layers.push_back(std::move(layer));
  }
  SLUICE_TRY_VOID(binder.finish());
  return weights;
}

class DeepSeek4 : public Model {
 public:
  DeepSeek4(const Shape& shape, const Options& options, CompressedModelWeights weights, CompressedCache cache)
      : shape_(shape),
        weights_(std::move(weights)),
        pass_(shape, options),
        streams_(shape, options, pass_),
        attention_(shape, options, std::move(cache), pass_),
        mixture_(shape, options, pass_) {}

  const Shape& shape() const override { return shape_; }
  std::span<float> logits(int i) override { return pass_.logits(i); }
  Pages& pages() override { return attention_.pages(); }
  std::span<const float> hidden(int i) override { return pass_.hidden(i); }

  // The compressors carry what they are in the middle of.
  bool goes_back() const override { return false; }

  void forward(std::span<const Row> rows) override {
    pass_.begin(rows, weights_.embedding);
    streams_.begin();
    attention_.begin();
    for (int i = 0; i < shape_.blocks; ++i) {
      const auto index = static_cast<std::size_t>(i);
      const CompressedLayer& layer = weights_.layers[index];
      streams_.read(layer.attention_streams);
      pass_.norm(layer.attention_norm);
      attention_.apply(layer.attention, i);
      streams_.write();
      streams_.read(layer.ffn_streams);
      pass_.norm(layer.ffn_norm);
      mixture_.apply(layer.mixture, shape_.compressed.expert_limits[index],
                     shape_.compressed.shared_limits[index]);
      streams_.write();
    }
    streams_.read(weights_.streams);
    pass_.finish(weights_.output_norm, weights_.head);
  }

 private:
  Shape shape_;
  CompressedModelWeights weights_;
  Pass pass_;
  HyperConnections streams_;
  CompressedAttention attention_;
  Mixture mixture_;
};

}  // namespace

MemoryNeed need_deepseek4(const Shape& shape, const Options& options) {
  return {0, CompressedCache::bytes(shape, options.slots, options.context, options.rows, used_kv_type(options)),
          Pass::bytes(shape, options) + HyperConnections::bytes(shape, options) +
              CompressedAttention::bytes(shape, options) + Mixture::bytes(shape, options)};
}

Result<std::unique_ptr<Model>> load_deepseek4(const gguf::File& file, const Shape& shape, const Options& options) {
  SLUICE_TRY(auto weights, bind(file, shape));
  SLUICE_TRY(auto cache,
             CompressedCache::create(shape, options.slots, options.context, options.rows, used_kv_type(options),
                                     need_with(file, options, need_deepseek4(shape, options))));
  return std::make_unique<DeepSeek4>(shape, options, std::move(weights), std::move(cache));
}

}  // namespace sluice::engine::model
