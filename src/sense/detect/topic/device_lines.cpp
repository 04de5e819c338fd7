#include "sense/detect/topic/device_lines.h"

#include <algorithm>
#include <string_view>

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::PhraseHit;

// Beginnings of lines, or what stands behind "set ", "no " and blanks.
constexpr std::string_view kCommands =
    "interface gigabitethernet|interface fastethernet|interface tengigabitethernet|interface ethernet|"
    "interface loopback|interface vlan|interface tunnel|interface port-channel|interface eth|interface lo|"
    "interface serial|interface bundle-ether|interface xge|interface ge|interface management|"
    "ip address |ipv4 address |ipv6 address |ip route |ip access-list |access-list |ip nat |"
    "ip prefix-list |ip access-group |ip ospf |ip pim |ip helper-address |ip domain|ip name-server|ip ssh |ip vrf "
    "|"
    "router bgp |router ospf|router eigrp |router rip|router isis|router-id |bgp router-id |"
    "neighbor |network |address-family |route-map |redistribute |aggregate-address |unit |family inet|address "
    "|vlan-id |next-hop |default-information |passive-interface|"
    "switchport |channel-group |spanning-tree |vlan |encapsulation dot1q|standby |vrrp |"
    "line vty |line con |aaa |tacacs-server |radius-server |snmp-server |logging host |logging trap |ntp server |"
    "username |enable secret |hostname |shutdown|duplex |negotiation auto|speed |mtu |nameif |security-level |"
    "object network |object-group |access-group |crypto map |crypto isakmp |crypto ikev2 |crypto ipsec |crypto "
    "pki |"
    "tunnel source |tunnel destination |tunnel-group |match address|permit ip |permit tcp |permit udp |deny ip |"
    "deny tcp |deny udp |class-map |policy-map |service-policy |exit-address-family|"
    "interfaces |routing-options |protocols |policy-options |security zones |security policies |"
    "firewall |system host-name|system services|system login|system name-server|"
    "config firewall |config system |config router |edit |next|set srcintf|set dstintf|set srcaddr|set dstaddr|"
    "set action|set service|set ip |set gateway|set allowaccess|set subnet|iptables -|-a input |-a forward |"
    "-a output |ufw allow |ufw deny |ip firewall |ip dns ";
// Services in front of a number in brackets or a colon, and what they say.
constexpr std::string_view kSignsOn =
    "sshd[|ftpd[|telnetd[|su[|su(pam_unix)[|sshd(pam_unix)[|login(pam_unix)[|pam_unix(|sudo:|sudo[|login[|"
    "xinetd[|vsftpd[|proftpd[|dovecot[|postfix/smtpd[|saslauthd[|gdm(pam_unix)[|systemd-logind[|crond[|cron[|"
    "polkitd[|useradd[|usermod[|passwd[|charon[|openvpn[|fail2ban|%asa-|%sec_login|%sys-5-config|type=user_|"
    "type=cred_|kernel: [ufw|kernel: iptables|kernel: in=|audit[|auditd[|winlogon|eventid=4|event id 46|"
    "event id 47|rdesktop|devname=|srcip=|logid=";
constexpr std::size_t kFewestCommands = 4, kFewestKinds = 3, kFewestEntries = 3;
constexpr std::size_t kManyCommands = 6;  // so many need not be of three kinds
constexpr std::uint32_t kStretch = 700;   // bytes in which they stand
constexpr std::uint32_t kLine = 160;      // bytes of a line before them

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Where the line begins in which the byte stands; `at` if that is farther away than such lines are long.
std::uint32_t line_of(std::string_view text, std::uint32_t at) {
  const std::uint32_t least = at - std::min(at, kLine);
  const std::string_view before = text.substr(least, at - least);
  const std::size_t end = before.rfind('\n');
  if (end != before.npos) return least + static_cast<std::uint32_t>(end) + 1;
  return least == 0 ? 0 : at;
}

