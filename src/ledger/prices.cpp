#include "ledger/prices.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "config/deployment.h"
#include "config/reader.h"
#include "generated/default_prices.h"

namespace sluice::ledger {
namespace {

using config::Fields;
using config::Need;
using config::Node;

constexpr int kDigits = 9;                                                   // nano
constexpr std::int64_t kPerTokens = 1'000'000;                               // prices are for so many tokens
constexpr std::int64_t kMaxPrice = std::int64_t(1'000'000) * 1'000'000'000;  // a million USD for a million tokens
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
constexpr std::int64_t kMicrosPerMinute = 60'000'000;
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

struct Rates {  // nano-USD for kPerTokens tokens
  std::int64_t hit = 0, miss = 0, output = 0;
};

// A part of some days, UTC.
struct Window {
  struct Span {
    std::int64_t begin, end;  // minutes from midnight, end excluded
  };
  std::vector<Span> spans;
  std::array<bool, 7> days{true, true, true, true, true, true, true};  // Monday first
  std::vector<std::int64_t> except;                                    // days since 1970-01-01, sorted

  bool contains(UtcTime time) const {
    std::int64_t day = time.micros / kMicrosPerDay - (time.micros % kMicrosPerDay < 0);
    std::int64_t minute = (time.micros - day * kMicrosPerDay) / kMicrosPerMinute;
    auto weekday = std::size_t(((day + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
    if (!days[weekday] || std::binary_search(except.begin(), except.end(), day)) return false;
    return std::any_of(spans.begin(), spans.end(), [&](Span s) { return s.begin <= minute && minute < s.end; });
  }
};

struct Tariff {
  std::int64_t from = 0, until = kForever;  // micros, until excluded
  Rates rates;
  std::optional<Rates> peak;
  std::shared_ptr<const Window> window;  // set if peak is
  std::string where;

  const Rates& at(UtcTime time) const { return peak && window->contains(time) ? *peak : rates; }
};

class PriceBook : public Prices {
 public:
  using ByModel = std::map<std::string, std::vector<Tariff>, std::less<>>;  // tariffs that don't overlap
  std::map<std::string, ByModel, std::less<>> providers;

  std::optional<std::int64_t> cost_nano_usd(std::string_view provider, std::string_view model, UtcTime time,
                                            const chat::Usage& usage) const override {
    if (!usage.valid()) return std::nullopt;
    if (provider == config::kind_name(config::Kind::Engine)) return 0;
    const Tariff* tariff = find(provider, model, time);
    if (!tariff) return std::nullopt;
    const Rates& rates = tariff->at(time);
    // At most 3 * 2^63 * 10^15 < 2^117: no overflow in 128 bits.
    __int128 sum = __int128(usage.cache_hit) * rates.hit + __int128(usage.cache_miss) * rates.miss +
                   __int128(usage.completion) * rates.output;
    // Rounded once, over the whole sum, to the nearest nano-USD; a half goes up.
    __int128 cost = (sum + kPerTokens / 2) / kPerTokens;
    if (cost > std::numeric_limits<std::int64_t>::max()) return std::nullopt;  // no such request: a broken usage
    return std::int64_t(cost);
  }

 private:
  const Tariff* find(std::string_view provider, std::string_view model, UtcTime time) const {
    auto models = providers.find(provider);
    if (models == providers.end()) return nullptr;
    auto found = models->second.find(model);
    if (found == models->second.end()) return nullptr;
    for (const Tariff& tariff : found->second)
      if (tariff.from <= time.micros && time.micros < tariff.until) return &tariff;
    return nullptr;
  }
};

// ---- reading the file

Result<std::int64_t> read_price(const Node& node) {
  SLUICE_TRY(std::int64_t price, node.decimal(kDigits, -kMaxPrice, kMaxPrice));
  if (price < 0)
    return fail(node.error("negative", "a price is not negative", "a discount is a tariff of its own"));
  return price;
}

bool read_price(Fields& fields, std::string_view key, std::int64_t& out, Need need) {
  auto node = fields.node(key, need);
  if (!node) return false;
  auto price = read_price(*node);
  if (!price) {
    fields.add(*node, std::move(price).error());
    return false;
  }
  out = *price;
  return true;
}

bool read_time(Fields& fields, std::string_view key, std::int64_t& out, Need need) {
  auto node = fields.node(key, need);
  if (!node) return false;
  auto text = node->text();
  if (!text) {
    fields.add(*node, std::move(text).error());
    return false;
  }
  auto time = parse_utc(*text);
  if (!time) {
    fields.add(*node, node->error("value", time.error().message, time.error().hint));
    return false;
  }
  out = time->micros;
  return true;
}

// Who said so and when: every entry must tell, nothing is computed from it.
void read_origin(Fields& fields) {
  std::string source, note;
  std::int64_t as_of = 0;
  fields.text("source", source, Need::Required);
  read_time(fields, "as_of", as_of, Need::Required);
  fields.text("note", note);
}

// "06:00-10:00"; 24:00 is the end of the day.
std::optional<Window::Span> parse_span(std::string_view text) {
  auto digit = [&](std::size_t i) { return std::int64_t(text[i] - '0'); };
  constexpr std::string_view kShape = "dd:dd-dd:dd";
  if (text.size() != kShape.size()) return std::nullopt;
  for (std::size_t i = 0; i < kShape.size(); ++i)
    if (kShape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != kShape[i]) return std::nullopt;
  auto minutes = [&](std::size_t i) -> std::int64_t {
    std::int64_t hour = digit(i) * 10 + digit(i + 1), minute = digit(i + 3) * 10 + digit(i + 4);
    return minute > 59 ? -1 : hour * 60 + minute;
  };
  Window::Span span{minutes(0), minutes(6)};
  if (span.begin < 0 || span.end <= span.begin || span.end > 24 * 60) return std::nullopt;
  return span;
}

void read_spans(Fields& fields, Window& window) {
  std::vector<std::string> texts;
  if (!fields.texts("utc", texts, Need::Required)) return;
  Node node = *fields.node("utc");
  for (const std::string& text : texts) {
    auto span = parse_span(text);
    if (!span)
      return fields.add(node, node.error("value", "'" + text + "' is no part of a day",
                                         "write \"06:00-10:00\"; split at midnight, whose end is 24:00"));
    window.spans.push_back(*span);
  }
  if (texts.empty()) fields.add(node, node.error("value", "a window has at least one part"));
}

void read_days(Fields& fields, Window& window) {
  static constexpr std::array kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  auto days = fields.node("days");
  if (!days) return;
  window.days.fill(false);
  auto list = days->list();
  if (!list) return fields.add(*days, std::move(list).error());
  for (const Node& node : *list) {
    auto day = node.choice(kDays);
    if (!day) return fields.add(node, std::move(day).error());
    window.days[*day] = true;
  }
}

void read_exceptions(Fields& fields, Window& window) {
  auto except = fields.node("except");
  if (!except) return;
  auto list = except->list();
  if (!list) return fields.add(*except, std::move(list).error());
  for (const Node& node : *list) {
    auto text = node.text();
    if (!text) return fields.add(node, std::move(text).error());
    auto date = parse_utc(*text);
    if (!date || date->micros % kMicrosPerDay != 0)
      return fields.add(node, node.error("value", "'" + *text + "' is no date", "write it as 2026-10-01"));
    window.except.push_back(date->micros / kMicrosPerDay);
  }
  std::sort(window.except.begin(), window.except.end());
}

using Windows = std::map<std::string, std::shared_ptr<const Window>, std::less<>>;

Result<Windows> read_windows(const std::optional<Node>& node) {
  Windows windows;
  if (!node) return windows;
  SLUICE_TRY(auto list, node->list());
  for (const Node& item : list) {
    Fields fields(item);
    std::string name;
    Window window;
    fields.text("name", name, Need::Required);
    read_spans(fields, window);
    read_days(fields, window);
    read_exceptions(fields, window);
    read_origin(fields);
    SLUICE_TRY_VOID(fields.finish());
    if (!windows.emplace(name, std::make_shared<const Window>(std::move(window))).second)
      return fail(item.error("overlap", "there are two windows named '" + name + "'"));
  }
  return windows;
}

// rates * times / 1000, which must come out whole.
std::optional<Rates> multiplied(const Rates& rates, std::int64_t thousandths) {
  auto one = [&](std::int64_t price) -> std::optional<std::int64_t> {
    __int128 product = __int128(price) * thousandths;
    if (product % 1000 != 0 || product / 1000 > kMaxPrice) return std::nullopt;
    return std::int64_t(product / 1000);
  };
  auto hit = one(rates.hit), miss = one(rates.miss), output = one(rates.output);
  if (!hit || !miss || !output) return std::nullopt;
  return Rates{*hit, *miss, *output};
}

Status read_peak(const Node& node, const Windows& windows, Tariff& tariff) {
  Fields fields(node);
  std::string name;
  fields.text("window", name, Need::Required);
  auto times = fields.node("times");
  Need need = times ? Need::Optional : Need::Required;
  Rates own;
  bool any = read_price(fields, "hit", own.hit, need);
  any |= read_price(fields, "miss", own.miss, need);
  any |= read_price(fields, "output", own.output, need);
  SLUICE_TRY_VOID(fields.finish());
  auto window = windows.find(name);
  if (window == windows.end())
    return fail(fields.node("window")->error("value", "there is no window named '" + name + "'",
                                             "define it under windows:"));
  tariff.window = window->second;
  tariff.peak = own;
  if (!times) return {};
  if (any) return fail(node.error("value", "a peak has 'times' or prices of its own, not both"));
  SLUICE_TRY(std::int64_t thousandths, times->decimal(3, 0, 1'000'000));
  tariff.peak = multiplied(tariff.rates, thousandths);
  if (!tariff.peak)
    return fail(times->error("value", "the product is not exact to 9 digits",
                             "write the peak's own hit, miss and output"));
  return {};
}

struct Scope {
  std::string provider;
  std::vector<std::string> models;
};

Result<Scope> read_tariff(const Node& node, const Windows& windows, Tariff& tariff) {
  // The engine's hardware has no price here, so its kind is not among these.
  const std::array<const char*, 1> providers{config::kind_name(config::Kind::DeepSeek)};
  Fields fields(node);
  Scope scope;
  std::size_t provider = 0;
  fields.choice("provider", provider, providers, Need::Required);
  fields.texts("models", scope.models, Need::Required);
  read_time(fields, "from", tariff.from, Need::Required);
  read_time(fields, "until", tariff.until, Need::Optional);
  read_price(fields, "hit", tariff.rates.hit, Need::Required);
  read_price(fields, "miss", tariff.rates.miss, Need::Required);
  read_price(fields, "output", tariff.rates.output, Need::Required);
  auto peak = fields.node("peak");
  read_origin(fields);
  SLUICE_TRY_VOID(fields.finish());
  if (peak) {
    SLUICE_TRY_VOID(read_peak(*peak, windows, tariff));
  }
  if (scope.models.empty())
    return fail(fields.node("models")->error("value", "a tariff names at least one model"));
  if (tariff.until <= tariff.from)
    return fail(fields.node("until")->error("value", "a tariff ends after it begins"));
  scope.provider = providers[provider];
  tariff.where = node.where();
  return scope;
}

Status add_tariff(PriceBook& book, const Node& node, const Scope& scope, const Tariff& tariff) {
  for (const std::string& model : scope.models) {
    auto& list = book.providers[scope.provider][model];
    for (const Tariff& other : list)
      if (tariff.from < other.until && other.from < tariff.until)
        return fail(node.error("overlap",
                               "'" + model + "' has another tariff for a part of this time, at " + other.where,
                               "end the older one: until: " + format_utc({std::max(tariff.from, other.from)})));
    list.push_back(tariff);
  }
  return {};
}

void read_head(Fields& fields) {
  static constexpr std::array kVersions{"v1"};
  static constexpr std::array kCurrencies{"USD"};
  int version = 0, currency = 0;
  std::int64_t per_tokens = 0;
  fields.choice("prices", version, kVersions, Need::Required);
  fields.choice("currency", currency, kCurrencies, Need::Required);
  fields.integer("per_tokens", per_tokens, kPerTokens, kPerTokens, Need::Required);
}

}  // namespace

Result<std::shared_ptr<const Prices>> Prices::parse(std::string_view yaml, const std::string& file) {
  SLUICE_TRY(Node root, config::parse_yaml(yaml, file, "prices"));
  Fields fields(root);
  read_head(fields);
  auto window_list = fields.node("windows");
  auto tariff_list = fields.node("tariffs", Need::Required);
  SLUICE_TRY_VOID(fields.finish());
  SLUICE_TRY(Windows windows, read_windows(window_list));
  SLUICE_TRY(auto list, tariff_list->list());
  auto book = std::make_shared<PriceBook>();
  for (const Node& node : list) {
    Tariff tariff;
    SLUICE_TRY(Scope scope, read_tariff(node, windows, tariff));
    SLUICE_TRY_VOID(add_tariff(*book, node, scope, tariff));
  }
  return book;
}

Result<std::shared_ptr<const Prices>> Prices::read(const std::string& file) {
  SLUICE_TRY(std::string yaml, config::read_text_file(file, "prices"));
  return parse(yaml, file);
}

std::string_view default_prices_text() { return kDefaultPrices; }

}  // namespace sluice::ledger
