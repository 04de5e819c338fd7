#include "base/id.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <pthread.h>

#include <atomic>
#include <utility>

#include "base/check.h"
#include "base/time.h"

namespace sluice {

namespace {

// Counts the forks that led to this process, so that a child does not use the bytes its parent has fetched.
std::atomic<int>& forks() {
  static std::atomic<int> count{0};
  static const int registered = pthread_atfork(nullptr, nullptr, [] { forks().fetch_add(1); });
  SLUICE_CHECK(registered == 0, "a fork handler can be registered");
  return count;
}

// Random bytes are fetched for many ids at once: a call of the generator costs more than all else here.
class RandomBytes {
 public:
  std::uint8_t next() {
    if (int now = forks().load(std::memory_order_relaxed); at_ == bytes_.size() || now != of_fork_) {
      SLUICE_CHECK(RAND_bytes(bytes_.data(), int(bytes_.size())) == 1,
                   "the kernel's random generator must answer");
      at_ = 0;
      of_fork_ = now;
    }
    return std::exchange(bytes_[at_++], std::uint8_t(0));
  }

 private:
  std::array<std::uint8_t, 512> bytes_;
  std::size_t at_ = bytes_.size();
  int of_fork_ = 0;
};

RandomBytes& random_bytes() {
  thread_local RandomBytes random;
  return random;
}

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

void fill_random(std::span<std::uint8_t> bytes) {
  RandomBytes& random = random_bytes();
  for (std::uint8_t& byte : bytes) byte = random.next();
}

std::string random_id(std::string_view prefix) {
  constexpr char kAlphabet[] =
      "234567abcdefghijklmnopqrstuvwxyz";  // the letters of RFC 4648, in the order of ASCII
  constexpr int kTime = 7;                 // characters: 35 bits of seconds, until the year 3058
  constexpr int kRandom = 19;              // characters: 95 bits, among the ids of one second
  RandomBytes& random = random_bytes();
  std::string id;
  id.reserve(prefix.size() + kTime + kRandom);
  id += prefix;
  // Ids of one time stand together in an index, so that a database writes one page for many of them.
  auto seconds = std::uint64_t(system_clock().utc().micros / 1'000'000);
  for (int i = kTime - 1; i >= 0; --i) id += kAlphabet[seconds >> (5 * i) & 31];
  for (int i = 0; i < kRandom; ++i) id += kAlphabet[random.next() & 31];
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
