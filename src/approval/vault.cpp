#include "approval/vault.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/id.h"

namespace sluice::approval {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == kKeyBytes);

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

class File {
 public:
  explicit File(int file) : file_(file) {}
  File(const File&) = delete;
  ~File() {
    if (file_ >= 0) close(file_);
  }
  int get() const { return file_; }

 private:
  int file_;
};

Failure unusable(const std::string& path) {
  return fail("approval.open", std::string("the key of approvals can't be used: ") + std::strerror(errno), path,
              "its folder and the file must belong to whoever runs Sluice");
}

// Written beside its place and moved there whole: a kill midway leaves no half key.
Status make_key(const std::string& path) {
  std::string key(kKeyBytes, '\0');
  randombytes_buf(key.data(), key.size());
  const std::string draft = path + ".new";
  File file(open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return unusable(draft);
  if (write(file.get(), key.data(), key.size()) != ssize_t(key.size()) || fsync(file.get()) != 0)
    return unusable(draft);
  sodium_memzero(key.data(), key.size());
  if (rename(draft.c_str(), path.c_str()) != 0) return unusable(path);
  return {};
}

Result<std::string> read_key(const std::string& path) {
  File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return unusable(path);
  std::string key(kKeyBytes + 1, '\0');
  ssize_t got = read(file.get(), key.data(), key.size());
  if (got < 0) return unusable(path);
  if (got != ssize_t(kKeyBytes))
    return fail("approval.key", "the file is no key of approvals: it has another length than 32 bytes", path,
                "put the right file back; without it move it away, and every open ticket is void");
  key.resize(kKeyBytes);
  return key;
}

std::string derived(std::string_view key, std::string_view purpose) {
  std::string hex = hmac_sha256_hex(key, purpose);
  std::string out(kKeyBytes, '\0');
  sodium_hex2bin(bytes(out), out.size(), hex.data(), hex.size(), nullptr, nullptr, nullptr);
  return out;
}

void append_part(std::string& text, std::string_view part) {
  text += std::to_string(part.size());
  text += ':';
  text += part;
}

}  // namespace

Result<Vault> Vault::open(const std::string& data_dir) {
  if (sodium_init() < 0) return fail("approval.open", "libsodium can't be used on this machine", data_dir);
  const std::string path = data_dir + "/approval.key";
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT) {
    SLUICE_TRY_VOID(make_key(path));
  }
  SLUICE_TRY(std::string key, read_key(path));
  Vault vault;
  vault.hash_key_ = derived(key, "sluice approval content 1");
  std::string text_key = derived(key, "sluice approval text 1");
  std::memcpy(vault.text_key_.data(), text_key.data(), kKeyBytes);
  sodium_memzero(text_key.data(), text_key.size());
  sodium_memzero(key.data(), key.size());
  return vault;
}

std::string Vault::content_hash(std::string_view tenant, std::string_view protocol, std::string_view body,
                                std::string_view restored) const {
  std::string text;
  text.reserve(tenant.size() + protocol.size() + body.size() + restored.size() + 64);
  for (std::string_view part : {tenant, protocol, body, restored}) append_part(text, part);
  return hmac_sha256_hex(hash_key_, text);
}

std::string Vault::seal(std::string_view text, std::string_view ticket) const {
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  randombytes_buf(sealed.data(), kNonceBytes);
  unsigned long long written = 0;
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(sealed) + kNonceBytes, &written, bytes(text), text.size(),
                                             bytes(ticket), ticket.size(), nullptr, bytes(sealed),
                                             text_key_.data());
  return sealed;
}

Result<std::string> Vault::unseal(std::string_view sealed, std::string_view ticket) const {
  const auto corrupt = [&] {
    return fail("approval.corrupt", "the kept text of this ticket is not what was sealed for it",
                std::string(ticket));
  };
  if (sealed.size() < kNonceBytes + kTagBytes) return corrupt();
  std::string text(sealed.size() - kNonceBytes - kTagBytes, '\0');
  unsigned long long written = 0;
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes(text), &written, nullptr, bytes(sealed) + kNonceBytes,
                                                 sealed.size() - kNonceBytes, bytes(ticket), ticket.size(),
                                                 bytes(sealed), text_key_.data()) != 0)
    return corrupt();
  return text;
}

}  // namespace sluice::approval
