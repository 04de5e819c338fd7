// E-mail addresses of people. Role addresses (info@, support@) and what documentation uses (example.com) are
// public.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kSpelledAt = 1;

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

// Addresses of desks, not of persons; those that notices of privacy, copyright and the like give are also told by
// one of their parts ("press-privacy", "dpo.nordic").
bool is_role(std::string_view local) {
  static constexpr std::array<std::string_view, 45> kRoles = {"info",
                                                              "support",
                                                              "sales",
                                                              "contact",
                                                              "noreply",
                                                              "no-reply",
                                                              "donotreply",
                                                              "webmaster",
                                                              "abuse",
                                                              "postmaster",
                                                              "do-not-reply",
                                                              "help",
                                                              "press",
                                                              "hello",
                                                              "office",
                                                              "jobs",
                                                              "careers",
                                                              "marketing",
                                                              "media",
                                                              "feedback",
                                                              "git",
                                                              "service",
                                                              "security",
                                                              "privacy",
                                                              "hostmaster",
                                                              "kontakt",
                                                              "legal",
                                                              "compliance",
                                                              "licensing",
                                                              "dmcanotice",
                                                              "legalnotices",
                                                              "legal-notices",
                                                              "datenschutz",
                                                              "impressum",
                                                              "privacidad",
                                                              "dataprotection",
                                                              "data-protection",
                                                              "alerts",
                                                              "alert",
                                                              "notifications",
                                                              "notification",
                                                              "newsletter",
                                                              "mailer-daemon",
                                                              "orders",
                                                              "reservations"};
  static constexpr std::array<std::string_view, 8> kParts = {"privacy", "dpo",   "dmca",      "gdpr",
                                                             "rgpd",    "dsgvo", "copyright", "noreply"};
  if (one_of(local, kRoles)) return true;
  for (std::size_t at = 0; at <= local.size();) {
    const std::size_t end = std::min(local.find_first_of(".-_", at), local.size());
    if (one_of(local.substr(at, end - at), kParts)) return true;
    at = end + 1;
  }
  return false;
}

class Contact : public scan::Detector {
 public:
  explicit Contact(scan::PhraseSet& set) : words_(set, scan::Edge::Name) {
    words_.add(kSpelledAt, "[at]|(at)| at |[dot]|(dot)", scan::Edge::Any);
  }

  const char* name() const override { return "contact"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;  // where the last address ended
    for (const std::uint32_t at : doc.at_signs) email(doc, at, taken, hits);
    for (const auto& hit : words_.hits(doc)) {
      if (words_.tags(hit) & kSpelledAt) spelled_email(doc, hit, hits);
    }
    return {};
  }

 private:
  void email(const Document& doc, std::size_t at, std::size_t& taken, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    std::size_t start = at;
    while (start > taken && at - start < 64 && is_local_char(t[start - 1])) --start;
    // The tail of a character of three bytes is no beginning.
    while (start < at && (static_cast<unsigned char>(t[start]) & 0xC0) == 0x80) ++start;
    // user:password@host and scheme://user@host: what stands before a slash is no part of the address.
    const std::size_t cut = std::string_view(t).substr(start, at - start).find_last_of("/=|");
    if (cut != std::string_view::npos) start += cut + 1;
    // Quotes, brackets and list marks around an address belong to the sentence.
    while (start < at && !is_alnum(t[start]) && static_cast<unsigned char>(t[start]) < 0x80) ++start;
    std::size_t end = at + 1;
    while (end < t.size() && end - at < 254 && is_domain_char(t[end])) ++end;
    while (end > at + 1 && !is_alnum(t[end - 1]) && static_cast<unsigned char>(t[end - 1]) < 0x80) --end;
    if (end < t.size() && t[end] == '\'')
      start += literal_prefix(std::string_view(doc.lower).substr(start, at - start));
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

  // What stands before the text of a literal: b'jane@corp.de', rb'...'.
  static std::size_t literal_prefix(std::string_view local) {
    const std::size_t quote = local.find('\'');
    const bool prefix = quote <= 2 && local.find_first_not_of("brfu") == quote;
    return prefix ? quote + 1 : 0;
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

  Words words_;
};

}  // namespace

Made make_contact(scan::PhraseSet& set) { return std::make_unique<Contact>(set); }

}  // namespace sluice::sense::detect
