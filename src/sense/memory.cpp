#include "sense/memory.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/id.h"

namespace sluice::sense {
namespace {

// Texts and findings of a generation: about 200 bytes each, so that a tenant takes 6 MB at most.
constexpr std::size_t kGeneration = 16 * 1024;
constexpr std::size_t kTenants = 256;
constexpr std::size_t kShort = 2 * BlockHash::kBlock;  // bytes of a text that is hashed as it is

}  // namespace

// A nonce is used again and again. That would give the key away to somebody who sees tags; these are compared
// here and shown to nobody, and then a tag is a universal hash: two texts of n blocks have the same with a chance
// of n / 2^128.
struct TextHash::Context {
  EVP_CIPHER_CTX* cipher = EVP_CIPHER_CTX_new();
  ~Context() { EVP_CIPHER_CTX_free(cipher); }
};

TextHash::TextHash(const Shelf& shelf) : shelf_(shelf), context_(std::make_unique<Context>()) {
  static const EVP_CIPHER* const algorithm = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  constexpr std::array<std::uint8_t, 12> kNonce{};
  SLUICE_CHECK(
      algorithm && context_->cipher &&
          EVP_EncryptInit_ex2(context_->cipher, algorithm, shelf.secret_.data(), kNonce.data(), nullptr) == 1,
      "AES-128-GCM is always available");
}

TextHash::~TextHash() = default;

// A text that is longer than a few blocks becomes their digests first, with its length behind them: texts of one
// length that differ do so in a block, and others in the length.
TextHash::Key TextHash::operator()(std::string_view text) {
  if (text.size() <= kShort) return tag(0, text);
  digests_.clear();
  for (std::size_t at = 0; at < text.size(); at += BlockHash::kBlock) {
    const char* block = text.data() + at;
    std::array<char, BlockHash::kBlock> last;
    if (const std::size_t rest = text.size() - at; rest < last.size()) {
      last.fill(0);
      std::memcpy(last.data(), block, rest);
      block = last.data();
    }
    const BlockHash::Digest digest = BlockHash::of(shelf_.block_key_, block);
    digests_.insert(digests_.end(), digest.begin(), digest.end());
  }
  digests_.push_back(text.size());
  return tag(1, {reinterpret_cast<const char*>(digests_.data()), digests_.size() * sizeof(digests_[0])});
}

// Short texts and digests have a nonce each, so that neither is taken for the other.
TextHash::Key TextHash::tag(std::uint8_t kind, std::string_view bytes) {
  const std::array<std::uint8_t, 12> nonce{kind};
  constexpr std::size_t kMost = std::size_t(1) << 30;  // lengths are int there
  EVP_CIPHER_CTX* cipher = context_->cipher;
  bool ok = EVP_EncryptInit_ex2(cipher, nullptr, nullptr, nonce.data(), nullptr) == 1;
  int length = 0;
  for (std::size_t at = 0; ok && at < bytes.size(); at += kMost) {
    const std::string_view part = bytes.substr(at, kMost);
    ok = EVP_EncryptUpdate(cipher, nullptr, &length, reinterpret_cast<const unsigned char*>(part.data()),
                           int(part.size())) == 1;
  }
  std::array<unsigned char, 16> tag{};
  ok = ok && EVP_EncryptFinal_ex(cipher, tag.data(), &length) == 1 &&
       EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, int(tag.size()), tag.data()) == 1;
  SLUICE_CHECK(ok, "AES-128-GCM takes any text");
  Key key;
  std::memcpy(key.data(), tag.data(), tag.size());
  return key;
}

Shelf::Shelf() {
  fill_random(secret_);
  fill_random({reinterpret_cast<std::uint8_t*>(block_key_.data()), sizeof block_key_});
}

bool Shelf::find(const TextHash::Key& key, std::shared_ptr<const Known>& known) {
  std::lock_guard hold(mutex_);
  if (auto at = young_.find(key); at != young_.end()) {
    known = at->second;
    return true;
  }
  auto at = old_.find(key);
  if (at == old_.end()) return false;
  known = at->second;
  weight_ += 1 + (known ? known->findings.size() : 0);
  young_.insert(old_.extract(at));
  return true;
}

void Shelf::keep(const TextHash::Key& key, std::shared_ptr<const Known> known) {
  const std::size_t weight = 1 + (known ? known->findings.size() : 0);
  std::lock_guard hold(mutex_);
  if (weight_ + weight > kGeneration) {
    old_ = std::exchange(young_, Texts());
    weight_ = 0;
  }
  if (weight <= kGeneration && young_.emplace(key, std::move(known)).second) weight_ += weight;
}

std::shared_ptr<Shelf> Memory::shelf(const std::string& tenant) {
  std::lock_guard hold(mutex_);
  auto at = shelves_.find(tenant);
  if (at == shelves_.end()) {
    if (shelves_.size() >= kTenants) {
      auto older = [](const auto& a, const auto& b) { return a.second.used < b.second.used; };
      shelves_.erase(std::min_element(shelves_.begin(), shelves_.end(), older));
    }
    at = shelves_.emplace(tenant, Place{std::make_shared<Shelf>(), 0}).first;
  }
  at->second.used = ++calls_;
  return at->second.shelf;
}

}  // namespace sluice::sense
