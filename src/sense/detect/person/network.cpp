// Addresses of machines and of wallets. An address of a private network or of documentation says nothing about
// anyone; a public one counts as personal only beside a word that ties it to somebody.
#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "sense/check/check.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kPerson = 1;  // a user's address
constexpr Tags kMachine = 2;
constexpr Tags kWallet = 4, kLedger = 8;  // "wallet"; "contract", "transaction hash"
constexpr Tags kHexAnchor = 16, kBech32 = 32;
constexpr Tags kPlan = 64;  // of a router's configuration or a scan: there every address is somebody's plan

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

int small_number(std::string_view digits) {
  int n = 0;
  for (const char c : digits) n = n * 10 + (c - '0');
  return n;
}

// RFC 1918, 5737, 6598, 6890 and what everybody knows: resolvers, broadcast, multicast.
bool is_public(const std::array<int, 4>& a) {
  if (a[0] == 0 || a[0] == 10 || a[0] == 127 || a[0] >= 224) return false;
  if (a[0] == 100 && a[1] >= 64 && a[1] < 128) return false;
  if (a[0] == 169 && a[1] == 254) return false;
  if (a[0] == 172 && a[1] >= 16 && a[1] < 32) return false;
  if (a[0] == 192 && (a[1] == 168 || (a[1] == 0 && (a[2] == 0 || a[2] == 2)))) return false;
  if (a[0] == 198 && (a[1] == 18 || a[1] == 19 || (a[1] == 51 && a[2] == 100))) return false;
  if (a[0] == 203 && a[1] == 0 && a[2] == 113) return false;
  const bool repeated = a[0] == a[1] && a[1] == a[2] && a[2] == a[3];  // 1.1.1.1, 8.8.8.8
  return !repeated && !(a[0] == 8 && a[1] == 8) && !(a[0] == 1 && a[2] == 0) && !(a[0] == 1 && a[1] == 2);
}

class Network : public scan::Detector {
 public:
  explicit Network(scan::PhraseSet& set) : words_(set) {
    words_.add(
        kPerson,
        "her ip|his ip|my ip|their ip|user|users|customer|client|visitor|login|logged in|logins|subscriber|"
        "home ip|ip address is|attacker|ip-adresse|adresse ip|dirección ip|indirizzo ip|endereço ip|benutzer|"
        "utilisateur|usuario|session|device|phone|laptop|workstation|victim|registered from|connected from");
    words_.add(kMachine,
               "ip|ips|ipv4|ipv6|ip address|ip addresses|address|host|hosts|from|src|source|dst|server|ping|"
               "remote|gateway|peer|mac|mac address|ethernet|wifi|wlan|bluetooth|hwaddr|ether");
    words_.add(
        kWallet,
        "wallet|wallets|address|btc|bitcoin|eth|ethereum|usdt|usdc|crypto|send|sent|pay|payment|deposit|donate|"
        "metamask|ledger|brieftasche|cartera|portefeuille|кошелёк|кошелек");
    words_.add(kWallet, "钱包|地址|ウォレット|지갑", scan::Edge::Any);
    words_.add(kLedger, "contract|tx|txid|transaction hash|tx hash|block|hash|token contract|smart contract|burn");
    words_.add(kPlan,
               "router bgp|remote-as|router-id|router ospf|ip address|ip route|access-list|no shutdown|neighbor|"
               "route-map|switchport|spanning-tree|nameif|security-level|ip nat|ip helper-address|snmp-server|"
               "tacacs-server|radius-server|scan report|nmap scan|nmap|set interfaces|family inet|show run|"
               "show running-config|src outside|dst outside|dst dmz|src inside|ip plan");
    words_.add(kPlan, "gigabitethernet|tengigabitethernet|fastethernet|%asa-", scan::Edge::Start);
    words_.add(kHexAnchor, "0x", scan::Edge::Start);
    words_.add(kBech32, "bc1", scan::Edge::Start);
  }

