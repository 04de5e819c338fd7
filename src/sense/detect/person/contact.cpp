// E-mail addresses and telephone numbers of people. Role addresses (info@, support@), free-phone numbers and what
// documentation uses (example.com, 555-01xx) are public.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "sense/detect/context/full_names.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kPhoneWord = 1;
constexpr Tags kOtherNumber = 2;  // "order no.", "version": the number is something else
constexpr Tags kSpelledAt = 4;
constexpr Tags kCalling = 8;  // verbs that are also used of functions and bells: believed close by only

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_local_char(char c) {
  return is_alnum(c) || std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos ||
         (static_cast<unsigned char>(c) >= 0x80 && static_cast<unsigned char>(c) < 0xE0);
}
// Letters of two bytes, as in Europe, may stand in an address; those of three are words of scripts without spaces.
bool is_domain_char(char c) {
  return is_alnum(c) || c == '-' || c == '.' ||
         (static_cast<unsigned char>(c) >= 0x80 && static_cast<unsigned char>(c) < 0xE0);
}

template <std::size_t N>
bool one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// RFC 2606 and 6761, and the names that manuals use.
bool is_documentation_domain(std::string_view domain) {
  static constexpr std::array<std::string_view, 7> kTop = {"example", "test", "invalid", "localhost",
                                                           "local",   "lan",  "internal"};
  static constexpr std::array<std::string_view, 16> kNames = {
      "test.com",       "foo.com",         "bar.com",     "sample.com",  "mycompany.com", "company.com",
      "test.org",       "abc.com",         "example.com", "example.org", "example.net",   "domain.com",
      "yourdomain.com", "yourcompany.com", "email.com",   "example.edu"};
  const std::size_t dot = domain.rfind('.');
  if (one_of(domain.substr(dot + 1), kTop)) return true;
  for (const auto name : kNames) {
    if (domain == name || (domain.ends_with(name) && domain[domain.size() - name.size() - 1] == '.')) return true;
  }
  return false;
}

bool is_role(std::string_view local) {
  static constexpr std::array<std::string_view, 26> kRoles = {
      "info",  "support",    "sales", "contact", "noreply",  "no-reply", "donotreply", "do-not-reply", "webmaster",
      "abuse", "postmaster", "help",  "press",   "hello",    "office",   "jobs",       "careers",      "marketing",
      "media", "feedback",   "git",   "service", "security", "privacy",  "hostmaster", "kontakt"};
  return one_of(local, kRoles);
}

class Contact : public scan::Detector {
 public:
  explicit Contact(scan::PhraseSet& set) : words_(set, scan::Edge::Name) {
    words_.add(
        kPhoneWord,
        "phone|phone number|telephone|tel|mobile|cell|cellphone|whatsapp|sms|fax|"
        "text me|reach me|reach him|reach her|reached at|callback|hotline|extension|"
        "contact number|phones|telefon|handy|mobil|mobilnummer|rufnummer|telefonnummer|anrufen|"
        "erreichbar|ruf mich|téléphone|portable|appeler|appelez|joindre|numéro|teléfono|telefono|"
        "móvil|movil|llamar|llamemos|llamarle|llámeme|llamarme|llamadle|llame|llámame|celular|telefone|"
        "ligar|telemóvel|cellulare|chiamare|"
        "telefoon|bellen|bel me|bel mij|telefoonnummer|telefonu|telefonum|telefon "
        "numarası|cep|puhelin|tlf|mobilen|"
        "mobilnr|mobilnummeret|telefonnummeret|telefonszám|phone no|phone no.|ph|ph.|cell phone|call me|ring me|"
        "mob|tel.|contact no|contact|whats app|signal|telegram|telefonnr|rufen sie|chiamami|chiamate|ligue|"
        "zadzwoń|dzwonić|телефону|тел.|номер телефона|звоните|τηλέφωνο|κινητό|gsm|komórka|numer "
        "telefonu|телефон|тел|позвоните|мобильный|звонить");
    words_.add(
        kPhoneWord,
        "电话|手机|号码|电話|電話|携帯|携带|联系|聯絡|拨打|致电|전화|휴대폰|연락처|फोन|मोबाइल|هاتف|جوال|טלפון|โทร",
        scan::Edge::Any);
    words_.add(kCalling, "call|called|calling|ring|dial");
    words_.add(kOtherNumber,
               "order|invoice|ticket|version|isbn|issn|ean|sku|serial|tracking|article|part number|model|"
               "imei|times|units|function|iterations|visitors|bytes|rows|account "
               "number|port|sha|commit|checksum|timestamp|build|case number|population|id");
    words_.add(kSpelledAt, "[at]|(at)| at |[dot]|(dot)", scan::Edge::Any);
  }

