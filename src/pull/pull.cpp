#include "pull/pull.h"

#include <sys/stat.h>

#include <filesystem>
#include <memory>

#include "pull/hub.h"
#include "pull/listing.h"
#include "pull/partial.h"
#include "pull/transfer.h"

namespace sluice::pull {
namespace {

namespace fs = std::filesystem;

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<Url> endpoint_of(const Options& options) {
  if (!valid_repository(options.repository))
    return fail("pull.repository", "that is no name of a repository", "", "write it as owner/name");
  if (!valid_revision(options.revision))
    return fail("pull.repository", "that is no revision", "--revision", "name a branch, a tag or a commit");
  SLUICE_TRY(Url url, parse_url(options.endpoint));
  if (url.target.find('?') != url.target.npos)
    return fail("pull.repository", "the endpoint must have no query", "--endpoint");
  if (!options.token.empty() && !url.origin.tls && !is_loopback(url.origin.host))
    return fail("pull.insecure", "the token would be sent in the clear", url.origin.host,
                "use https, or unset HF_TOKEN");
  return url;
}

// Fetches file by file.
class Job {
 public:
  Job(net::Loop& loop, const Options& options, const Watch& watch, Url endpoint)
      : loop_(loop), options_(options), watch_(watch), hub_(loop, options, std::move(endpoint)) {}

  net::Task<void> run() {
    auto status = co_await fetch_all();
    if (!status) result = fail(status.error());
    loop_.stop();
  }

  Result<std::vector<Pulled>> result = std::vector<Pulled>();

 private:
  net::Task<Status> fetch_all() {
    auto files = co_await hub_.list();
    if (!files) co_return fail(files.error());
    auto chosen = choose(*files, options_.wanted);
    if (!chosen) co_return fail(chosen.error());
    for (const RemoteFile& file : *chosen) {
      auto done = co_await fetch(file);
      if (!done) co_return done;
    }
    co_return Status();
  }

  net::Task<Status> fetch(const RemoteFile& file) {
    Pulled pulled;
    pulled.path = (fs::path(options_.folder) / file.name).string();
    pulled.sha256 = file.sha256;
    pulled.bytes = file.size;
    auto there = is_there(pulled.path, file);
    if (!there) co_return fail(there.error());
    pulled.there = *there;
    if (!pulled.there) {
      auto done = co_await download(pulled.path, file);
      if (!done) co_return done;
    }
    result->push_back(std::move(pulled));
    co_return Status();
  }

  net::Task<Status> download(const std::string& path, const RemoteFile& file) {
    Partial partial;
    auto opened = partial.open(path, file, options_.piece);
    if (!opened) co_return opened;
    const std::uint64_t begun = partial.bytes_whole();
    auto transfer =
        std::make_shared<Transfer>(loop_, hub_, options_, file, partial,
                                   [this, &file, begun](std::uint64_t done) { tell(file, false, done, begun); });
    auto came = co_await Transfer::run(transfer);
    if (!came) co_return came;
    co_return partial.finish([this, &file](std::uint64_t done) { tell(file, true, done, 0); });
  }

  // A file of this name and content. Another one is replaced by force only.
  Result<bool> is_there(const std::string& path, const RemoteFile& file) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return false;
    if (!S_ISREG(status.st_mode))
      return fail("pull.exists", "what is there is no regular file", path, "remove it");
    if (static_cast<std::uint64_t>(status.st_size) == file.size) {
      SLUICE_TRY(const std::string digest,
                 digest_of(path, [&](std::uint64_t done) { tell(file, true, done, 0); }));
      if (digest == file.sha256) return true;
    }
    if (options_.force) return false;
    return fail("pull.exists", "another file of this name is there", path, "give --force to replace it, or --to");
  }

  void tell(const RemoteFile& file, bool checking, std::uint64_t done, std::uint64_t begun) const {
    if (!watch_) return;
    Progress progress;
    progress.file = file.name;
    progress.checking = checking;
    progress.done = done;
    progress.total = file.size;
    progress.begun = begun;
    watch_(progress);
  }

  net::Loop& loop_;
  const Options& options_;
  const Watch& watch_;
  Hub hub_;
};

}  // namespace

Result<std::vector<Pulled>> pull(const Options& options, const Watch& watch) {
  SLUICE_TRY(Url endpoint, endpoint_of(options));
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (!fs::is_directory(options.folder, error))
    return fail("pull.io", "the folder can't be made", options.folder, "check the path and its permissions");
  net::Loop loop;
  Job job(loop, options, watch, std::move(endpoint));
  loop.spawn(job.run());
  loop.run();
  return std::move(job.result);
}

}  // namespace sluice::pull