  const char* name() const override { return "network"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::optional<bool> planned;
    for (const auto& run : doc.numbers) {
      if (run.groups >= 4 && run.digits >= 4) ipv4(doc, run, planned, hits);
      const char first = doc.text[run.start];
      if (first == '1' || first == '3') bitcoin(doc, run.start, hits);
    }
    for (const auto& hit : words_.hits(doc)) {
      if (words_.tags(hit) & kHexAnchor) ethereum(doc, hit.start, hits);
      if (words_.tags(hit) & kBech32) bitcoin(doc, hit.start, hits);
    }
    std::size_t taken = 0;
    for (std::size_t at = doc.text.find(':'); at != doc.text.npos;
         at = doc.text.find(':', std::max(at + 1, taken)))
      colons(doc, at, taken, hits);
    for (std::size_t at = doc.text.find('-'); at != doc.text.npos; at = doc.text.find('-', at + 1))
      dashes(doc, at, taken, hits);
    return {};
  }

 private:
  static void report(Kind kind, std::size_t start, std::size_t end, bool raises, std::vector<Hit>& hits) {
    hits.push_back(Hit{kind, 0.8, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end), raises});
  }

  bool personal(const Document& doc, std::size_t start, std::size_t end) const {
    return words_.around(doc, start, end, 48, 32) & kPerson;
  }

  void ipv4(const Document& doc, const scan::NumberRun& run, std::optional<bool>& planned,
            std::vector<Hit>& hits) const {
    const Groups g(doc, run);
    for (std::size_t i = 0; i + 3 < g.count(); ++i) {
      std::array<int, 4> parts{};
      bool fits = true;
      for (std::size_t k = 0; k < 4 && fits; ++k) {
        fits = g.size(i + k) <= 3 && (k == 3 || g.separator(i + k) == ".") &&
               !(g.size(i + k) > 1 && g.digits(i + k)[0] == '0');
        if (fits) parts[k] = small_number(g.digits(i + k));
        fits = fits && parts[k] <= 255;
      }
      if (!fits || g.glued_before(i) || g.glued_after(i + 3) || g.before(i) == '.') continue;
      const bool longer = i + 4 < g.count() && g.separator(i + 3) == ".";
      const bool inner = !is_public(parts);
      if (longer) return;
      if (inner && !may_be_planned(parts)) return;
      if (inner && !planned) planned = is_plan(doc);  // asked once, of a text that has such an address
      if (inner && !*planned) return;
      const Tags around = words_.around(doc, g.start(i), g.end(i + 3), 48, 32);
      const bool version = parts[0] < 30 && parts[1] < 30 && parts[2] < 30;  // 10.15.7.1, 2.4.1.0
      if (version && !inner && !(around & (kMachine | kPerson))) return;
      report(Kind::IpAddress, g.start(i), g.end(i + 3), !inner && (around & kPerson), hits);
      i += 3;
    }
  }

  // Inside of a network: no loopback, mask, or address of documentation.
  static bool may_be_planned(const std::array<int, 4>& a) {
    if (a[0] == 0 || a[0] == 127 || a[0] >= 224) return false;
    return !((a[0] == 192 && a[1] == 0) || (a[0] == 198 && a[1] == 51) || (a[0] == 203 && a[1] == 0));
  }

  // Whether the text is a network's plan.
  bool is_plan(const Document& doc) const {
    constexpr std::size_t kEnough = 2;  // different words
    std::array<std::uint16_t, kEnough> seen{};
    std::size_t count = 0;
    for (const auto& hit : words_.hits(doc)) {
      if (!(words_.tags(hit) & kPlan)) continue;
      if (std::find(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(count), hit.id) !=
          seen.begin() + static_cast<std::ptrdiff_t>(count))
        continue;
      seen[count++] = hit.id;
      if (count == kEnough) return true;
    }
    return false;
  }

  // Six pairs (a MAC) or an IPv6 address around a colon.
  void colons(const Document& doc, std::size_t at, std::size_t& taken, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    if (at + 1 >= t.size() || (!is_hex(t[at + 1]) && t[at + 1] != ':')) return;
    std::size_t start = at, end = at + 1;
    while (start > taken && at - start < 5 && is_hex(t[start - 1])) --start;
    while (end < t.size() && end - start < 48 && (is_hex(t[end]) || t[end] == ':')) ++end;
    while (end > at && t[end - 1] == ':') --end;
    if (end - start < 11 || (start > 0 && scan::is_word_byte(t[start - 1])) ||
        (end < t.size() && scan::is_word_byte(t[end])))
      return;
    const std::string_view s = doc.slice(start, end);
    taken = end;
    if (is_mac(s, ':')) {
      if (!is_documented_mac(s)) report(Kind::MacAddress, start, end, personal(doc, start, end), hits);
    } else if (is_public_ipv6(s)) {
      report(Kind::IpAddress, start, end, personal(doc, start, end), hits);
    }
  }

  void dashes(const Document& doc, std::size_t at, std::size_t& taken, std::vector<Hit>& hits) const {
    if (at < std::max<std::size_t>(taken, 2) || at + 15 > doc.text.size()) return;
    const std::string_view s = doc.slice(at - 2, at + 15);
    if (!is_mac(s, '-') || is_documented_mac(s)) return;
    if (at > 2 && (scan::is_word_byte(doc.text[at - 3]) || doc.text[at - 3] == '-')) return;
    if (at + 15 < doc.text.size() && (scan::is_word_byte(doc.text[at + 15]) || doc.text[at + 15] == '-')) return;
    const bool letters = std::any_of(s.begin(), s.end(), [](char c) { return c >= 'A'; });
    if (!letters && !(words_.around(doc, at, at + 15, 40, 20) & kMachine)) return;
    taken = at + 15;
    report(Kind::MacAddress, at - 2, at + 15, personal(doc, at, at + 15), hits);
  }

  static bool is_mac(std::string_view s, char separator) {
    if (s.size() != 17) return false;
    for (std::size_t i = 0; i < s.size(); ++i) {
      if (i % 3 == 2 ? s[i] != separator : !is_hex(s[i])) return false;
    }
    return true;
  }

  // All alike, counted up, or of RFC 7042's range for documentation.
  static bool is_documented_mac(std::string_view s) {
    static constexpr std::string_view kCounted = "00112233445566778899aabbccddeeff";
    std::string bare;
    for (const char c : s) {
      if (is_hex(c)) bare += static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
    }
    return bare.find_first_not_of(bare[0]) == bare.npos || bare.starts_with("00005e0053") ||
           kCounted.find(bare) != kCounted.npos || bare == "123456789abc" || bare == "deadbeefcafe";
  }

  static bool is_public_ipv6(std::string_view s) {
    std::size_t groups = 0, gaps = 0, digits = 0;
    for (std::size_t i = 0; i < s.size();) {
      if (s[i] == ':') {
        gaps += i + 1 < s.size() && s[i + 1] == ':';
        ++i;
        continue;
      }
      const std::size_t from = i;
      while (i < s.size() && is_hex(s[i])) ++i;
      if (i - from > 4) return false;
      digits += i - from;
      ++groups;
    }
    if (!(gaps == 0 ? groups == 8 : gaps == 1 && groups < 8 && groups >= 3) || digits < 8) return false;
    const bool global = s[0] == '2' || s[0] == '3';
    return global && !s.starts_with("2001:db8") && !s.starts_with("2001:DB8");
  }

  static std::size_t word_end(const Document& doc, std::size_t i) {
    const std::size_t from = i;
    while (i < doc.text.size() && i - from < 64 && scan::is_word_byte(doc.text[i])) ++i;
    return i;
  }

  void bitcoin(const Document& doc, std::size_t start, std::vector<Hit>& hits) const {
    if (start > 0 && scan::is_word_byte(doc.text[start - 1])) return;
    const std::size_t end = word_end(doc, start);
    if (end - start < 26 || !check::bitcoin_address(doc.slice(start, end))) return;
    report(Kind::CryptoWallet, start, end, true, hits);
  }

  void ethereum(const Document& doc, std::size_t start, std::vector<Hit>& hits) const {
    const std::size_t end = word_end(doc, start);
    if (end - start != 42 || !check::ethereum_address(doc.slice(start, end))) return;
    const Tags around = words_.around(doc, start, end, 48, 24);
    if (around & kLedger) return;
    report(Kind::CryptoWallet, start, end, around & kWallet, hits);
  }

  Words words_;
};

}  // namespace

Made make_network(scan::PhraseSet& set) { return std::make_unique<Network>(set); }

}  // namespace sluice::sense::detect
