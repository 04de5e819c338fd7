#include "base/id.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <utility>

#include "base/check.h"

namespace sluice {

namespace {

// Random bytes are fetched for several ids at once: a call of the generator costs more than all else here. Sluice
// does not fork, so no two processes share a buffer.
class RandomBytes {
 public:
  std::uint8_t next() {
    if (at_ == bytes_.size()) {
      SLUICE_CHECK(RAND_bytes(bytes_.data(), int(bytes_.size())) == 1,
                   "the kernel's random generator must answer");
      at_ = 0;
    }
    return std::exchange(bytes_[at_++], std::uint8_t(0));
  }

 private:
  std::array<std::uint8_t, 520> bytes_;
  std::size_t at_ = bytes_.size();
};

// Looking the algorithm up and making a context cost as much as the hash of a short text.
class Sha256 {
 public:
  Sha256() : algorithm_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
    SLUICE_CHECK(algorithm_ && context_, "SHA-256 is always available");
  }
  ~Sha256() {
    EVP_MD_CTX_free(context_);
    EVP_MD_free(algorithm_);
  }
  Sha256(const Sha256&) = delete;
  std::array<std::uint8_t, 32> digest(std::string_view bytes) {
    std::array<std::uint8_t, 32> out{};
    unsigned length = 0;
    bool ok = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1 &&
              EVP_DigestUpdate(context_, bytes.data(), bytes.size()) == 1 &&
              EVP_DigestFinal_ex(context_, out.data(), &length) == 1;
    SLUICE_CHECK(ok && length == out.size(), "SHA-256 is always available");
    return out;
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

}  // namespace

std::string random_id(std::string_view prefix) {
  constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648 base32, lower case
  constexpr int kCharacters = 26;                                   // 26 * 5 = 130 >= 128 bits
  thread_local RandomBytes random;
  std::string id;
  id.reserve(prefix.size() + kCharacters);
  id += prefix;
  for (int i = 0; i < kCharacters; ++i) id += kAlphabet[random.next() & 31];
  return id;
}

std::array<std::uint8_t, 32> sha256(std::string_view bytes) {
  thread_local Sha256 one;
  return one.digest(bytes);
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  std::array<std::uint8_t, 32> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data(), &length);
  SLUICE_CHECK(length == digest.size(), "HMAC-SHA-256 is always available");
  return to_hex(digest);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sluice
