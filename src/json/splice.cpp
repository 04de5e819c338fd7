#include "json/splice.h"

#include <algorithm>

#include "base/check.h"
#include "json/writer.h"

namespace sluice::json {

Splice& Splice::replace(Value value, std::string json) {
  SLUICE_CHECK(value.valid(), "an absent value can't be replaced");
  edits_.push_back(Edit{value.offset(), value.raw().size(), std::move(json)});
  return *this;
}

Splice& Splice::insert_before(Value element, std::string_view json) {
  SLUICE_CHECK(element.valid() && element.raw_key().empty(), "only an element of an array has a place before it");
  edits_.push_back(Edit{element.offset(), 0, std::string(json) + ","});
  return *this;
}

Splice::Members& Splice::members_of(Value object) {
  SLUICE_CHECK(object.is(Type::Object), "only an object has members");
  auto [at, fresh] = by_offset_.try_emplace(object.offset(), members_.size());
  if (fresh) members_.push_back(Members{object, {}, {}});
  return members_[at->second];
}

Splice& Splice::set(Value object, std::string_view key, std::string json) {
  Members& members = members_of(object);
  if (Value value = object[key]) return replace(value, std::move(json));
  for (auto& [name, text] : members.added) {
    if (name == key) {
      text = std::move(json);
      return *this;
    }
  }
  members.added.emplace_back(key, std::move(json));
  return *this;
}

Splice& Splice::remove(Value object, std::string_view key) {
  Members& members = members_of(object);
  if (!object[key]) return *this;
  if (std::find(members.removed.begin(), members.removed.end(), key) == members.removed.end()) {
    members.removed.emplace_back(key);
  }
  return *this;
}

// A removed member takes the comma before it along if a member stays before it, else the one after it.
void Splice::place(const Members& members, std::vector<Edit>& edits) {
  Value object = members.object;
  bool stays_before = false;
  std::size_t previous_end = object.offset() + 1;
  std::size_t removed_since = std::string::npos;  // start of a leading run of removed members
  for (Value member : object) {
    std::size_t end = member.offset() + member.raw().size();
    bool removed =
        std::find(members.removed.begin(), members.removed.end(), member.key()) != members.removed.end();
    if (removed && stays_before) {
      edits.push_back(Edit{previous_end, end - previous_end, ""});
    } else if (removed) {
      removed_since = std::min(removed_since, member.key_offset());
    } else {
      if (removed_since != std::string::npos) {
        edits.push_back(Edit{removed_since, member.key_offset() - removed_since, ""});
        removed_since = std::string::npos;
      }
      stays_before = true;
    }
    previous_end = end;
  }
  if (removed_since != std::string::npos) {  // none stays
    edits.push_back(Edit{removed_since, previous_end - removed_since, ""});
  }
  std::string text;
  for (const auto& [key, json] : members.added) {
    if (stays_before || !text.empty()) text += ',';
    append_quoted(text, key);
    text += ':';
    text += json;
  }
  if (!text.empty()) edits.push_back(Edit{previous_end, 0, std::move(text)});
}

std::string Splice::apply() const {
  std::vector<Edit> edits = edits_;
  for (const Members& members : members_) place(members, edits);
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.length < b.length;
  });
  std::string_view text = doc_.text();
  std::string out;
  out.reserve(text.size() + 256);
  std::size_t done = 0;
  for (const Edit& edit : edits) {
    SLUICE_CHECK(edit.offset >= done, "edits of one document must not overlap");
    out.append(text, done, edit.offset - done);
    out += edit.text;
    done = edit.offset + edit.length;
  }
  out.append(text, done, text.size() - done);
  return out;
}

}  // namespace sluice::json
