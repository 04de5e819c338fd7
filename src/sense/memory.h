// What was judged before, so that a conversation's earlier turns are not scanned again with each new one.
//
// A text is known by a keyed hash of its bytes (GMAC, NIST SP 800-38D, of a short one itself and of a long one's
// blocks as NH shortens them, with random keys for each tenant that never leave the process): nobody can make two
// texts that are taken for each other, and no tenant's texts are looked for among another's. What is kept holds no
// text: a label, and where the findings stand. Bounded per tenant and in tenants; what is forgotten is scanned
// again. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sense/block_hash.h"
#include "sense/sense.h"

namespace sluice::sense {

// Of one text: what it raises a label to, and its findings without their path.
struct Known {
  Label label;
  std::vector<Finding> findings;
};

class Shelf;

// Hashes texts for one shelf. Made for one judgement, used by one thread.
class TextHash {
 public:
  using Key = std::array<std::uint64_t, 2>;
  explicit TextHash(const Shelf& shelf);
  ~TextHash();
  TextHash(const TextHash&) = delete;
  Key operator()(std::string_view text);

 private:
  struct Context;
  Key tag(std::uint8_t kind, std::string_view bytes);

  const Shelf& shelf_;
  std::unique_ptr<Context> context_;
  std::vector<std::uint64_t> digests_;  // of a text's blocks, kept for its memory
};

// What is known of one tenant's texts.
class Shelf {
 public:
  Shelf();
  // False: not known. True with null: there is nothing in the text.
  bool find(const TextHash::Key& key, std::shared_ptr<const Known>& known);
  void keep(const TextHash::Key& key, std::shared_ptr<const Known> known);

 private:
  friend class TextHash;
  struct KeyHash {
    std::size_t operator()(const TextHash::Key& key) const { return std::size_t(key[0]); }
  };
  using Texts = std::unordered_map<TextHash::Key, std::shared_ptr<const Known>, KeyHash>;

  std::array<std::uint8_t, 16> secret_;
  BlockHash::Key block_key_;
  std::mutex mutex_;  // guards what follows
  // Two generations: when the young one is full it becomes the old one, and what was not asked for since is gone.
  Texts young_, old_;
  std::size_t weight_ = 0;  // of the young one: texts and their findings
};

class Memory {
 public:
  std::shared_ptr<Shelf> shelf(const std::string& tenant);

 private:
  struct Place {
    std::shared_ptr<Shelf> shelf;
    std::uint64_t used = 0;  // the number of the latest call
  };
  std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, Place> shelves_;
  std::uint64_t calls_ = 0;
};

}  // namespace sluice::sense
