#include "engine/constraint/grammar.h"

#include <algorithm>
#include <map>

#include "text/utf8.h"

namespace sluice::engine::constraint {
namespace {

std::int32_t reference(std::uint32_t rule) { return -2 - static_cast<std::int32_t>(rule); }
bool is_rule(std::int32_t element) { return element <= -2; }

}  // namespace

GrammarBuilder::Id GrammarBuilder::add(Rule rule) {
  for (const Sequence& alternative : rule.alternatives) size_ += alternative.size() + 1;
  rules_.push_back(std::move(rule));
  return static_cast<Id>(rules_.size() - 1);
}

std::int32_t GrammarBuilder::set_of(const Grammar::Bytes& bytes) {
  const auto [found, fresh] = set_index_.emplace(bytes, static_cast<std::int32_t>(sets_.size()));
  if (fresh) sets_.push_back(bytes);
  return found->second;
}

std::int32_t GrammarBuilder::set_of(unsigned first, unsigned last) {
  Grammar::Bytes bytes;
  for (unsigned b = first; b <= last; ++b) bytes.set(b);
  return set_of(bytes);
}

GrammarBuilder::Id GrammarBuilder::literal(std::string_view bytes) {
  Sequence run;
  for (const char c : bytes) run.push_back(set_of(static_cast<unsigned char>(c), static_cast<unsigned char>(c)));
  return add({{std::move(run)}});
}

// Cuts a range of characters into runs of byte ranges; those of one byte are collected in `ascii`.
void GrammarBuilder::add_range(std::uint32_t first, std::uint32_t last, Grammar::Bytes& ascii, Rule& rule) {
  for (const std::uint32_t limit : {0x7Fu, 0x7FFu, 0xFFFFu}) {
    if (first <= limit && limit < last) {
      add_range(first, limit, ascii, rule);
      return add_range(limit + 1, last, ascii, rule);
    }
  }
  if (last <= 0x7F) {
    for (std::uint32_t c = first; c <= last; ++c) ascii.set(c);
    return;
  }
  for (int i = 1; i <= 3; ++i) {  // so that all but the differing bytes are whole ranges
    const std::uint32_t low = (1u << (6 * i)) - 1;
    if ((first & ~low) == (last & ~low)) continue;
    if ((first & low) != 0) {
      add_range(first, first | low, ascii, rule);
      return add_range((first | low) + 1, last, ascii, rule);
    }
    if ((last & low) != low) {
      add_range(first, (last & ~low) - 1, ascii, rule);
      return add_range(last & ~low, last, ascii, rule);
    }
  }
  std::string from, to;
  text::append_utf8(from, first);
  text::append_utf8(to, last);
  Sequence run;
  for (std::size_t i = 0; i < from.size(); ++i)
    run.push_back(set_of(static_cast<unsigned char>(from[i]), static_cast<unsigned char>(to[i])));
  rule.alternatives.push_back(std::move(run));
}

GrammarBuilder::Id GrammarBuilder::chars(const CodeSet& set) {
  Rule rule;
  Grammar::Bytes ascii;
  for (const auto& [first, last] : set.ranges()) add_range(first, last, ascii, rule);
  if (ascii.any()) rule.alternatives.insert(rule.alternatives.begin(), {set_of(ascii)});
  return add(std::move(rule));
}

GrammarBuilder::Id GrammarBuilder::byte(const Grammar::Bytes& set) { return add({{{set_of(set)}}}); }

GrammarBuilder::Id GrammarBuilder::sequence(const std::vector<Id>& parts) {
  constexpr std::size_t kShort = 64;  // longer ones are shared, not copied
  Sequence run;
  for (const Id part : parts) {
    const Rule& rule = rules_[part];
    const bool copies = !rule.open && rule.alternatives.size() == 1 && rule.alternatives[0].size() <= kShort;
    if (copies) {
      run.insert(run.end(), rule.alternatives[0].begin(), rule.alternatives[0].end());
    } else {
      run.push_back(reference(part));
    }
  }
  return add({{std::move(run)}});
}

GrammarBuilder::Id GrammarBuilder::choice(const std::vector<Id>& parts) {
  Rule rule;
  for (const Id part : parts) {
    if (!rules_[part].open && rules_[part].alternatives.size() == 1) {
      rule.alternatives.push_back(rules_[part].alternatives[0]);
    } else {
      rule.alternatives.push_back({reference(part)});
    }
  }
  return add(std::move(rule));
}

// part{least,most}: the required ones, then a chain in which each link may end it.
GrammarBuilder::Id GrammarBuilder::repeat(Id part, int least, int most) {
  Sequence run;
  for (int i = 0; i < least && !too_large(); ++i) run.push_back(reference(part));
  size_ += run.size();
  if (most == kNoLimit) {
    const Id more = declare();
    rules_[more].alternatives = {{reference(part), reference(more)}, {}};
    size_ += 3;
    run.push_back(reference(more));
  } else {
    Id rest = add({{{}}});
    for (int i = least; i < most && !too_large(); ++i) rest = add({{{reference(part), reference(rest)}, {}}});
    run.push_back(reference(rest));
  }
  return add({{std::move(run)}});
}

GrammarBuilder::Id GrammarBuilder::declare() { return add({{}, true}); }

void GrammarBuilder::define(Id rule, Id as) {
  rules_[rule].alternatives = {{reference(as)}};
  size_ += 2;
}

// Which rules have an alternative whose bytes are all good and whose rules all have such an alternative. Each use
// of a rule is looked at once.
std::vector<bool> GrammarBuilder::reachable(const std::function<bool(std::int32_t)>& good_bytes) const {
  struct Run {
    std::size_t rule, missing;
  };
  std::vector<Run> runs;
  std::vector<std::vector<std::size_t>> users(rules_.size());
  std::vector<std::size_t> todo;
  std::vector<bool> out(rules_.size(), false);
  const auto settle = [&](const Run& run) {
    if (run.missing > 0 || out[run.rule]) return;
    out[run.rule] = true;
    todo.push_back(run.rule);
  };
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    for (const Sequence& sequence : rules_[i].alternatives) {
      Run run{i, 0};
      for (const std::int32_t element : sequence) {
        if (is_rule(element)) users[Grammar::rule_of(element)].push_back(runs.size());
        if (is_rule(element) || !good_bytes(element)) ++run.missing;
      }
      runs.push_back(run);
      settle(run);
    }
  }
  while (!todo.empty()) {
    const std::size_t rule = todo.back();
    todo.pop_back();
    for (const std::size_t user : users[rule]) {
      --runs[user].missing;
      settle(runs[user]);
    }
  }
  return out;
}

