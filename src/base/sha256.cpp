#include "base/sha256.h"

#include <openssl/evp.h>

#include <array>

#include "base/check.h"
#include "base/id.h"

namespace sluice {

struct Sha256Stream::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256Stream::Sha256Stream() : state_(std::make_unique<State>()) {
  SLUICE_CHECK(state_->context && EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1,
               "SHA-256 is always available");
}
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::add(std::string_view bytes) {
  SLUICE_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1, "hex() was not called yet");
}

std::string Sha256Stream::hex() {
  std::array<std::uint8_t, 32> digest{};
  unsigned length = 0;
  SLUICE_CHECK(EVP_DigestFinal_ex(state_->context, digest.data(), &length) == 1 && length == digest.size(),
               "SHA-256 has 32 bytes");
  return to_hex(digest);
}

}  // namespace sluice