  const char* name() const override { return "contact"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;  // where the last address ended
    for (const std::uint32_t at : doc.at_signs) email(doc, at, taken, hits);
    for (const auto& hit : words_.hits(doc)) {
      if (words_.tags(hit) & kSpelledAt) spelled_email(doc, hit, hits);
    }
    for (const auto& run : doc.numbers) phone(doc, run, hits);
    return {};
  }

 private:
  void email(const Document& doc, std::size_t at, std::size_t& taken, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    std::size_t start = at;
    while (start > taken && at - start < 64 && is_local_char(t[start - 1])) --start;
    // The tail of a character of three bytes is no beginning.
    while (start < at && (static_cast<unsigned char>(t[start]) & 0xC0) == 0x80) ++start;
    // Quotes, brackets and list marks around an address belong to the sentence.
    while (start < at && !is_alnum(t[start]) && static_cast<unsigned char>(t[start]) < 0x80) ++start;
    // user:password@host and scheme://user@host: what stands before a slash is no part of the address.
    const std::size_t cut = std::string_view(t).substr(start, at - start).find_last_of("/=|");
    if (cut != std::string_view::npos) start += cut + 1;
    std::size_t end = at + 1;
    while (end < t.size() && end - at < 254 && is_domain_char(t[end])) ++end;
    while (end > at + 1 && !is_alnum(t[end - 1]) && static_cast<unsigned char>(t[end - 1]) < 0x80) --end;
    const std::string_view domain = std::string_view(doc.lower).substr(at + 1, end - at - 1);
    const std::size_t dot = domain.rfind('.');
    if (start == at || dot == domain.npos || dot == 0) return;
    std::string_view top = domain.substr(dot + 1);
    if (inside_url(t, start)) return;
    if (static_cast<unsigned char>(top[0]) >= 0xC3 && top.size() <= 30) {  // ..@почта.рф
      taken = end;
      hits.push_back(Hit{Kind::Email, 0.9, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
      return;
    }
    const std::size_t top_end = top.find_first_not_of("abcdefghijklmnopqrstuvwxyz");  // stops at "com发邮件"
    if (top_end != top.npos) {
      if (static_cast<unsigned char>(top[top_end]) < 0xE0) return;
      end -= top.size() - top_end;
      top = top.substr(0, top_end);
    }
    if (top.size() < 2 || top.size() > 24) return;
    taken = end;
    const std::string_view whole = std::string_view(doc.lower).substr(start, end - start);
    if (is_documentation_domain(whole.substr(at - start + 1)) || is_role(whole.substr(0, at - start))) return;
    if (end < t.size() && t[end] == ':') {  // git@host.org:path
      if (whole.starts_with("git@")) return;
    }
    hits.push_back(Hit{Kind::Email, 0.95, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // scheme://user:secret@host
  static bool inside_url(const std::string& t, std::size_t start) {
    std::size_t i = start;
    while (i > 0 && start - i < 80 && t[i - 1] > ' ' && t[i - 1] != '"' && t[i - 1] != '<') --i;
    return std::string_view(t).substr(i, start - i).find("://") != std::string_view::npos;
  }

  // "jane.doe [at] firm [dot] net": an "at" in brackets, and a dot of either kind in what follows.
  void spelled_email(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    const std::string& t = doc.lower;
    const bool bracketed = t[hit.start] != ' ';
    if (t[hit.start + 1] == 'd') return;
    std::size_t start = hit.start;
    if (start > 0 && t[start - 1] == ' ') --start;
    const std::size_t local_end = start;
    while (start > 0 && local_end - start < 64 &&
           (is_alnum(t[start - 1]) || t[start - 1] == '.' || t[start - 1] == '_'))
      --start;
    std::size_t end = hit.end;
    if (end < t.size() && t[end] == ' ') ++end;
    const std::size_t domain_start = end;
    while (end < t.size() && (is_alnum(t[end]) || t[end] == '-' || t[end] == '.')) ++end;
    std::string_view domain = std::string_view(t).substr(domain_start, end - domain_start);
    std::string_view rest = std::string_view(t).substr(end);
    bool spelled_dot = false;
    for (const char* dot : {" dot ", " [dot] ", "[dot]", " (dot) ", "(dot)"}) {
      if (!rest.starts_with(dot)) continue;
      end += std::string_view(dot).size();
      while (end < t.size() && is_alnum(t[end])) ++end;
      spelled_dot = true;
      break;
    }
    if (local_end - start < 2 || domain.size() < 2) return;
    if (!spelled_dot && !(bracketed && domain.find('.') != domain.npos)) return;
    if (domain.starts_with("example")) return;
    hits.push_back(Hit{Kind::Email, 0.8, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  void phone(const Document& doc, const scan::NumberRun& run, std::vector<Hit>& hits) const {
    const Groups g(doc, run);
    if (run.digits < 7 || g.glued_before(0)) return;
    if (run.start > 0 && doc.text[run.start - 1] == '+') {
      if (run.start > 1 && is_alnum(doc.text[run.start - 2])) return;  // a version: "6.3+20221224"
      return international(doc, g, hits);
    }
    if (run.start > 1 && doc.text[run.start - 1] == '(' && doc.text[run.start - 2] == '+')
      return international(doc, g, hits);
    if (run.digits == 7 || is_something_else(g)) {
      if (run.digits != 7) return;
    }
    for (std::size_t i = 0; i + 2 < g.count(); ++i) {
      if (north_american(doc, g, i, hits)) return;
    }
    const Tags around = words_.around(doc, run.start, run.end, 48, 16);
    const double shape = national(g);
    const bool called = words_.around(doc, run.start, run.end, 16, 0) & kCalling;
    const bool near =
        run.digits != 7 || g.count() > 1 || (words_.around(doc, run.start, run.end, 16, 0) & kPhoneWord);
    const bool named = ((around & kPhoneWord) && near) || (called && (run.digits >= 9 || g.count() > 1));
    const bool spelled = g.count() <= 6 || (g.count() == run.digits && g.uniform(0, g.count() - 1));
    double confidence = shape;
    if (named && !(around & kOtherNumber) && run.digits <= 15 && spelled && !g.glued_after(g.count() - 1)) {
      confidence = std::max(shape + 0.2, 0.6);
    }
    // In a list of people the number behind a name is theirs.
    if (confidence < 0.5 && run.digits >= 9 && run.digits <= 13 && g.digits(0)[0] == '0' && spelled &&
        !(around & kOtherNumber) && !g.glued_after(g.count() - 1) && follows_full_name(doc, run.start))
      confidence = 0.65;
    if (run.digits == 7 && g.joined(0, g.count() - 1).starts_with("55501")) return;
    if (confidence < 0.5) return;
    report(doc, g, 0, g.count() - 1, confidence, hits);
  }

  void report(const Document& doc, const Groups& g, std::size_t first, std::size_t last, double confidence,
              std::vector<Hit>& hits) const {
    std::size_t start = g.start(first);
    while (start > 0 && (doc.text[start - 1] == '+' || doc.text[start - 1] == '(')) --start;
    hits.push_back(Hit{Kind::Phone, std::min(confidence, 0.99), static_cast<std::uint32_t>(start),
                       static_cast<std::uint32_t>(g.end(last))});
  }

  // E.164: '+', a country code, eight to fifteen digits in all.
  void international(const Document& doc, const Groups& g, std::vector<Hit>& hits) const {
    std::size_t last = 0, digits = g.size(0);
    while (last + 1 < g.count() && digits + g.size(last + 1) <= 15 && digits < 13) digits += g.size(++last);
    if (digits < 8 || digits > 15 || g.digits(0)[0] == '0' || g.glued_after(last)) return;
    const std::string all = g.joined(0, last);
    if (all[0] == '1' && (all.size() != 11 || all[1] < '2' || is_fictional(all.substr(1)))) return;
    if (all.starts_with("447700900") || all.starts_with("442079460")) return;  // Ofcom's numbers for drama
    if (last == 0 && digits < 10) return;
    report(doc, g, 0, last, 0.9, hits);
  }

  // 555-0100 to 555-0199 are reserved for fiction; 800 and its like are free-phone.
  static bool is_fictional(std::string_view ten) {
    if (ten.substr(3, 5) == "55501") return true;
    return ten[0] == '8' && (ten.substr(1, 2) == "00" || (ten[1] == ten[2] && ten[1] >= '3'));
  }

  bool north_american(const Document& doc, const Groups& g, std::size_t i, std::vector<Hit>& hits) const {
    if (!g.shaped(i, {3, 3, 4}) || g.digits(i)[0] < '2' || g.digits(i + 1)[0] < '2') return false;
    if (i > 0 && g.separator(i - 1) != " " && g.digits(i - 1) != "1") return false;
    if (i + 3 < g.count() && g.separator(i + 2).find(' ') == std::string_view::npos) return false;
    if (g.glued_after(i + 2)) return false;
    const std::string ten = g.joined(i, i + 2);
    const bool bracket = g.separator(i).find(')') != std::string_view::npos;
    const bool marked =
        bracket || (g.separator(i) == g.separator(i + 1) && (g.separator(i) == "-" || g.separator(i) == "."));
    const Tags around = words_.around(doc, g.start(i), g.end(i + 2), 48, 16);
    if (!marked && !(around & kPhoneWord)) return false;
    if (is_fictional(ten)) return true;
    report(doc, g, i, i + 2, marked ? 0.85 : 0.7, hits);
    return true;
  }

  static bool is_year(std::string_view four) { return four.starts_with("19") || four.starts_with("20"); }

  // Dates, spans of years, addresses of machines, decimals and lists of numbers.
  static bool is_something_else(const Groups& g) {
    const std::size_t n = g.count();
    if (n == 2 && g.separator(0) == ".") return true;
    if (n == 2 && g.shaped(0, {4, 4}) && is_year(g.digits(0)) && is_year(g.digits(1))) return true;
    if (n >= 3 && g.shaped(0, {4, 2, 2}) && g.digits(0)[0] != '0') return true;
    if (n >= 3 && g.size(0) <= 2 && g.size(1) <= 2 && g.size(2) == 4) return true;
    if (n == 4 && g.separator(0) == "." && g.separator(1) == "." && g.separator(2) == ".") return g.size(0) <= 3;
    return false;
  }

  // How much a number's shape alone says that it is a national telephone number.
  static double national(const Groups& g) {
    const std::size_t n = g.count();
    if (g.glued_after(n - 1)) return 0;
    const std::string_view first = g.digits(0);
    const bool trunk = first[0] == '0' && first.size() > 1 && first[1] != '0';
    if (g.shaped(0, {2, 2, 2, 2, 2}) && n == 5 && trunk && g.uniform(0, 4)) return 0.75;  // France
    if (n == 1 && first.size() == 11 && first[0] == '1' && first[1] >= '3') {             // China
      return static_cast<unsigned char>(g.before(0)) >= 0x80 ? 0.7 : 0.35;
    }
    if (n == 3 && g.shaped(0, {2, 5, 4}) && g.before(0) == '(') return 0.8;  // Brazil
    if (n == 3 && g.shaped(0, {2, 4, 4}) && g.before(0) == '(') return 0.8;
    if (g.shaped(0, {3, 2, 2, 2}) && n == 4 && g.uniform(0, 3) && (first[0] == '6' || first[0] == '7'))
      return 0.6;  // Spain
    if (n >= 2 && trunk && first.size() >= 3 && first.size() <= 5 && g.joined(0, n - 1).size() >= 9 &&
        g.joined(0, n - 1).size() <= 12 && g.separator(0).find('/') != std::string_view::npos)
      return 0.65;  // Germany
    if (!trunk) return 0;
    const std::string all = g.joined(0, n - 1);
    const bool drama = all.starts_with("07700900") || all.starts_with("02079460");
    if (n == 2 && first.size() == 5 && g.size(1) == 6) return drama ? 0 : 0.65;  // Britain
    if (n == 3 && first.starts_with("07") && g.shaped(0, {5, 3, 3})) return drama ? 0 : 0.65;
    if (n == 3 && g.uniform(0, 2) && (g.shaped(0, {3, 4, 4}) || g.shaped(0, {2, 4, 4}))) return drama ? 0 : 0.6;
    if (n == 3 && first.starts_with("04") && g.shaped(0, {4, 3, 3})) return 0.6;  // Australia
    return 0.3;
  }

  Words words_;
};

}  // namespace

Made make_contact(scan::PhraseSet& set) { return std::make_unique<Contact>(set); }

}  // namespace sluice::sense::detect
