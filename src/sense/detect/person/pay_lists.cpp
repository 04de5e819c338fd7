// Lists of who earns or owes what: "Salaries, engineering:" and below it names with amounts. The topic of money
// needs words of statements and currencies, of which such a list has none.
#include <algorithm>
#include <string_view>

#include "sense/detect/context/full_names.h"
#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"
#include "sense/detect/person/names_table.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr std::size_t kHeading = 160, kRow = 80;  // bytes from the word to the first row, and from row to row
constexpr std::size_t kFewestRows = 2;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class PayLists : public scan::Detector {
 public:
  explicit PayLists(scan::PhraseSet& set) : words_(set) {
    words_.add(
        1,
        "salary|salaries|salary list|payroll|wages|bonuses|bonus payments|pay list|compensation|arrears|"
        "gehalt|gehälter|gehaltsliste|löhne|lohnliste|boni|salaire|salaires|primes|sueldos|salarios|nómina|"
        "nóminas|stipendi|salários|folha de pagamento|salarissen|lonen|pensje|wynagrodzenia|löner|lønninger|"
        "palkat|maaşlar|зарплаты|оклады");
  }

  const char* name() const override { return "pay_lists"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const scan::PhraseHit& hit : words_.hits(doc)) {
      if (hit.start < taken) continue;
      std::size_t rows = 0, start = 0, end = hit.end;
      auto name = std::lower_bound(doc.names.begin(), doc.names.end(), hit.end);
      for (; name != doc.names.end() && *name < end + (rows == 0 ? kHeading : kRow); ++name) {
        const std::size_t amount = amount_end(doc, *name);
        if (amount == 0) continue;
        if (rows++ == 0) start = *name;
        end = amount;
      }
      if (rows < kFewestRows) continue;
      taken = end;
      hits.push_back(
          Hit{Kind::FinanceTopic, 0.75, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
    }
    return {};
  }

 private:
  // Where the amount ends that stands right behind somebody's name; 0 if none does. Of four to six digits before
  // the point: what more is paid is in the papers.
  static std::size_t amount_end(const Document& doc, std::size_t name) {
    const std::string& t = doc.text;
    std::size_t first = name;
    while (first < t.size() && scan::is_word_byte(t[first])) ++first;
    if (!is_given_name(std::string_view(doc.lower).substr(name, first - name))) return 0;
    std::size_t at = full_name_end(doc, name);
    const std::size_t gap = at;
    while (at < t.size() && at - gap < 8 && !is_digit(t[at])) {
      if ((t[at] >= 'a' && t[at] <= 'z') || t[at] == '\n' || t[at] == '(') return 0;
      ++at;
    }
    std::size_t digits = 0, last = 0, end = at;  // last: behind a point or comma
    for (; end < t.size() && at > gap; ++end) {
      const bool parts = digits > 0 && (t[end] == ',' || t[end] == '.' || t[end] == '\'');
      if (!is_digit(t[end]) && !(parts && end + 1 < t.size() && is_digit(t[end + 1]))) break;
      digits += is_digit(t[end]);
      last = parts ? 0 : last + 1;
    }
    if (last == 2 && digits > 2) digits -= 2;
    return digits >= 4 && digits <= 6 ? end : 0;
  }

  Words words_;
};

}  // namespace

Made make_pay_lists(scan::PhraseSet& set) { return std::make_unique<PayLists>(set); }

}  // namespace sluice::sense::detect