// Only blanks, signs of a prompt and the words that such commands begin with stand before.
bool begins_line(std::string_view text, std::uint32_t at) {
  const std::uint32_t begin = line_of(text, at);
  if (begin == at && at > 0 && text[at - 1] != '\n') return false;
  std::string_view head = text.substr(begin, at - begin);
  while (!head.empty() && is_blank(head.front())) head.remove_prefix(1);
  while (!head.empty() && is_blank(head.back())) head.remove_suffix(1);
  return head.empty() || head == "no" || head == "set" || head == "!" || head == "/" || head == "default";
}

bool has_address(std::string_view text) {
  // Three dots, each between digits.
  for (std::size_t i = 0, dots = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= '0' && c <= '9') continue;
    dots = c == '.' && i > 0 && text[i - 1] >= '0' && text[i - 1] <= '9' ? dots + 1 : 0;
    if (dots == 3 && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9') return true;
  }
  return false;
}

// The end of the line in which a hit stands, or as far as such lines go.
std::uint32_t line_end(std::string_view text, std::uint32_t at) {
  const std::string_view rest = text.substr(at, kStretch);
  return at + static_cast<std::uint32_t>(std::min(rest.find('\n'), rest.size()));
}

}  // namespace

DeviceLines::DeviceLines(scan::PhraseSet& set) : commands_(set.new_owner()), signs_on_(set.new_owner()) {
  scan::for_each_phrase(kCommands,
                        [&](std::string_view phrase) { set.add(commands_, phrase, scan::Edge::Start); });
  scan::for_each_phrase(kSignsOn, [&](std::string_view phrase) { set.add(signs_on_, phrase, scan::Edge::Any); });
}

void DeviceLines::detect(const Document& doc, std::vector<Hit>& hits) const {
  const std::string_view text = doc.text;
  std::vector<PhraseHit> lines;
  for (const PhraseHit& hit : doc.phrases[commands_]) {
    if (begins_line(text, hit.start)) lines.push_back(hit);
  }
  const auto stretch = [&](std::size_t i, std::size_t count) { return lines[i + count - 1].end - lines[i].start; };
  for (std::size_t i = 0; i + kFewestCommands <= lines.size(); ++i) {
    if (stretch(i, kFewestCommands) > kStretch) continue;
    std::size_t last = i + kFewestCommands - 1;
    while (last + 1 < lines.size() && lines[last + 1].end - lines[last].start <= kStretch) ++last;
    std::vector<std::uint16_t> kinds;
    for (std::size_t k = i; k <= last; ++k) kinds.push_back(lines[k].id);
    std::sort(kinds.begin(), kinds.end());
    kinds.erase(std::unique(kinds.begin(), kinds.end()), kinds.end());
    const std::uint32_t end = line_end(text, lines[last].end);
    const bool enough = kinds.size() >= kFewestKinds || last - i + 1 >= kManyCommands;
    if (enough && has_address(doc.slice(lines[i].start, end))) {
      hits.push_back({scan::Kind::BusinessTopic, 0.85, lines[i].start, end});
    }
    i = last;
  }
  // Entries of a log, at most one a line.
  const auto& signs = doc.phrases[signs_on_];
  std::vector<std::uint32_t> begins;
  for (const PhraseHit& hit : signs) {
    const std::uint32_t begin = line_of(text, hit.start);
    if (begin == hit.start && begin > 0) continue;
    if (begins.empty() || begins.back() != begin) begins.push_back(begin);
  }
  if (begins.size() < kFewestEntries) return;
  for (std::size_t i = 0; i + kFewestEntries <= begins.size(); ++i) {
    const std::size_t last = i + kFewestEntries - 1;
    if (begins[last] - begins[i] > kStretch) continue;
    hits.push_back({scan::Kind::BusinessTopic, 0.8, begins[i], line_end(text, signs.back().end)});
    return;
  }
}

}  // namespace sluice::sense::detect
