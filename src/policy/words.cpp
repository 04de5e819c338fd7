#include "policy/words.h"

#include <algorithm>
#include <array>

namespace sluice::policy {
namespace {

constexpr std::array<const char*, 3> kStates{"denied", "held", "allowed"};

enum class Takes : std::uint8_t { Nothing, Days, Tokens, Categories, Role };
struct Row {
  const char* name;
  Takes takes;
};
// In the order of Obligation.
constexpr std::array<Row, kObligations> kRows{{{"log_no_content", Takes::Nothing},
                                               {"log_hash_only", Takes::Nothing},
                                               {"log_redacted", Takes::Nothing},
                                               {"retain", Takes::Days},
                                               {"no_shared_cache", Takes::Nothing},
                                               {"no_store", Takes::Nothing},
                                               {"pseudonymise", Takes::Categories},
                                               {"redact", Takes::Categories},
                                               {"opaque_user", Takes::Nothing},
                                               {"no_tools", Takes::Nothing},
                                               {"no_server_tools", Takes::Nothing},
                                               {"output_scan", Takes::Categories},
                                               {"max_output", Takes::Tokens},
                                               {"notify", Takes::Role}}};
constexpr int kMostDays = 36'500;
constexpr int kMostTokens = 10'000'000;

const Row& row_of(Obligation kind) { return kRows[std::size_t(kind)]; }

std::string example_of(const Row& row) {
  switch (row.takes) {
    case Takes::Nothing:
      return row.name;
    case Takes::Days:
      return std::string(row.name) + "(30d)";
    case Takes::Tokens:
      return std::string(row.name) + "(4096)";
    case Takes::Categories:
      return std::string(row.name) + "(pii)";
    case Takes::Role:
      return std::string(row.name) + "(dpo)";
  }
  return row.name;
}

bool is_number(std::string_view text, int most, int& out) {
  if (text.empty() || text.size() > 8 || text[0] == '0' || text.find_first_not_of("0123456789") != text.npos)
    return false;
  out = std::stoi(std::string(text));
  return out <= most;
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    std::size_t comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    words.emplace_back(word);
    if (comma == text.npos) return words;
    text.remove_prefix(comma + 1);
  }
}

Result<sense::CategorySet> categories_in(const config::Node& node, std::string_view text) {
  sense::CategorySet set;
  for (const std::string& word : split(text)) {
    auto category = sense::parse_category(word);
    if (!category) {
      auto near = config::did_you_mean(word, category_words());
      return fail(
          node.error("unknown_category", "there is no category \"" + word + "\"",
                     near ? "did you mean \"" + *near + "\"?" : "known: " + config::any_of(category_words())));
    }
    set.add(*category);
  }
  return set;
}

Status read_argument(const config::Node& node, const Row& row, std::string_view text, ObligationUse& use) {
  auto wrong = [&](const std::string& expected) {
    return fail(node.error("value", "expected " + expected, "for example " + example_of(row)));
  };
  std::string name = row.name;
  switch (row.takes) {
    case Takes::Nothing:
      return wrong(name + " without an argument");
    case Takes::Days:
      if (!text.ends_with('d') || !is_number(text.substr(0, text.size() - 1), kMostDays, use.number))
        return wrong(name + "(Nd) with N from 1 to " + std::to_string(kMostDays));
      return {};
    case Takes::Tokens:
      if (!is_number(text, kMostTokens, use.number))
        return wrong(name + "(N) with N from 1 to " + std::to_string(kMostTokens) + " tokens");
      return {};
    case Takes::Categories: {
      SLUICE_TRY(use.categories, categories_in(node, text));
      return {};
    }
    case Takes::Role:
      use.text = split(text).front();
      if (!valid_id(use.text) || text.find(',') != text.npos) return wrong("one role, team or principal");
      return {};
  }
  return {};
}

}  // namespace

Result<ObligationUse> read_obligation(const config::Node& node, const std::string& rule) {
  SLUICE_TRY(std::string text, node.text());
  std::size_t open = text.find('(');
  std::string name = text.substr(0, open);
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const Row& row = kRows[i];
    if (name != row.name) continue;
    ObligationUse use{Obligation(i)};
    use.rule = rule;
    bool bare = open == text.npos;
    if (bare && row.takes == Takes::Nothing) return use;
    if (bare || !text.ends_with(')'))
      return fail(node.error("value", "expected " + example_of(row) + ", found \"" + text + "\""));
    SLUICE_TRY_VOID(
        read_argument(node, row, std::string_view(text).substr(open + 1, text.size() - open - 2), use));
    return use;
  }
  std::vector<std::string> names, examples;
  for (const Row& row : kRows) {
    names.emplace_back(row.name);
    examples.push_back(example_of(row));
  }
  auto near = config::did_you_mean(name, names);
  return fail(node.error("unknown_obligation", "there is no obligation \"" + name + "\"",
                         near ? "did you mean \"" + *near + "\"?" : "known: " + config::any_of(examples)));
}

std::string obligation_name(const ObligationUse& use) {
  if (int(use.kind) >= kObligations) return "unknown";
  const Row& row = row_of(use.kind);
  std::string name = row.name;
  switch (row.takes) {
    case Takes::Nothing:
      return name;
    case Takes::Days:
      return name + "(" + std::to_string(use.number) + "d)";
    case Takes::Tokens:
      return name + "(" + std::to_string(use.number) + ")";
    case Takes::Role:
      return name + "(" + use.text + ")";
    case Takes::Categories:
      break;
  }
  std::string list;
  for (sense::Category c : use.categories.list())
    list += (list.empty() ? "" : ", ") + std::string(sense::category_name(c));
  return name + "(" + list + ")";
}

const char* state_name(State state) { return kStates[std::size_t(state)]; }

bool Verdict::obliges(Obligation kind) const {
  return std::any_of(obligations.begin(), obligations.end(), [&](const auto& use) { return use.kind == kind; });
}

std::optional<int> Verdict::least(Obligation kind) const {
  std::optional<int> least;
  for (const ObligationUse& use : obligations)
    if (use.kind == kind) least = least ? std::min(*least, use.number) : use.number;
  return least;
}

sense::CategorySet Verdict::categories_of(Obligation kind) const {
  sense::CategorySet all;
  for (const ObligationUse& use : obligations)
    if (use.kind == kind) all = all | use.categories;
  return all;
}

void Verdict::deny(std::string why) {
  allowed = false;
  hold.reset();
  obligations.clear();
  pseudonymise = redact = {};
  reason = std::move(why);
}

std::vector<std::string> Decision::allowed() const {
  std::vector<std::string> names;
  for (const Verdict& verdict : verdicts)
    if (verdict.allowed) names.push_back(verdict.deployment);
  return names;
}

std::vector<std::string> Decision::held() const {
  std::vector<std::string> names;
  for (const Verdict& verdict : verdicts)
    if (verdict.state() == State::Held) names.push_back(verdict.deployment);
  return names;
}

}  // namespace sluice::policy
