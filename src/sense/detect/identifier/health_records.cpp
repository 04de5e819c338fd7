// Messages between hospitals and payers: HL7 version 2 (segments PID and IN1, fields between bars) and X12 (NM1
// and DMG, fields between stars). Their fields are known by their places.
#include <algorithm>
#include <string_view>
#include <vector>

#include "sense/detect/context/words.h"
#include "sense/detect/identifier/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kPid = 1, kIn1 = 2, kMember = 4, kDemographics = 8;
constexpr std::size_t kLongest = 1500;  // bytes of a segment

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view field, std::size_t least) {
  const auto digits = std::count_if(field.begin(), field.end(), is_digit);
  return field.size() <= 24 && static_cast<std::size_t>(digits) >= least &&
         std::all_of(field.begin(), field.end(), [](char c) { return scan::is_word_byte(c) || c == '-'; });
}

class HealthRecords : public scan::Detector {
 public:
  explicit HealthRecords(scan::PhraseSet& set) : words_(set) {
    words_.add(kPid, "pid|", scan::Edge::Start);
    words_.add(kPid, "pid");
    words_.add(kIn1, "in1");
    words_.add(kMember, "*mi*", scan::Edge::Any);
    words_.add(kDemographics, "dmg*d8*", scan::Edge::Any);
  }

  const char* name() const override { return "health_records"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const auto& hit : words_.hits(doc)) {
      if (hit.start < taken) continue;
      const Tags tags = words_.tags(hit);
      if ((tags & (kPid | kIn1)) && !is_segment(doc, hit)) continue;
      // Nothing else begins inside of a segment.
      taken = tags & (kPid | kIn1) ? hit.start + segment_of(doc, hit.start).size() : hit.end;
      if (tags & kPid) patient(doc, hit.start, hits);
      if (tags & kIn1) insurance(doc, hit.start, hits);
      if (tags & kMember) member(doc, hit.end, hits);
      if (tags & kDemographics)
        birth(doc, doc.slice(hit.end, std::min<std::size_t>(doc.text.size(), hit.end + 8u)), hits);
    }
    return {};
  }

 private:
  // A segment's name begins a line, and a bar is behind it.
  static bool is_segment(const Document& doc, const scan::PhraseHit& hit) {
    if (hit.end >= doc.text.size() || doc.text[hit.end] != '|') return false;
    return hit.start == 0 ||
           std::string_view("\n\r\"\x0b").find(doc.text[hit.start - 1]) != std::string_view::npos;
  }

  static void report(const Document& doc, Kind kind, std::string_view field, std::vector<Hit>& hits) {
    const auto start = static_cast<std::uint32_t>(field.data() - doc.text.data());
    hits.push_back(Hit{kind, 0.9, start, static_cast<std::uint32_t>(start + field.size())});
  }

  static std::string_view segment_of(const Document& doc, std::size_t start) {
    const std::string_view segment = doc.slice(start, std::min(doc.text.size(), start + kLongest));
    return segment.substr(0, segment.find_first_of("\r\n"));
  }

  // Fields of a segment by their numbers; the name of the segment is 0.
  static std::vector<std::string_view> fields(const Document& doc, std::size_t start) {
    std::string_view segment = segment_of(doc, start);
    std::vector<std::string_view> all;
    while (all.size() < 64) {
      const std::size_t bar = segment.find('|');
      all.push_back(segment.substr(0, bar));
      if (bar == segment.npos) break;
      segment.remove_prefix(bar + 1);
    }
    return all;
  }
  static std::string_view first_part(std::string_view field) {
    return field.substr(0, field.find_first_of("^~&"));
  }

  static void birth(const Document& doc, std::string_view field, std::vector<Hit>& hits) {
    if (field.size() < 8 || !std::all_of(field.begin(), field.begin() + 8, is_digit)) return;
    if (!field.starts_with("19") && !field.starts_with("20")) return;
    report(doc, Kind::DateOfBirth, field.substr(0, 8), hits);
  }

  // HL7 2.x chapter 3: PID-2 to 4 numbers of the patient, 5 name, 7 birth, 13 and 14 telephone, 19 SSN, 20
  // licence.
  static void patient(const Document& doc, std::size_t start, std::vector<Hit>& hits) {
    const auto all = fields(doc, start);
    if (all.size() < 6) return;
    for (const std::size_t i : {2u, 3u, 4u}) {
      const std::string_view number = first_part(all[i]);
      if (is_number(number, 4)) report(doc, Kind::MedicalId, number, hits);
    }
    const std::string_view name = all[5];
    if (name.find('^') != name.npos && name.size() < 80 && std::none_of(name.begin(), name.end(), is_digit))
      report(doc, Kind::Person, name.substr(0, name.find_last_not_of('^') + 1), hits);
    if (all.size() > 7) birth(doc, all[7], hits);
    for (const std::size_t i : {13u, 14u}) {
      if (all.size() <= i) continue;
      const std::string_view phone = first_part(all[i]);
      if (std::count_if(phone.begin(), phone.end(), is_digit) >= 7 && phone.size() < 24)
        report(doc, Kind::Phone, phone, hits);
    }
    if (all.size() > 19 && is_number(all[19], 9) && all[19].size() <= 11) report(doc, Kind::UsSsn, all[19], hits);
    if (all.size() > 20 && is_number(first_part(all[20]), 5))
      report(doc, Kind::DriverLicense, first_part(all[20]), hits);
  }

  // IN1-36 number of the policy, IN1-49 number of the insured.
  static void insurance(const Document& doc, std::size_t start, std::vector<Hit>& hits) {
    const auto all = fields(doc, start);
    for (const std::size_t i : {36u, 49u}) {
      if (all.size() > i && is_number(first_part(all[i]), 4))
        report(doc, Kind::MedicalId, first_part(all[i]), hits);
    }
    if (all.size() > 18) birth(doc, all[18], hits);
  }

  // "NM1*IL*1*DOE*JANE****MI*W4471882~"
  static void member(const Document& doc, std::size_t start, std::vector<Hit>& hits) {
    std::string_view field = doc.slice(start, std::min(doc.text.size(), start + 32));
    field = field.substr(0, field.find_first_of("*~\r\n"));
    if (is_number(field, 5)) report(doc, Kind::MedicalId, field, hits);
  }

  Words words_;
};

}  // namespace

Made make_health_records(scan::PhraseSet& set) { return std::make_unique<HealthRecords>(set); }

}  // namespace sluice::sense::detect
