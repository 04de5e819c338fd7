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
// The same, in words that begin no other lines: so many of them need no address beside them.
constexpr std::string_view kSureCommands =
    "interface gigabitethernet|interface fastethernet|interface tengigabitethernet|interface tengige|"
    "interface hundredgige|interface ethernet|interface loopback|interface vlan|interface tunnel|"
    "interface port-channel|interface bundle-ether|interface mgmteth|interface serial|interface management|"
    "switchport|mac-address |spanning-tree|channel-group |encapsulation dot1q|ip address |ipv4 address |"
    "ipv6 address |ip ospf |ip access-group |ip helper-address |ip vrf |ip access-list |ip prefix-list |"
    "vrf context |vrf definition |vrf forwarding |vrf member |route-target |route-map |router bgp|router ospf|"
    "router static|address-family |line vty |line con |logging level |logging trap |logging host |logging "
    "buffered|snmp-server |ntp server |aaa |enable secret |crypto pki |crypto map |banner motd|"
    "limit-resource |vlan-id |tagged ethe |untagged ethe |peer-group|maximum-routes |remote-as |"
    "interfaces ge-|interfaces xe-|interfaces et-|interfaces fxp|interfaces lo|interfaces irb|interfaces ae|"
    "deviceconfig |mgt-config |rulebase |network interface |network virtual-router |security-zone |"
    "config wlan |config interface |config advanced |config ap |config radius |config mgmtuser |config snmp |"
    "bind ssl |add ssl |add lb |bind lb |set lb |add ns |set ns |bind system |add audit |bind audit |set audit |"
    "add cs |add servicegroup |ltm virtual|ltm pool|ltm node|net self |net vlan |net route |"
    "set ip6-|set dhcp6-|set srcaddr|set dstaddr|set srcintf|set dstintf|config firewall |config system |"
    "config router |config vpn |ip sla |icmp-echo |hwtacacs |port link-type |port trunk |l2cp-profile|"
    "sflow forwarding|qos wfq |qos bandwidth |qos queue |egress-qos |logical-ports |virtual-switch |"
    "service timestamps |service password-encryption|current configuration|building configuration|"
    "negotiation auto|shutdown|hostname |snmp view |snmp community |clock timezone |ip domain|no mop |no ip http "
    "|no ip proxy-arp|no ip redirects";
// Services in front of a number in brackets or a colon, and what they say.
constexpr std::string_view kSignsOn =
    "sshd[|ftpd[|telnetd[|su[|su(pam_unix)[|sshd(pam_unix)[|login(pam_unix)[|pam_unix(|sudo:|sudo[|login[|"
    "xinetd[|vsftpd[|proftpd[|dovecot[|postfix/smtpd[|saslauthd[|gdm(pam_unix)[|systemd-logind[|crond[|cron[|"
    "polkitd[|useradd[|usermod[|passwd[|charon[|openvpn[|fail2ban|%asa-|%sec_login|%sys-5-config|type=user_|"
    "type=cred_|type=syscall|type=avc|type=execve|apparmor=|%sec-6|%sec-4|%ips-4|auth-worker(|pop3-login:|imap-"
    "login:|"
    "fail login: client|doas: |kernel: [ufw|kernel: iptables|kernel: in=|audit[|auditd[|winlogon|eventid=4|event "
    "id 46|"
    "event id 47|rdesktop|devname=|srcip=|logid=";
// What such entries say, and sentences too: only on a line with a date and a time.
constexpr std::string_view kSaidOn =
    "failed password|accepted password|accepted publickey|invalid user|authentication failed|"
    "authentication failure|login failed|failed login|login failure|authentication attempt|auth-error|"
    "incorrect username or password|invalid username or password|password mismatch|unknown user|"
    "consolelogin|account locked|brute force|verification failed|intrusion|authentication error|"
    "auth failure|auth-failure|auth failed|failed to login|failed to log in|attempted to login|"
    "login_error|bad password|authenticator failed|incorrect authentication|authentication unsuccessful|"
    "authenticate failed|authentication request|wrongpass|filterlog|basic_auth|returned 401|"
    "httpstatus=401|http_status=401|security-auditing|user.login|signin.amazonaws.com|denied tcp|"
    "denied udp|action=deny|action=block|was not found in|useridentity|[ike]|ike_sa|non-existent user|"
    "account lockout|privilege escalation|malware|quarantined";