// A rule is productive if it can end. Alternatives that cannot would lead an answer into a dead end.
Status GrammarBuilder::drop_unproductive(Id root) {
  const auto some = [this](std::int32_t element) { return sets_[static_cast<std::size_t>(element)].any(); };
  const std::vector<bool> productive = reachable(some);
  if (!productive[root])
    return fail("engine.constraint", "no answer has the form that is asked for", "",
                "give every rule a way to end");
  const auto can_end = [&](const Sequence& run) {
    return std::all_of(run.begin(), run.end(), [&](std::int32_t element) {
      return is_rule(element) ? productive[Grammar::rule_of(element)] : some(element);
    });
  };
  for (Rule& rule : rules_) std::erase_if(rule.alternatives, [&](const Sequence& run) { return !can_end(run); });
  return {};
}

// A cycle of rules that begin with each other is harmful where something stands behind one of them: each turn
// would remember one more return. Cycles of last elements remember nothing.
Status GrammarBuilder::refuse_left_recursion() const {
  struct Edge {
    std::size_t to;
    bool returns;
  };
  const std::vector<bool> empty = reachable([](std::int32_t) { return false; });
  std::vector<std::vector<Edge>> edges(rules_.size());
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    for (const Sequence& run : rules_[i].alternatives) {
      for (std::size_t k = 0; k < run.size() && is_rule(run[k]); ++k) {
        edges[i].push_back({Grammar::rule_of(run[k]), k + 1 < run.size()});
        if (!empty[Grammar::rule_of(run[k])]) break;
      }
    }
  }
  // Tarjan 1972, with a stack of its own: grammars may be deep.
  const std::size_t kNone = rules_.size();
  std::vector<std::size_t> index(rules_.size(), kNone), low(rules_.size(), 0), component(rules_.size(), kNone),
      open;
  std::vector<std::pair<std::size_t, std::size_t>> path;
  std::size_t next = 0, components = 0;
  for (std::size_t start = 0; start < rules_.size(); ++start) {
    if (index[start] != kNone) continue;
    path.emplace_back(start, 0);
    while (!path.empty()) {
      auto& [at, edge] = path.back();
      if (edge == 0 && index[at] == kNone) {
        index[at] = low[at] = next++;
        open.push_back(at);
      }
      if (edge < edges[at].size()) {
        const std::size_t to = edges[at][edge++].to;
        if (index[to] == kNone) {
          path.emplace_back(to, 0);
        } else if (component[to] == kNone) {
          low[at] = std::min(low[at], index[to]);
        }
        continue;
      }
      const std::size_t done = at;
      path.pop_back();
      if (!path.empty()) low[path.back().first] = std::min(low[path.back().first], low[done]);
      if (low[done] != index[done]) continue;
      for (bool last = false; !last; open.pop_back()) {
        last = open.back() == done;
        component[open.back()] = components;
      }
      ++components;
    }
  }
  for (std::size_t i = 0; i < rules_.size(); ++i)
    for (const Edge& edge : edges[i])
      if (edge.returns && component[i] == component[edge.to])
        return fail("engine.constraint", "a rule of the grammar begins with itself (left recursion)", "",
                    "write the repetition with * or +, or put the recursion last");
  return {};
}

void GrammarBuilder::number_classes(Grammar& grammar) const {
  std::map<std::vector<bool>, std::uint8_t> seen;
  for (unsigned b = 0; b < 256; ++b) {
    std::vector<bool> signature;
    signature.reserve(sets_.size());
    for (const Grammar::Bytes& set : sets_) signature.push_back(set.test(b));
    const auto [found, fresh] = seen.emplace(std::move(signature), static_cast<std::uint8_t>(seen.size()));
    grammar.class_of_[b] = found->second;
    if (fresh) grammar.samples_.push_back(static_cast<unsigned char>(b));
  }
  grammar.classes_ = static_cast<int>(seen.size());
}

Result<std::shared_ptr<const Grammar>> GrammarBuilder::build(Id root) {
  if (too_large())
    return fail("engine.constraint", "the grammar has more than 300,000 parts", "",
                "use smaller counts of repetition, or a simpler form");
  SLUICE_TRY_VOID(drop_unproductive(root));
  SLUICE_TRY_VOID(refuse_left_recursion());
  auto grammar = std::make_shared<Grammar>();
  grammar->sets_ = sets_;
  grammar->root_ = root;
  grammar->rules_.resize(rules_.size());
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    for (const Sequence& run : rules_[i].alternatives) {
      grammar->rules_[i].push_back(static_cast<std::uint32_t>(grammar->elements_.size()));
      grammar->elements_.insert(grammar->elements_.end(), run.begin(), run.end());
      grammar->elements_.push_back(Grammar::kEnd);
    }
  }
  number_classes(*grammar);
  return std::shared_ptr<const Grammar>(std::move(grammar));
}

}  // namespace sluice::engine::constraint
