#include "base/id.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <initializer_list>
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
  // As many as are wanted, at most half of what is fetched at a time; each is given out once.
  void fill(std::span<std::uint8_t> wanted) {
    if (int now = forks().load(std::memory_order_relaxed);
        wanted.size() > bytes_.size() - at_ || now != of_fork_) {
      SLUICE_CHECK(RAND_bytes(bytes_.data(), int(bytes_.size())) == 1,
                   "the kernel's random generator must answer");
      at_ = 0;
      of_fork_ = now;
    }
    std::uint8_t* from = bytes_.data() + at_;
    std::copy_n(from, wanted.size(), wanted.data());
    std::fill_n(from, wanted.size(), std::uint8_t(0));
    at_ += wanted.size();
  }
  static constexpr std::size_t kMost = 2048;

 private:
  std::array<std::uint8_t, 2 * kMost> bytes_;
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
  // Of the parts one after the other.
  std::array<std::uint8_t, 32> digest(std::initializer_list<std::string_view> parts) {
    std::array<std::uint8_t, 32> out{};
    unsigned length = 0;
    bool ok = EVP_DigestInit_ex2(context_, algorithm_, nullptr) == 1;
    for (std::string_view part : parts) ok = ok && EVP_DigestUpdate(context_, part.data(), part.size()) == 1;
    ok = ok && EVP_DigestFinal_ex(context_, out.data(), &length) == 1;
    SLUICE_CHECK(ok && length == out.size(), "SHA-256 is always available");
    return out;
  }

 private:
  EVP_MD* algorithm_;
  EVP_MD_CTX* context_;
};

Sha256& sha256_of_thread() {
  thread_local Sha256 one;
  return one;
}

std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

void fill_random(std::span<std::uint8_t> bytes) {
  RandomBytes& random = random_bytes();
  while (bytes.size() > RandomBytes::kMost) {
    random.fill(bytes.first(RandomBytes::kMost));
    bytes = bytes.subspan(RandomBytes::kMost);
  }
  random.fill(bytes);
}

std::string random_id(std::string_view prefix) {
  constexpr char kAlphabet[] =
      "234567abcdefghijklmnopqrstuvwxyz";  // the letters of RFC 4648, in the order of ASCII
  constexpr int kTime = 7;                 // characters: 35 bits of seconds, until the year 3058
  constexpr int kRandom = 19;              // characters: 95 bits, among the ids of one second
  std::array<std::uint8_t, kRandom> random{};
  random_bytes().fill(random);
  std::string id(prefix.size() + kTime + kRandom, '\0');
  char* to = std::copy(prefix.begin(), prefix.end(), id.data());
  // Ids of one time stand together in an index, so that a database writes one page for many of them.
  auto seconds = std::uint64_t(system_clock().utc().micros / 1'000'000);
  for (int i = kTime - 1; i >= 0; --i) *to++ = kAlphabet[seconds >> (5 * i) & 31];
  for (std::uint8_t byte : random) *to++ = kAlphabet[byte & 31];
  return id;
}

std::array<std::uint8_t, 32> sha256(std::string_view bytes) { return sha256_of_thread().digest({bytes}); }

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex(bytes.size() * 2, '\0');
  char* to = hex.data();
  for (std::uint8_t byte : bytes) {
    *to++ = kDigits[byte >> 4];
    *to++ = kDigits[byte & 15];
  }
  return hex;
}

std::string sha256_hex(std::string_view bytes) { return to_hex(sha256(bytes)); }

// RFC 2104. OpenSSL's own HMAC looks its algorithm up and allocates a context at each call, which costs more than
// the hash of two kilobytes.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  constexpr std::size_t kBlock = 64;
  std::array<std::uint8_t, 32> hashed{};
  if (key.size() > kBlock) {
    hashed = sha256(key);
    key = as_text(hashed);
  }
  std::array<std::uint8_t, kBlock> inner{}, outer{};
  std::copy(key.begin(), key.end(), inner.begin());
  outer = inner;
  for (std::uint8_t& byte : inner) byte ^= 0x36;
  for (std::uint8_t& byte : outer) byte ^= 0x5c;
  std::array<std::uint8_t, 32> digest = sha256_of_thread().digest({as_text(inner), bytes});
  digest = sha256_of_thread().digest({as_text(outer), as_text(digest)});
  OPENSSL_cleanse(inner.data(), inner.size());
  OPENSSL_cleanse(outer.data(), outer.size());
  return to_hex(digest);
}

bool equal_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace sluice
