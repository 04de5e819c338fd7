#include "engine/cache/page_seal.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>

#include "base/check.h"
#include "base/id.h"

namespace sluice::engine {
namespace {

constexpr std::string_view kMagic("SLKV\0\0\0\1", 8);  // the last four: the version of this format
constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeadBytes = 16;
constexpr int kLevel = 1;  // numbers hardly compress better at higher ones

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

Failure unusable(const std::string& path, const std::string& why) {
  return fail(
      "engine.cache", "the key of the prefix cache on disk can't be used: " + why, path,
      "the folder and what is in it must belong to whoever runs Sluice; without the key delete the folder");
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

// Written beside its place and moved there whole: a kill midway leaves no half key.
Status make_key(const std::string& path) {
  std::string key(kKeyBytes, '\0');
  randombytes_buf(key.data(), key.size());
  const std::string draft = path + ".new";
  const Descriptor file(open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  const bool written = file.get() >= 0 && write(file.get(), key.data(), key.size()) == ssize_t(key.size()) &&
                       fsync(file.get()) == 0 && rename(draft.c_str(), path.c_str()) == 0;
  const int reason = errno;
  sodium_memzero(key.data(), key.size());
  if (!written) return unusable(path, std::strerror(reason));
  return {};
}

Result<std::string> read_key(const std::string& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat about{};
  if (file.get() < 0 || fstat(file.get(), &about) != 0) return unusable(path, std::strerror(errno));
  if ((about.st_mode & 077) != 0) return unusable(path, "others than its owner may read it (chmod 600)");
  std::string key(kKeyBytes + 1, '\0');
  const ssize_t got = read(file.get(), key.data(), key.size());
  if (got != ssize_t(kKeyBytes)) return unusable(path, "it has another length than 32 bytes");
  key.resize(kKeyBytes);
  return key;
}

// The first bytes of all numbers, then the second ones, ... and back. What is left over at the end stays there.
void part_bytes(const std::byte* from, std::size_t size, std::size_t stride, std::byte* to) {
  const std::size_t numbers = size / stride;
  for (std::size_t place = 0; place < stride; ++place)
    for (std::size_t i = 0; i < numbers; ++i) to[place * numbers + i] = from[i * stride + place];
  std::memcpy(to + numbers * stride, from + numbers * stride, size - numbers * stride);
}
void join_bytes(const std::byte* from, std::size_t size, std::size_t stride, std::byte* to) {
  const std::size_t numbers = size / stride;
  for (std::size_t place = 0; place < stride; ++place)
    for (std::size_t i = 0; i < numbers; ++i) to[i * stride + place] = from[place * numbers + i];
  std::memcpy(to + numbers * stride, from + numbers * stride, size - numbers * stride);
}

}  // namespace

Result<PageSeal> PageSeal::open(const std::string& folder, const std::string& identity, std::uint64_t page_bytes,
                                int stride) {
  SLUICE_CHECK(stride > 0, "numbers have bytes");
  const std::string path = folder + "/key";
  if (sodium_init() < 0) return unusable(path, "libsodium can't be used on this machine");
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
    SLUICE_TRY_VOID(make_key(path));
  }
  PageSeal seal;
  SLUICE_TRY(seal.master_, read_key(path));
  seal.identity_ = sha256_hex(identity);
  seal.page_bytes_ = page_bytes;
  seal.stride_ = static_cast<std::size_t>(stride);
  return seal;
}

std::string PageSeal::derived(std::string_view purpose) const {
  const std::string hex =
      hmac_sha256_hex(master_, "sluice prefix cache 1 " + identity_ + " " + std::string(purpose));
  std::string out(kKeyBytes, '\0');
  sodium_hex2bin(bytes(out), out.size(), hex.data(), hex.size(), nullptr, nullptr, nullptr);
  return out;
}

std::string PageSeal::tenant_tag(std::string_view tenant) const {
  return hmac_sha256_hex(derived("tag"), tenant).substr(0, 32);
}

std::uint64_t PageSeal::most_bytes() const {
  return kHeadBytes + kNonceBytes + ZSTD_compressBound(page_bytes_) + kTagBytes;
}

std::string PageSeal::bound_to(std::string_view head, std::string_view tenant, std::string_view key) const {
  return std::string(head) + identity_ + std::to_string(tenant.size()) + ":" + std::string(tenant) +
         std::string(key);
}

std::string PageSeal::seal(const Page& page, std::string_view tenant, std::string_view key,
                           std::int64_t created) const {
  SLUICE_CHECK(page.size() == page_bytes_, "all pages have one size");
  Page parted(page.size());
  part_bytes(page.data(), page.size(), stride_, parted.data());
  std::string packed(ZSTD_compressBound(parted.size()), '\0');
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), parted.data(), parted.size(), kLevel);
  SLUICE_CHECK(!ZSTD_isError(size), "the room is what zstd asks for");
  packed.resize(size);

  std::string head(kMagic);
  for (int shift = 0; shift < 64; shift += 8)
    head += static_cast<char>(static_cast<std::uint64_t>(created) >> shift & 0xff);
  const std::string secret = derived("tenant " + std::string(tenant)), bound = bound_to(head, tenant, key);
  std::string file(kHeadBytes + kNonceBytes + size + kTagBytes, '\0');
  std::memcpy(file.data(), head.data(), kHeadBytes);
  unsigned char* const nonce = bytes(file) + kHeadBytes;
  randombytes_buf(nonce, kNonceBytes);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceBytes, &written, bytes(packed), packed.size(),
                                             bytes(bound), bound.size(), nullptr, nonce, bytes(secret));
  return file;
}

std::optional<PageSeal::Opened> PageSeal::unseal(std::string_view file, std::string_view tenant,
                                                 std::string_view key) const {
  if (file.size() < kHeadBytes + kNonceBytes + kTagBytes || file.size() > most_bytes()) return std::nullopt;
  const std::string_view head = file.substr(0, kHeadBytes);
  if (!head.starts_with(kMagic)) return std::nullopt;
  const std::string secret = derived("tenant " + std::string(tenant)), bound = bound_to(head, tenant, key);
  const std::string_view sealed = file.substr(kHeadBytes + kNonceBytes);
  std::string packed(sealed.size() - kTagBytes, '\0');
  unsigned long long written = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(packed), &written, nullptr, bytes(sealed), sealed.size(),
                                                 bytes(bound), bound.size(), bytes(file) + kHeadBytes,
                                                 bytes(secret)) != 0)
    return std::nullopt;
  Page parted(page_bytes_);
  const std::size_t size = ZSTD_decompress(parted.data(), parted.size(), packed.data(), packed.size());
  if (ZSTD_isError(size) || size != page_bytes_) return std::nullopt;
  auto page = std::make_shared<Page>(page_bytes_);
  join_bytes(parted.data(), parted.size(), stride_, page->data());
  Opened opened{std::move(page), 0};
  std::uint64_t created = 0;
  for (std::size_t i = 0; i < 8; ++i)
    created |= std::uint64_t{static_cast<unsigned char>(head[kMagic.size() + i])} << (8 * i);
  opened.created = static_cast<std::int64_t>(created);
  return opened;
}

}  // namespace sluice::engine