constexpr std::size_t kFewestCommands = 4, kFewestKinds = 3, kFewestEntries = 3;
constexpr std::size_t kManyCommands = 5;  // so many need not be of three kinds
constexpr std::size_t kManySure = 6;      // nor stand beside an address
constexpr std::ptrdiff_t kDigitsOfTime = 10;
constexpr std::uint32_t kStretch = 700;                      // bytes in which they stand
constexpr std::uint32_t kLogStretch = 3000, kLogLine = 700;  // entries are longer than commands
constexpr std::uint32_t kLine = 160;                         // bytes of a line before them

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

// Where the line begins in which the byte stands; `at` if that is farther away than such lines are long.
std::uint32_t line_of(std::string_view text, std::uint32_t at, std::uint32_t most = kLine) {
  const std::uint32_t least = at - std::min(at, most);
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
  return head.empty() || head == "no" || head.find_first_not_of("0123456789") == head.npos || head == "set" ||
         head == "!" || head == "/" || head == "default";
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

// A line of a log: it has the digits of a date and a time, and a colon or a hyphen between some.
bool has_time(std::string_view line) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t i = 2; i + 2 < line.size(); ++i) {
    if (line[i] == ':' && is_digit(line[i - 1]) && is_digit(line[i - 2]) && is_digit(line[i + 1]) &&
        is_digit(line[i + 2]))
      return std::count_if(line.begin(), line.end(), is_digit) >= kDigitsOfTime;
  }
  return false;
}

// The end of the line in which a hit stands, or as far as such lines go.
std::uint32_t line_end(std::string_view text, std::uint32_t at) {
  const std::string_view rest = text.substr(at, kStretch);
  return at + static_cast<std::uint32_t>(std::min(rest.find('\n'), rest.size()));
}

}  // namespace

DeviceLines::DeviceLines(scan::PhraseSet& set)
    : commands_(set.new_owner()), sure_(set.new_owner()), signs_on_(set.new_owner()), said_(set.new_owner()) {
  scan::for_each_phrase(kCommands,
                        [&](std::string_view phrase) { set.add(commands_, phrase, scan::Edge::Start); });
  scan::for_each_phrase(kSureCommands,
                        [&](std::string_view phrase) { set.add(sure_, phrase, scan::Edge::Start); });
  scan::for_each_phrase(kSaidOn, [&](std::string_view phrase) { set.add(said_, phrase, scan::Edge::Any); });
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
  sure(doc, hits);
  // Entries of a log, at most one a line.
  std::vector<std::uint32_t> begins;
  std::uint32_t end = 0;
  for (const PhraseHit& hit : doc.phrases[signs_on_]) {
    const std::uint32_t begin = line_of(text, hit.start);
    if (begin == hit.start && begin > 0) continue;
    begins.push_back(begin);
    end = std::max(end, hit.end);
  }
  std::uint32_t read = 0;  // where the last line ends, so that none is read twice
  for (const PhraseHit& hit : doc.phrases[said_]) {
    if (hit.start < read) continue;
    const std::uint32_t begin = line_of(text, hit.start, kLogLine);
    read = line_end(text, hit.start);
    if ((begin == hit.start && begin > 0) || !has_time(text.substr(begin, read - begin))) continue;
    begins.push_back(begin);
    end = std::max(end, hit.end);
  }
  std::sort(begins.begin(), begins.end());
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  if (begins.size() < kFewestEntries) return;
  for (std::size_t i = 0; i + kFewestEntries <= begins.size(); ++i) {
    const std::size_t last = i + kFewestEntries - 1;
    if (begins[last] - begins[i] > kLogStretch) continue;
    hits.push_back({scan::Kind::BusinessTopic, 0.8, begins[i], line_end(text, end)});
    return;
  }
}

// Many commands that stand in no other text.
void DeviceLines::sure(const Document& doc, std::vector<Hit>& hits) const {
  std::vector<PhraseHit> lines;
  for (const PhraseHit& hit : doc.phrases[sure_]) {
    if (begins_line(doc.text, hit.start)) lines.push_back(hit);
  }
  for (std::size_t i = 0; i + kManySure <= lines.size(); ++i) {
    const PhraseHit& last = lines[i + kManySure - 1];
    if (last.end - lines[i].start > kStretch) continue;
    hits.push_back({scan::Kind::BusinessTopic, 0.8, lines[i].start, line_end(doc.text, lines.back().end)});
    return;
  }
}

}  // namespace sluice::sense::detect
