// Payment cards, IBANs, and account and routing numbers. Cards and IBANs are known by their check digits; account
// numbers, which have none that all banks share, by the words before them.
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sense/check/check.h"
#include "sense/detect/context/answers.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/spoken.h"
#include "sense/detect/context/words.h"
#include "sense/detect/identifier/account_forms.h"
#include "sense/detect/identifier/detectors.h"
#include "sense/detect/identifier/payment_words.h"

namespace sluice::sense::detect {
using namespace check;
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

struct IssuerRange {
  int low, high;  // of the first four digits
  int min_size, max_size;
  bool needs_word;  // too wide a range to believe without context
};
// ISO/IEC 7812 issuer ranges as the networks publish them. UnionPay's check digit is not enforced by all issuers,
// but nearly all cards have it.
constexpr IssuerRange kIssuers[] = {
    {4000, 4999, 13, 13, true},  {4000, 4999, 16, 16, false}, {4000, 4999, 19, 19, false},  // Visa
    {5100, 5599, 16, 16, false}, {2221, 2720, 16, 16, false},                               // Mastercard
    {3400, 3499, 15, 15, false}, {3700, 3799, 15, 15, false},                               // American Express
    {3000, 3059, 14, 16, false}, {3095, 3095, 14, 16, false}, {3600, 3699, 14, 16, false},  // Diners Club
    {3800, 3999, 14, 16, false},                                                            //
    {6011, 6011, 16, 19, false}, {6440, 6599, 16, 19, false},                               // Discover
    {3528, 3589, 16, 19, false}, {3500, 3599, 16, 16, true},  {1800, 1800, 15, 15, true},   // JCB
    {2131, 2131, 15, 15, true},                                                             // JCB, until 2009
    {6200, 6299, 16, 19, false}, {8100, 8171, 16, 19, true},                                // UnionPay
    {2200, 2204, 16, 19, false},                                                            // Mir
    {6000, 6099, 16, 16, true},  {8200, 8299, 16, 16, true},                                // RuPay
    {9792, 9792, 16, 16, true},                                                             // Troy
    {5000, 5099, 12, 19, true},  {5600, 5899, 12, 19, true},  {6300, 6399, 12, 19, true},   // Maestro
    {6700, 6799, 12, 19, true},  {604, 604, 12, 19, true},                                  //
};

// Numbers that networks and payment processors publish for testing; documentation is public.
constexpr std::string_view kTestCards[] = {
    "4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556", "4222222222222",
    "5555555555554444", "5105105105105100", "5200828282828210", "2223003122003222", "2223000048400011",
    "378282246310005",  "371449635398431",  "378734493671000",  "6011111111111117", "6011000990139424",
    "6011981111111113", "30569309025904",   "38520000023237",   "3056930009020004", "36227206271667",
    "3530111333300000", "3566002020360505", "6200000000000005", "4000000000000002", "4000002500003155",
    "4000000000009995", "4000000000003220", "6304000000000000", "5431111111111111", "4444333322221111"};

// Examples of the IBAN registry and of Wikipedia's article.
constexpr std::string_view kTestIbans[] = {"GB82WEST12345698765432",      "DE89370400440532013000",
                                           "NL91ABNA0417164300",          "BE68539007547034",
                                           "FR1420041010050500013M02606", "CH9300762011623852957",
                                           "GB29NWBK60161331926819",      "GB33BUKB20201555555555",
                                           "ES9121000418450200051332",    "IT60X0542811101000000123456",
                                           "SA0380000000608010167519"};

template <std::size_t N>
bool listed(std::string_view value, const std::string_view (&list)[N]) {
  return std::find(std::begin(list), std::end(list), value) != std::end(list);
}

const IssuerRange* issuer_of(std::string_view digits) {
  const int first4 =
      (digits[0] - '0') * 1000 + (digits[1] - '0') * 100 + (digits[2] - '0') * 10 + (digits[3] - '0');
  const int size = static_cast<int>(digits.size());
  for (const IssuerRange& r : kIssuers) {
    if (first4 >= r.low && first4 <= r.high && size >= r.min_size && size <= r.max_size) return &r;
  }
  return nullptr;
}

class Payment : public scan::Detector {
 public:
  explicit Payment(scan::PhraseSet& set)
      : words_(set, scan::Edge::Name),
        account_(
            R"((?i)^(?:'s|ends up being|turns out to be)?(?:\s*(?:_number|_no|_id|number|num|no|nr|nummer|#|code|details|is|was|are|es|ist|est|:|=|\.{1,40}|-|'|"|\*|\(|>|`|\||\[|",|</?[a-z][^<>\n]{0,24}>|of|with|ending|id|at|the|und|and|in|n\.|n°|nº|º|°|：|为|是)\s*){0,8}[\s'"]*((?:\d{4}\.\d{2}\.\d{5}|[A-Z]{2} \d{2}[ -]\d{4}[\dA-Z -]{6,32}[\dA-Z]|[A-Z]/\d{5,8}-\d{1,2}|[A-Z]{0,4}\d[\dA-Z -]{4,36}[\dA-Z]))(?:\b|$))"),
        masked_(R"(^\d{4}[ -]?[*xX•]{4}[ -]?[*xX•]{4}[ -]?\d{4}\b)") {
    SLUICE_CHECK(account_.ok() && masked_.ok(), "our own patterns compile");
    add_payment_words(words_);
  }

  const char* name() const override { return "payment"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    for (const auto& run : doc.numbers) {
      if (run.digits >= 12) cards(doc, run, hits);
      if (run.digits >= 4) masked(doc, run, hits);
      if (run.digits >= 6) accounts_by_form(words_, doc, run, hits);
    }
    ibans(doc, hits);
    std::size_t taken = 0;
    for (const auto& hit : words_.hits(doc)) {
      if (words_.tags(hit) & (kAccountWord | kRoutingWord | kDepositWord | kBankName | kFromWord))
        account(doc, hit, taken, hits);
      if (words_.tags(hit) & kRoutingWord) bank_code(doc, hit, hits);
      if (words_.tags(hit) & (kBranchWord | kRoutingWord | kCheckLine)) accounts_by_branch(words_, doc, hit, hits);
      if (words_.tags(hit) & kCardWord) spoken(doc, hit, hits);
    }
    return {};
  }

 private:
  void cards(const Document& doc, const scan::NumberRun& run, std::vector<Hit>& hits) const {
    const Groups g(doc, run);
    const std::size_t n = g.count();
    std::array<char, 19> buffer;
    for (std::size_t first = 0; first < n; ++first) {
      std::size_t size = 0;
      for (std::size_t last = first; last < n && size + g.size(last) <= buffer.size(); ++last) {
        size += g.digits(last).copy(&buffer[size], g.size(last));
        const std::string_view digits(buffer.data(), size);
        if (size < 12 || !is_card(doc, g, first, last, digits)) continue;
        hits.push_back(Hit{Kind::PaymentCard, 0.95, static_cast<std::uint32_t>(g.start(first)),
                           static_cast<std::uint32_t>(g.end(last))});
        first = last;
        break;
      }
    }
  }

  // "my card is four five three two, double one ..."
  static void spoken(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) {
    const Spoken said = spoken_after(doc, hit.end);
    if (said.digits.size() < 12 || said.digits.size() > 19 || issuer_of(said.digits) == nullptr ||
        !luhn(said.digits) || listed(said.digits, kTestCards))
      return;
    const auto start = static_cast<std::uint32_t>(said.start);
    if (!hits.empty() && hits.back().kind == Kind::PaymentCard && hits.back().start == start) return;
    hits.push_back(Hit{Kind::PaymentCard, 0.9, start, static_cast<std::uint32_t>(said.end)});
  }

  bool is_card(const Document& doc, const Groups& g, std::size_t first, std::size_t last,
               std::string_view digits) const {
    const IssuerRange* issuer = issuer_of(digits);
    if (issuer == nullptr || !luhn(digits) || listed(digits, kTestCards)) return false;
    if (g.glued_before(first) || g.glued_after(last) || g.in_uuid(first, last)) return false;
    const bool whole = first == 0 && last + 1 == g.count();
    if (!grouped_like_a_card(g, first, last, whole, doc.joint)) return false;
    if (first < last && g.separator(first) == " " && in_dump(doc.text, g.start(first), g.end(last), g.size(first)))
      return false;
    // The fraction of a decimal, or the parts of several.
    const std::size_t start = g.start(first);
    if (g.before(first) == '.' &&
        (first == last || (start > 1 && doc.text[start - 2] >= '0' && doc.text[start - 2] <= '9')))
      return false;
    std::size_t points = 0;
    for (std::size_t i = first; i < last; ++i) points += g.separator(i) == ".";
    if (points > 0 && points < last - first) return false;
    // "card 6011 1150 1906 8204 and checking account 583899303064": short cards are accounts where told so.
    if (first == last && digits.size() <= 13) {
      const Tags before = words_.around(doc, g.start(first), g.end(last), 16, 0);
      if ((before & kAccountWord) && !(before & kCardWord)) return false;
    }
    const Tags around = words_.around(doc, g.start(first), g.end(last), 60, 40);
    if (around & kCardWord) return true;
    // A part of an identifier in a log: "blk_-4150682644311695471", "30546174_30478750".
    if (first == last && is_part_of_name(doc.text, g.start(first))) return false;
    if (last == first + 1 && g.separator(first) == "_") return false;
    // "SIRET 380 129 866 46850" has a card's check digit too.
    const bool fours = first < last && g.size(first) == 4;
    if (!fours && (around & kOtherNumber)) return false;
    return !issuer->needs_word;
  }

  // "6c 65 20 73 74 61 74 75 73 6f": beside it stands as long a group of hexadecimal digits with a letter.
  static bool in_dump(std::string_view text, std::size_t start, std::size_t end, std::size_t size) {
    if (size != 2 && size != 4) return false;
    const auto is_group = [&](std::size_t from) {
      if (from + size > text.size()) return false;
      const std::string_view group = text.substr(from, size);
      const bool bounded = (from == 0 || !scan::is_word_byte(text[from - 1])) &&
                           (from + size == text.size() || !scan::is_word_byte(text[from + size]));
      return bounded && std::all_of(group.begin(), group.end(), is_hex) &&
             std::any_of(group.begin(), group.end(), is_letter);
    };
    std::size_t before = start, behind = end;
    while (before > 0 && start - before < 3 && text[before - 1] == ' ') --before;
    while (behind < text.size() && behind - end < 3 && text[behind] == ' ') ++behind;
    return (before < start && before >= size && is_group(before - size)) || (behind > end && is_group(behind));
  }

  // "blk_-1496429201748767714"
  static bool is_part_of_name(std::string_view text, std::size_t start) {
    return start > 2 && text[start - 1] == '-' && text[start - 2] == '_' && is_letter(text[start - 3]);
  }

  // 4-4-4-4, 4-6-5, 4-6-4, one run, even groups; or any regular writing when nothing else stands in the run.
  static bool grouped_like_a_card(const Groups& g, std::size_t first, std::size_t last, bool whole, bool joint) {
    if (first == last || joint) return true;
    if (last - first == 1 && g.separator(first) == ".") return false;  // a decimal
    const std::size_t n = last - first + 1;
    if (n == 3 && (g.shaped(first, {4, 6, 5}) || g.shaped(first, {4, 6, 4}))) return true;
    bool even = true;
    for (std::size_t i = first; i < last; ++i) even = even && g.size(i) == g.size(first);
    if (even && g.size(last) <= g.size(first) && g.size(first) >= 2) {
      return g.size(first) >= 4 || (whole && g.uniform(first, last));
    }
    return whole && g.uniform(first, last);
  }

  void masked(const Document& doc, const scan::NumberRun& run, std::vector<Hit>& hits) const {
    if (run.end >= doc.text.size() || !std::strchr("*xX \xE2-", doc.text[run.end])) return;
    const Groups g(doc, run);
    const std::size_t last = g.count() - 1;
    if (g.size(last) != 4) return;
    // The pattern costs too much to be asked about every year and page number.
    std::size_t mask = run.end;
    if (doc.text[mask] == ' ' || doc.text[mask] == '-') ++mask;
    if (mask >= doc.text.size() || doc.text[mask] == 0 || !std::strchr("*xX\xE2", doc.text[mask])) return;
    re2::StringPiece rest(doc.text.data() + g.start(last),
                          std::min<std::size_t>(40, doc.text.size() - g.start(last)));
    const std::size_t before = rest.size();
    if (!RE2::Consume(&rest, masked_)) return;
    hits.push_back(Hit{Kind::PaymentCard, 0.6, static_cast<std::uint32_t>(g.start(last)),
                       static_cast<std::uint32_t>(g.start(last) + before - rest.size())});
  }

  // Two letters, two check digits, then groups. Read in upper case, since nothing else has this shape and sum.
  void ibans(const Document& doc, std::vector<Hit>& hits) const {
    std::size_t taken = 0;
    for (const auto& run : doc.numbers) {
      for (std::size_t k = 0; k < run.groups; ++k) {
        const scan::DigitGroup& group = doc.groups[run.first_group + k];
        if (group.start >= taken) iban_at(doc, group, taken, hits);
      }
    }
  }

  static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

  // "at 10 p.m. and rises at 6 a": one of a hundred sentences has the right sum. Groups of small letters alone are
  // words, and an IBAN has one at most, its bank's.
  static bool is_prose(std::string_view text) {
    int words = 0;
    for (std::size_t i = 0; i < text.size();) {
      std::size_t end = i;
      bool small = true;
      for (; end < text.size() && text[end] != ' ' && text[end] != '.' && text[end] != '-'; ++end)
        small = small && text[end] >= 'a' && text[end] <= 'z';
      words += small && end > i + 1;
      i = end + 1;
    }
    return words >= 2;
  }

  void iban_at(const Document& doc, const scan::DigitGroup& group, std::size_t& taken,
               std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    if (group.size < 2) return;
    std::size_t start = group.start;
    if (start >= 3 && (t[start - 1] == ' ' || t[start - 1] == '-')) --start;  // "DE 76"
    if (start < 2 || !is_letter(t[start - 1]) || !is_letter(t[start - 2])) return;
    if (start > 2 && scan::is_word_byte(t[start - 3]) && static_cast<unsigned char>(t[start - 3]) < 0x80) return;
    start -= 2;
    if (start >= 2 && t[start - 1] == '-' && is_hex(t[start - 2])) return;  // "...-48e0-be90-01a65a72c341"
    const char country[2] = {static_cast<char>(t[start] & ~0x20), static_cast<char>(t[start + 1] & ~0x20)};
    const std::size_t wanted = iban_length(std::string_view(country, 2));
    std::array<char, 40> bare;
    std::size_t size = 0, end = start;
    for (; end < t.size() && size < wanted; ++end) {
      const char c = t[end];
      if (is_letter(c)) {
        bare[size++] = static_cast<char>(c & ~0x20);
      } else if (c >= '0' && c <= '9') {
        bare[size++] = c;
      } else if (c != ' ' && c != '-' && c != '.' && !(doc.joint && c == '\n')) {
        return;
      }
    }
    const std::string_view number(bare.data(), size);
    if (wanted == 0 || !iban(number)) return;
    if (end < t.size() && (is_letter(t[end]) || (t[end] >= '0' && t[end] <= '9'))) return;
    if (is_prose(doc.slice(start, end))) return;
    taken = end;
    if (listed(number, kTestIbans)) return;
    hits.push_back(Hit{Kind::Iban, 0.98, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // IFSC (four letters, 0, six characters) and BIC (ISO 9362) after their names. A BIC names a bank, not a person.
  void bank_code(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    for (std::size_t i = hit.end; i < t.size() && i < hit.end + 24u; ++i) {
      if (!is_upper(t[i]) || scan::is_word_byte(t[i - 1])) continue;
      std::size_t end = i;
      while (end < t.size() && (is_upper(t[end]) || (t[end] >= '0' && t[end] <= '9'))) ++end;
      if (end < t.size() && scan::is_word_byte(t[end])) continue;
      const std::string_view code = doc.slice(i, end);
      const auto letters = [&](std::size_t n) {
        return std::all_of(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(n), is_upper);
      };
      const bool ifsc =
          code.size() == 11 && letters(4) && code[4] == '0' && code.find_first_of("123456789") != code.npos;
      const bool bic = (code.size() == 8 || code.size() == 11) && letters(6);
      if (!ifsc && !bic) continue;
      hits.push_back(
          Hit{Kind::RoutingNumber, 0.8, static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(end), ifsc});
      return;
    }
  }

  static constexpr std::size_t kLeastDigits = 6;  // of an account

  // "account number 2531858508", "routing 022566234": the value follows its word.
  void account(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken, std::vector<Hit>& hits) const {
    const std::size_t from = answer_after(doc, hit.end);
    const std::size_t window = std::min<std::size_t>(doc.text.size(), from + 80u);
    if (!has_digits(doc, from, window, kLeastDigits)) return said_account(doc, hit, taken, hits);
    re2::StringPiece rest(doc.text.data() + from, window - from), value;
    if (!RE2::PartialMatch(rest, account_, &value)) return;
    const bool routing = words_.tags(hit) & kRoutingWord;
    std::string bare;
    std::size_t digits = 0, size = 0;
    bool word_ended = false;
    for (const char c : value) {  // stop where the number ends and the sentence goes on
      if (c == ' ' && word_ended) break;
      if (digits > 0 && c >= 'a' && c <= 'z' && value[size - 1] == ' ') break;  // "31926857 sort 09-01-29"
      if (c >= '0' && c <= '9') ++digits, bare += c;
      word_ended = is_letter(c) && digits == 0 ? false : is_letter(c);
      ++size;
    }
    const std::size_t start = static_cast<std::size_t>(value.data() - doc.text.data());
    size = without_words(std::string_view(value.data(), size));
    // Whole numbers of one country's banks, which say so by their groups or their check digits.
    const bool national = is_national(std::string_view(value.data(), size), bare);
    const bool whole_iban = is_shaped_like_iban(doc.slice(start, start + size));
    if (digits < kLeastDigits || (digits > 20 && !national && !whole_iban) || start < taken) return;
    if (std::all_of(bare.begin(), bare.end(), [&](char c) { return c == bare[0]; })) return;  // "0000000000"
    const bool date = size == 10 && digits == 8 && (value[4] == '-' || value[2] == '-');
    if (date) return;
    if (words_.tags(hit) & kBankName) {
      if (digits < 10 || digits > 14 || std::count(value.begin(), value.end(), '-') < 2) return;
      // "부산 051-123-4567": a town's telephone. The bank's short name stands where an account is spoken of.
      if ((words_.tags(hit) & kShortName) &&
          (value[0] == '0' || !(words_.around(doc, hit.start, start + size, 40, 48) & (kAccountWord | kPayWord))))
        return;
    } else if (words_.tags(hit) & kFromWord) {
      // "They took two payments from 000422217475 (routing ...": a plain number right behind.
      const Tags wanted = kRoutingWord | kSortWord | (words_.tags(hit) & kPayWord ? kBranchName : 0);
      if (digits < 8 || digits > 17 || digits != size || start > hit.end + 3u || is_day(bare) ||
          is_count(doc, start + size) || !(words_.around(doc, hit.start, start + size, 60, 60) & wanted))
        return;
    } else if (words_.tags(hit) & kDepositWord) {
      if (digits < 8 || !(words_.around(doc, hit.start, start + size, 80, 60) & kRoutingWord)) return;
    } else if (routing) {
      if ((words_.tags(hit) & kTransitWord) && (size != 9 || value[5] != '-')) return;
      const bool known = aba_routing(bare) || (digits == 6 || digits == 8);
      if (!known) return;
      if (doc.slice(hit.start, hit.end).size() == 4 &&
          (words_.tags(hit) & kSortWord) &&  // "sort" also puts in order
          !(words_.around(doc, hit.start, start + size, 60, 60) & (kAccountWord | kBankWord)))
        return;
    } else if (!national && !named_as_number(doc, hit)) {
      const Tags around = words_.around(doc, hit.start, start + size, 80, 60);
      if (!(around & (kBankWord | kRoutingWord)) || (digits == size && is_day(bare))) return;
    }
    taken = start + size;
    const bool pairs = size == 8 && digits == 6 && value[2] == '-' && value[5] == '-';  // as no account is written
    const bool sort = digits == 6 && ((words_.tags(hit) & kSortWord) || (pairs && !routing));
    const Kind kind = whole_iban ? Kind::Iban
                      : sort     ? Kind::SortCode
                      : routing  ? Kind::RoutingNumber
                                 : Kind::BankAccount;
    hits.push_back(Hit{kind, 0.7, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(taken)});
  }

  // "12345678 customers": what goes on with a noun is how many.
  static bool is_count(const Document& doc, std::size_t end) {
    if (end + 1 >= doc.text.size() || doc.text[end] != ' ') return false;
    static const RE2 kGoesOn(
        R"(^ (?:[^a-z]|(?:at|and|for|with|on|from|sort|routing|aba|bsb|by|but|was|is|as|in)\b))");
    return !RE2::PartialMatch(
        re2::StringPiece(doc.lower.data() + end, std::min<std::size_t>(12, doc.lower.size() - end)), kGoesOn);
  }

  // 20240115
  static bool is_day(std::string_view digits) {
    return digits.size() == 8 && digits >= "19900101" && digits < "20400101" && digits.substr(4, 2) >= "01" &&
           digits.substr(4, 2) <= "12" && digits.substr(6) >= "01" && digits.substr(6) <= "31";
  }

  // "account number four four eight two nine, oh one seven"
  void said_account(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken,
                    std::vector<Hit>& hits) const {
    if ((words_.tags(hit) & (kBankName | kDepositWord | kRoutingWord | kFromWord)) || !named_as_number(doc, hit))
      return;
    const Spoken said = spoken_after(doc, answer_after(doc, hit.end));
    if (said.digits.empty() || said.digits.size() > 20 || said.start < taken) return;
    taken = said.end;
    hits.push_back(
        Hit{Kind::BankAccount, 0.7, static_cast<std::uint32_t>(said.start), static_cast<std::uint32_t>(said.end)});
  }

  // A country's letters and as many characters as its IBANs have: an account, told to be one, whatever its sum.
  static bool is_shaped_like_iban(std::string_view value) {
    std::string bare;
    for (const char c : value) {
      if (c != ' ' && c != '-') bare += static_cast<char>(is_letter(c) ? c & ~0x20 : c);
    }
    return bare.size() > 14 && is_letter(bare[0]) && is_letter(bare[1]) && bare[2] >= '0' && bare[2] <= '9' &&
           bare.size() == iban_length(std::string_view(bare).substr(0, 2)) && !listed(bare, kTestIbans);
  }

  static bool is_national(std::string_view value, const std::string& bare) {
    if (bare.size() == 26) return iban("PL" + bare);    // Poland: an IBAN but for its letters
    if (bare.size() == 22) return argentina_cbu(bare);  //
    if (bare.size() == 20 && value.size() == 20)
      return value.starts_with("40") || value.starts_with("423");  // Russia
    static const RE2 kGroups(
        R"(\d{4}[ -]\d{4}[ -]\d{2}[ -]\d{10}|\d{5} \d{5} \d{11} \d{2}|\d{8}-\d{8}-\d{8}|\d{2}-\d{4}-\d{7}-\d{2,3})");
    return RE2::FullMatch(re2::StringPiece(value.data(), value.size()),
                          kGroups);  // Spain, France, Hungary, New Zealand
  }

  // "48210077 Account", "4482910 BLZ": what follows a number in capitals is the name of the next. How much of it
  // belongs to the number.
  static std::size_t without_words(std::string_view value) {
    while (!value.empty()) {
      const std::size_t blank = value.find_last_of(" -");
      const std::string_view last = value.substr(blank == value.npos ? 0 : blank + 1);
      if (blank == value.npos || last.find_first_of("0123456789") != last.npos) break;
      value = value.substr(0, blank);
    }
    return value.size();
  }

  // "and the account's 74244018." Eight digits and nothing behind them that they count.
  static bool is_last_of_clause(const Document& doc, const scan::PhraseHit& hit) {
    static const RE2 kLast(R"(^'s (?:number )?\d{8}(?:[.,;]?$|[.,;]?\n|[.;] ))");
    const std::size_t end = std::min<std::size_t>(doc.text.size(), hit.end + 24u);
    return doc.text.compare(hit.end, 2, "'s") == 0 &&
           RE2::PartialMatch(re2::StringPiece(doc.lower.data() + hit.end, end - hit.end), kLast);
  }

  // "account number", "bank account", "Kontonummer" name a number by themselves; "account" and "ID number" need a
  // bank nearby.
  static bool named_as_number(const Document& doc, const scan::PhraseHit& hit) {
    const std::string_view word = std::string_view(doc.lower).substr(hit.start, hit.end - hit.start);
    for (const char* bare :
         {"account",  "acct",      "acct.",       "konto",  "compte",  "cuenta",  "conta",   "id number",
          "depot",    "livret",    "libretto",    "tili",   "hesap",   "hesabım", "számla",  "isk",
          "pea",      "libreta",   "rib",         "сметка", "рахунок", "рачун",   "reg.nr.", "stk",
          "depå",     "rachunku",  "(普通)",      "店番",   "c/c",     "р/с",     "к/с",     "л/с",
          "р/р",      "счёт",      "счёта",       "счета",  "на счёт", "на счет", "счёту",   "счету",
          "számlára", "számlámra", "roll number", "roll no"}) {
      if (word == bare) return is_last_of_clause(doc, hit);
    }
    return true;
  }

  Words words_;
  RE2 account_, masked_;
};

}  // namespace

Made make_payment(scan::PhraseSet& set) { return std::make_unique<Payment>(set); }

}  // namespace sluice::sense::detect
