// AnswerMarks: which answers were made from what kind of request, so that a conversation keeps its label where a
// client edits or drops the turn that an answer was made from and sends the answer back.
//
// What was said is known by a keyed hash of its words (gateway/words.h: in whatever notation; sense/memory.h: keys
// of each owner that never leave the process); with it stand a class and categories, no text. An owner is whoever
// may have the conversation: one principal. Words that several requests were answered with tell no more of one
// than of the others ("Let me look at the log first."): they keep what all of these have in common, and are no
// mark where one of them was public or internal, before or after ("I can't help with that."). Bounded: marks and
// harmless answers by half of the bytes each, an owner by a fourth of that; what an owner used least recently goes
// first, and a restart forgets all. Thread-safe (one lock, held for look-ups).
#pragma once

#include <atomic>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "chat/event.h"
#include "chat/request.h"
#include "gateway/words.h"
#include "sense/label.h"
#include "sense/memory.h"

namespace sluice::gateway {

// What one answer says, as a later request may hold it: its text as a whole and in the pieces between calls and
// thoughts, its thoughts, and the arguments of each call. However much it says, little of it is held.
class Given {
 public:
  void listen(const chat::Event& event);
  std::vector<std::string> forms();  // the end: of all that was said
  bool empty() const { return whole_.empty() && thoughts_.empty() && calls_.empty(); }

 private:
  // Arguments up to this many bytes wait for the end of the answer.
  static constexpr std::size_t kLongCall = 4u << 10;
  struct Call {
    std::string written;  // as far as it came, until it is too large for that
    Words large;
    std::string form;  // once it has ended
    void add(std::string_view more);
    void end();
  };
  void end_piece();
  void end_call();

  Words whole_, thoughts_;
  std::optional<Words> piece_;       // the open one, if it is not the first
  std::vector<std::string> pieces_;  // forms of those before
  std::map<int, Call> calls_;
  int call_ = 0;       // whose arguments came last
  bool open_ = false;  // the last piece may go on
};

class AnswerMarks {
 public:
  // What is shorter says too little to be known again, in bytes of its form.
  static constexpr std::size_t kShortest = 24;

  explicit AnswerMarks(std::size_t bytes) : marks_(bytes / 2 / kEntryBytes), harmless_(bytes / 2 / kEntryBytes) {}
  // Whether there are marks of this owner: if not, no request needs to be looked at.
  bool knows(const std::string& owner) const;
  // Words of these forms were an answer to a request of this label.
  void keep(const std::string& owner, const std::vector<std::string>& forms, const sense::Label& label);
  // Raises the label of a request to that of the requests whose answers it holds; what its application tells it
  // (system, developer) is no answer. Where it is as high by itself, nothing is added: what a transformation takes
  // away it still takes away.
  void join(const std::string& owner, const chat::Request& request, sense::Label& label);
  std::size_t size() const;  // marks

 private:
  using Key = sense::TextHash::Key;
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return std::size_t(key[0]); }
  };
  struct Entry {
    Key key;
    sense::Class cls;
    sense::CategorySet categories;
    bool common;  // an answer to a harmless request as well
  };

  // Entries by key; each owner's in the order of their use.
  class Store {
   public:
    explicit Store(std::size_t most) : most_(most) {}
    Entry* find(const Key& key);  // and used just now
    void add(const std::string& owner, const Entry& entry);
    bool holds(const std::string& owner) const { return shelves_.contains(owner); }
    std::size_t size() const { return index_.size(); }

   private:
    struct Shelf {
      std::list<Entry> entries;  // most recently used first
    };
    using Shelves = std::map<std::string, Shelf>;
    struct Place {
      Shelves::iterator shelf;
      std::list<Entry>::iterator entry;
    };
    void drop_last(Shelves::iterator shelf);

    static constexpr std::size_t kShare = 4;
    const std::size_t most_;
    Shelves shelves_;
    std::unordered_map<Key, Place, KeyHash> index_;
    std::string hand_;  // the owner behind whom the next is asked to give up an entry
  };

  static constexpr std::size_t kEntryBytes = 160;
  void keep(const std::string& owner, const Key& key, const sense::Label& label);
  void look(sense::TextHash& hash, const std::string& form, const std::string& path, sense::Label& label);

  sense::Memory keys_;  // of the owners; nothing else of it is used
  std::atomic<bool> any_ = false;
  mutable std::mutex lock_;  // guards all below
  Store marks_, harmless_;
};

// Whether an answer to a request of this label is a mark: nothing is kept for public and internal ones.
bool is_mark(const sense::Label& label);

}  // namespace sluice::gateway
