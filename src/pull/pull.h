// Model files from a hub with the layout of Hugging Face, over HTTP(S).
//
//   GET  {endpoint}/api/models/{repo}/tree/{revision}?recursive=true   what there is: path, size, SHA-256
//   HEAD {endpoint}/{repo}/resolve/{revision}/{path}                   where its bytes are: a redirect
//   GET  there, with ranges, over several connections
//
// The bytes go to FILE.part, and FILE.part.json says which pieces of it are whole; what was interrupted goes on
// from there. When all are there, the SHA-256 of the whole is compared with that of the listing, and only then the
// file gets its name. The token is sent to the endpoint's own scheme, host and port, nowhere else: redirects to
// other hosts carry none. Redirects from https to http are refused. Names in a listing can't lead out of the
// folder: only their last part is used.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace sluice::pull {

struct Options {
  std::string repository;  // "owner/name"
  std::string wanted;      // a path in it, or a quantisation ("Q4_K_M"); empty: the only model there is
  std::string folder;      // where the files go; made if it is not there
  std::string endpoint = "https://huggingface.co";
  std::string revision = "main";
  std::string token;    // or none
  std::string ca_file;  // PEM bundle instead of the system's
  int connections = 4;
  std::uint64_t piece = 16u << 20;                        // bytes per range
  bool force = false;                                     // replace other files of the same name
  Duration retry_delay = std::chrono::milliseconds(500);  // doubles each time
  Duration stall = std::chrono::seconds(30);              // without a byte
};

struct Progress {
  std::string file;                              // its name here
  bool checking = false;                         // downloading before
  std::uint64_t done = 0, total = 0, begun = 0;  // bytes; `begun` were there before
};
using Watch = std::function<void(const Progress&)>;

struct Pulled {
  std::string path, sha256;
  std::uint64_t bytes = 0;
  bool there = false;  // already, and right
};

// Blocks until all is there; runs a loop of its own on the calling thread. Errors: pull.repository (no such name),
// pull.not_found, pull.denied (401, 403), pull.choose (which file? the message lists them), pull.listing (the
// hub's answer is not of this layout), pull.unsafe (a name in it), pull.no_checksum, pull.changed (the file is
// another than the listing says), pull.checksum (the bytes are not what they should be; they are thrown away),
// pull.range (wrong ranges), pull.answer (a status that has no place here), pull.redirect, pull.insecure (a token
// over plain HTTP), pull.exists, pull.busy (another process fetches it), pull.disk_full, pull.io; net.* and http.*
// when retrying did not help.
Result<std::vector<Pulled>> pull(const Options& options, const Watch& watch = {});

}  // namespace sluice::pull
