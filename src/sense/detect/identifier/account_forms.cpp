#include "sense/detect/identifier/account_forms.h"

#include <re2/re2.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sense/check/check.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/identifier/payment_words.h"

namespace sluice::sense::detect {
using namespace check;
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;
using scan::PhraseHit;

constexpr std::size_t kLeastDigits = 6;  // of an account

void report(Kind kind, double confidence, std::size_t start, std::size_t end, std::vector<Hit>& hits) {
  hits.push_back(Hit{kind, confidence, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
}

void report(const Document& doc, Kind kind, re2::StringPiece value, std::vector<Hit>& hits) {
  const auto start = static_cast<std::size_t>(value.data() - doc.lower.data());
  report(kind, 0.8, start, start + value.size(), hits);
}

std::string_view view(re2::StringPiece piece) { return {piece.data(), piece.size()}; }

int weighted(std::string_view digits, std::initializer_list<int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) sum += (digits[i] - '0') * weights.begin()[i % weights.size()];
  return sum;
}

bool norway_account(std::string_view digits) {
  return digits.size() == 11 && weighted(digits, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}

// Eight digits of the bank and its branch, then the account; either part has a check digit.
bool hungary_account(std::string_view digits) {
  return digits.size() >= 16 && weighted(digits.substr(0, 8), {9, 7, 3, 1}) % 10 == 0 &&
         weighted(digits.substr(8), {9, 7, 3, 1}) % 10 == 0 && digits.find_first_not_of('0') != digits.npos;
}

// A person's account in roubles or another currency: 40817810...
bool russia_account(std::string_view digits) {
  if (digits.size() != 20) return false;
  const std::string_view balance = digits.substr(0, 5), currency = digits.substr(5, 3);
  const bool account = balance == "40817" || balance == "40820" || balance == "40802" ||
                       (balance.starts_with("423") && balance[3] == '0');
  return account && (currency == "810" || currency == "840" || currency == "978" || currency == "643");
}

// "12-03-84" may be a day: British branches are told from days by the numbers that no day has.
bool may_be_day(std::string_view a, std::string_view b, std::string_view c) {
  const auto day = [](std::string_view d) { return d >= "01" && d <= "31"; };
  const auto month = [](std::string_view m) { return m >= "01" && m <= "12"; };
  return (day(a) && month(b)) || (month(a) && day(b)) || (month(b) && day(c));
}

bool glued(const Groups& g, std::size_t first, std::size_t last) {
  return g.glued_before(first) || g.glued_after(last) || g.before(first) == '+' || g.before(first) == '-';
}

// "a/c 00417726 (83-15-20)"
bool behind_account(const Words& words, const Document& doc, const Groups& g, std::size_t i,
                    std::vector<Hit>& hits) {
  const std::size_t open = g.start(i), close = g.end(i + 2);
  if (open < 12 || doc.text[open - 1] != '(' || close >= doc.text.size() || doc.text[close] != ')') return false;
  const std::size_t end = doc.text[open - 2] == ' ' ? open - 2 : open - 1;
  std::size_t start = end;
  while (start > 0 && end - start < 9 && doc.text[start - 1] >= '0' && doc.text[start - 1] <= '9') --start;
  if (end - start != 8 || (start > 0 && scan::is_word_byte(doc.text[start - 1]))) return false;
  if (!(words.around(doc, start, close, 24, 0) & (kAccountWord | kBankWord))) return false;
  report(Kind::BankAccount, 0.75, start, end, hits);
  report(Kind::SortCode, 0.75, open, close, hits);
  return true;
}

// "82917354, sort code 20-45-18"
void account_before(const Document& doc, std::size_t sort, std::vector<Hit>& hits) {
  auto group = std::partition_point(doc.groups.begin(), doc.groups.end(),
                                    [&](const scan::DigitGroup& g) { return g.start < sort; });
  if (group == doc.groups.begin() || (--group)->size != 8) return;
  const std::size_t end = group->start + std::size_t{group->size};
  if (end + 24 < sort || (group->start > 0 && scan::is_word_byte(doc.text[group->start - 1]))) return;
  if (std::string_view(doc.lower).substr(end, sort - end).find("sort") == std::string_view::npos) return;
  report(Kind::BankAccount, 0.75, group->start, end, hits);
}

// "account 30-98-12 / 54356819", as British statements and letters write an account; "04 00 73, 89085166".
void british(const Words& words, const Document& doc, const Groups& g, std::vector<Hit>& hits) {
  for (std::size_t i = 0; i + 2 < g.count(); ++i) {
    if (!g.shaped(i, {2, 2, 2}) || !g.uniform(i, i + 2) || g.glued_before(i)) continue;
    const bool dashed = g.separator(i) == "-";
    if (!dashed && (g.separator(i) != " " || i > 0 || g.before(i) == '+')) continue;
    if (i > 0 && g.separator(i - 1).find(' ') == std::string_view::npos) continue;
    const std::size_t end = g.end(i + 2);
    if (dashed) account_before(doc, g.start(i), hits);
    if (dashed && behind_account(words, doc, g, i, hits)) continue;
    const bool day = may_be_day(g.digits(i), g.digits(i + 1), g.digits(i + 2));
    if (dashed && !day && !g.glued_after(i + 2) && (words.around(doc, g.start(i), end, 24, 0) & kBranchName))
      report(Kind::SortCode, 0.7, g.start(i), end, hits);
    const auto next = std::partition_point(doc.groups.begin(), doc.groups.end(),
                                           [&](const scan::DigitGroup& group) { return group.start < end; });
    if (next == doc.groups.end() || next->size != 8 || next->start > end + 20) continue;
    const std::string_view between = std::string_view(doc.lower).substr(end, next->start - end);
    static const RE2 kBetween(
        R"(^(?:[ /,;|:]{1,3}|[ ,;]*(?:and |und )?(?:account|accnt|acc|a/c|acct)[ .:]*(?:number|no)?[ .:]*)$)");
    if (!RE2::FullMatch(re2::StringPiece(between.data(), between.size()), kBetween)) continue;
    const std::size_t start = g.start(i), last = next->start + std::size_t{next->size};
    if (last < doc.text.size() && scan::is_word_byte(doc.text[last])) continue;
    const Tags wanted = kAccountWord | kBankWord | kSortWord | (day ? 0 : kPayWord);
    if (!(words.around(doc, start, last, day || dashed ? 60 : 80, 40) & wanted)) continue;
    report(Kind::SortCode, 0.8, start, end, hits);
    report(Kind::BankAccount, 0.8, next->start, last, hits);
    i += 2;
  }
}

// Groups that only accounts of one country have.
bool grouped(const Words& words, const Document& doc, const Groups& g, std::size_t i, std::vector<Hit>& hits) {
  struct Form {
    std::initializer_list<std::size_t> sizes;
    std::string_view signs;
    bool (*valid)(std::string_view);
    bool alone;
  };
  static constexpr auto kAny = [](std::string_view) { return true; };
  static const Form kForms[] = {
      // New Zealand: bank, branch, account, suffix.
      {{2, 4, 7, 2},
       "-",
       [](std::string_view d) { return d.substr(0, 2) >= "01" && d.substr(0, 2) <= "38"; },
       false},
      {{2, 4, 7, 3},
       "-",
       [](std::string_view d) { return d.substr(0, 2) >= "01" && d.substr(0, 2) <= "38"; },
       false},
      {{4, 2, 5}, ". ", norway_account, false},
      {{8, 8, 8}, "- ", hungary_account, false},
      {{8, 8}, "-", hungary_account, false},
      {{5, 5, 10, 2}, " ", kAny, false},  // France
      {{5, 5, 11, 2}, " ", kAny, false},
      {{2, 4, 4, 4, 4, 4, 4}, " ", [](std::string_view d) { return iban("PL" + std::string(d)); }, true},
  };
  for (const Form& form : kForms) {
    const std::size_t last = i + form.sizes.size() - 1;
    if (!g.shaped(i, form.sizes) || !g.uniform(i, last) || g.separator(i).size() != 1 ||
        form.signs.find(g.separator(i)) == form.signs.npos)
      continue;
    if (glued(g, i, last) || (last + 1 < g.count() && g.separator(last) == "-")) continue;
    if (!form.valid(g.joined(i, last))) continue;
    const Tags wanted = kAccountWord | kBankWord | kPayWord;
    if (!form.alone && !(words.around(doc, g.start(i), g.end(last), 60, 40) & wanted)) continue;
    report(Kind::BankAccount, 0.8, g.start(i), g.end(last), hits);
    return true;
  }
  return false;
}

re2::StringPiece behind(const Document& doc, const PhraseHit& hit, std::size_t bytes) {
  const std::size_t end = std::min<std::size_t>(doc.text.size(), hit.end + bytes);
  return {doc.lower.data() + hit.end, end - hit.end};
}

// The branch, then the account: "clearing 6112, konto 472 100 142" in Sweden, "reg.nr. 3409 kontonr. 6863233292"
// in Denmark, "agência 2847, conta 10065-6" in Brazil, "支店(047)普通 0606288" in Japan.
void branch_then_account(const Document& doc, const PhraseHit& hit, std::vector<Hit>& hits) {
  const re2::StringPiece rest = behind(doc, hit, 64);
  if (!has_digits(doc, hit.end, hit.end + rest.size(), 4 + kLeastDigits - 1)) return;
  static const RE2 kNordic(
      R"(^[.: ]{0,3}(?:nr|nummer|no)?[.: ]{0,3}(\d{4}(?:-\d)?)(?: ?[,;/|] ?| )(?:og |och |and )?(?:bank)?(?:konto|account|kto)[a-z]{0,8}[.: ]{0,3}(?:nr|no)?[.: ]{0,3}(\d[\d .-]{4,16}\d))");
  static const RE2 kBrazil(
      R"(^[.: ]{0,3}(?:nº|n\.º|no)?[.: ]{0,2}(\d{4}(?:-[\dx])?)(?: ?[,;/|-] ?| )(?:e )?(?:conta|cta|c/c|cc|c/p|cp|poupança|corrente)(?: corrente| poupança)?[.: ]{0,3}(?:nº|n\.º|no)?[.: ]{0,2}(\d[\d.]{3,12}(?:-[\dx])?))");
  static const RE2 kJapan(R"(^[ ]?(\d{3})[)）]? ?(?:普通|当座|貯蓄)(?:預金|口座)?[ :：]{0,3}(\d{7})(?:\D|$))");
  re2::StringPiece branch, account;
  if (!RE2::PartialMatch(rest, kNordic, &branch, &account) &&
      !RE2::PartialMatch(rest, kBrazil, &branch, &account) && !RE2::PartialMatch(rest, kJapan, &branch, &account))
    return;
  report(doc, Kind::SortCode, branch, hits);
  report(doc, Kind::BankAccount, account, hits);
}

// "BSB 062-829 acc 1735 4629", "routing 101915861 / 20407432282", "sort code 20-45-77, number 60418853"
void behind_routing(const Document& doc, const PhraseHit& hit, std::vector<Hit>& hits) {
  const re2::StringPiece rest = behind(doc, hit, 64);
  if (!has_digits(doc, hit.end, hit.end + rest.size(), 6 + kLeastDigits)) return;
  static const RE2 kAccount(
      R"(^[.: ]{0,3}(?:no|number|code)?[.: ]{0,3}(?:is )?(\d{3}[- ]?\d{3}|\d{2}[- ]\d{2}[- ]\d{2}|\d{9})(?: ?[,;/|] ?| )(?:and |with |then )?(?:the )?(?:account|acct|acc|a/c|dda|number|no)[.: ]{0,3}(?:no|number|nr|is)?[.: ]{0,3}(\d[\d ]{4,15}\d)(?:\D|$))");
  static const RE2 kSlash(R"(^(?: no| number| #)?[.: ]{0,3}(\d{9}) ?[/|] ?(\d{6,17})(?:\D|$))");
  re2::StringPiece account, routing;
  if (!RE2::PartialMatch(rest, kSlash, &routing, &account) &&
      !RE2::PartialMatch(rest, kAccount, &routing, &account))
    return;
  if (routing.size() == 9 && !aba_routing(view(routing))) return;
  report(doc, Kind::BankAccount, account, hits);
}

// "97653897 at routing 122102572", "000422217475 (routing 267086744)"
void before_routing(const Document& doc, const PhraseHit& hit, std::vector<Hit>& hits) {
  const std::size_t from = hit.start > 40 ? hit.start - 40u : 0;
  if (!has_digits(doc, from, hit.start, kLeastDigits) || !has_digits(doc, hit.end, hit.end + 24u, 9)) return;
  static const RE2 kBehind(R"(^(?: no| number| #)?[.: ]{0,3}(?:is )?(\d{9})(?:\D|$))");
  re2::StringPiece routing, account;
  if (!RE2::PartialMatch(behind(doc, hit, 24), kBehind, &routing) || !aba_routing(view(routing))) return;
  static const RE2 kBefore(R"((?:^|[^\w-])(\d{6,17}) ?(?:at|with|under|@|/|\||\()(?: ?the)?(?: bank| aba)? ?$)");
  if (!RE2::PartialMatch(re2::StringPiece(doc.lower.data() + from, hit.start - from), kBefore, &account)) return;
  report(doc, Kind::BankAccount, account, hits);
}

// The line of a check in magnetic ink, as it is read by machines: ⑆072000355⑆ 482351201⑈ 1207
void check_line(const Document& doc, const PhraseHit& hit, std::vector<Hit>& hits) {
  if (!has_digits(doc, hit.end, hit.end + 12u, 9)) return;
  static const RE2 kLine(
      R"(^ ?(\d{9}) ?(?:⑆|\|:|:\|)[ ⑈]{0,4}(?:\d{3,6}⑈ ?)?(\d[\d ⑉-]{3,18}\d) ?(?:⑈|\|\||"|''|\|"))");
  re2::StringPiece routing, account;
  if (!RE2::PartialMatch(behind(doc, hit, 64), kLine, &routing, &account) || !aba_routing(view(routing))) return;
  report(doc, Kind::RoutingNumber, routing, hits);
  report(doc, Kind::BankAccount, account, hits);
}

}  // namespace

void accounts_by_form(const Words& words, const Document& doc, const scan::NumberRun& run,
                      std::vector<Hit>& hits) {
  const Groups g(doc, run);
  if (g.count() >= 3) british(words, doc, g, hits);
  for (std::size_t i = 0; i < g.count(); ++i) {
    if (g.size(i) == 20 && russia_account(g.digits(i)) && !glued(g, i, i))
      report(Kind::BankAccount, 0.8, g.start(i), g.end(i), hits);
    else if (run.digits >= 11 && i + 1 < g.count() && grouped(words, doc, g, i, hits))
      return;
  }
}

void accounts_by_branch(const Words& words, const Document& doc, const PhraseHit& hit, std::vector<Hit>& hits) {
  const Tags tags = words.tags(hit);
  if (tags & kBranchWord) branch_then_account(doc, hit, hits);
  if (tags & kCheckLine) check_line(doc, hit, hits);
  if (!(tags & kRoutingWord)) return;
  behind_routing(doc, hit, hits);
  before_routing(doc, hit, hits);
}

}  // namespace sluice::sense::detect
