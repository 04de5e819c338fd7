#include "sense/detect/context/dates.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <vector>

#include "sense/scan/phrases.h"

namespace sluice::sense::detect {
namespace {

// What names of months begin with; a word has a month's name if it begins so and is not much longer.
constexpr std::string_view kMonths =
    // English, German, the Romance and the Nordic languages, Dutch
    "jan|feb|fév|fev|mar|mär|maer|mrt|maa|apr|avr|abr|ma|may|mai|mei|maj|mag|jun|juin|jui|jul|juil|aug|aoû|aou|"
    "ago|"
    "sep|set|oct|okt|out|ott|nov|dec|dez|déc|des|dic|ene|gen|giu|lug|gener|febr|març|abril|maig|juny|juliol|agost|"
    "setembre|xaneiro|febreiro|xuño|xullo|setembro|outubro|novembro|decembro|mrz|"
    // Polish, Czech, Slovak, Slovene, Croatian, Serbian
    "sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|led|úno|bře|dub|kvě|čer|črv|srp|zář|říj|pro|máj|jún|júl|sij|velj|ožu|"
    "tra|svi|lipnj|srpnj|kolov|ruj|stud|prosin|"
    // Hungarian, Romanian, Albanian, the Baltic languages, Estonian, Finnish
    "már|ápr|szept|iul|iun|ian|noi|janar|shkurt|prill|qersh|korrik|gusht|shtat|tetor|nëntor|dhjetor|saus|vas|kov|"
    "bal|"
    "geg|birž|liep|rugp|rugs|spal|lapk|gruod|jūn|jūl|janv|veebr|märts|juun|juul|dets|tammi|helmi|maalis|huhti|"
    "touko|"
    "kesä|heinä|elo|syys|loka|marras|joulu|"
    // Turkish, Azeri, Welsh, Irish, Icelandic
    "oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|yan|fev|iyn|iyl|avq|sen|noy|ionawr|chwef|mawrth|ebrill|mehefin|gorff|"
    "awst|medi|hydref|tachwedd|rhagfyr|ean|feabh|márta|aibr|beal|meith|iúil|lún|meán|deire|samh|noll|ágú|"
    // Russian, Ukrainian, Bulgarian, Serbian
    "янв|фев|мар|апр|мая|май|мај|июн|июл|авг|сен|окт|ноя|дек|січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру|яну|"
    "юни|юли|сеп|ное|јан|јун|јул|нов|"
    // Greek
    "ιαν|φεβ|μαρ|μάρ|απρ|μαΐ|μαϊ|μάι|ιου|ιού|αυγ|αύγ|σεπ|οκτ|νοε|νοέ|δεκ|"
    // Vietnamese, Indonesian, Malay, Filipino, Swahili
    "tháng|mei|agu|ogos|dis|mac|ene|peb|hun|hul|agos|set|okt|nob|disy|machi|aprili|juni|julai|agosti|septemba|"
    // Arabic, Persian, Hebrew, Hindi, Bengali, Thai, Korean months stand below by their first letters
    "يناير|فبراير|مارس|أبريل|ابريل|إبريل|مايو|يونيو|يوليو|أغسطس|اغسطس|سبتمبر|أكتوبر|اكتوبر|نوفمبر|ديسمبر|كانون|"
    "شباط|"
    "آذار|اذار|نيسان|أيار|ايار|حزيران|تموز|آب|أيلول|ايلول|تشرين|جانفي|فيفري|أفريل|ماي|جوان|جويلية|أوت|"
    "ינואר|פברואר|מרץ|אפריל|מאי|יוני|יולי|אוגוסט|ספטמבר|אוקטובר|נובמבר|דצמבר|בינואר|בפברואר|במרץ|באפריל|במאי|"
    "ביוני|"
    "ביולי|באוגוסט|בספטמבר|באוקטובר|בנובמבר|בדצמבר|"
    "जन|फ़र|फर|मार्च|अप्रैल|मई|जून|जुल|अग|सित|अक्|अक्तू|नव|दिस|জানু|ফেব্রু|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টে|অক্টো|নভে|ডিসে|"
    "ม.ค.|ก.พ.|มี.ค.|เม.ย.|พ.ค.|มิ.ย.|ก.ค.|ส.ค.|ก.ย.|ต.ค.|พ.ย.|ธ.ค.|มกราคม|กุมภาพันธ์|มีนาคม|เมษายน|พฤษภาคม|มิถุนายน|"
    "กรกฎาคม|"
    "สิงหาคม|กันยายน|ตุลาคม|พฤศจิกายน|ธันวาคม";
// Of the Persian and the Islamic calendar.
constexpr std::string_view kOtherMonths =
    "farvardin|ordibehesht|khordad|tir|mordad|amordad|shahrivar|mehr|aban|azar|dey|bahman|esfand|فروردین|اردیبهشت|"
    "خرداد|تیر|مرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند|muharram|safar|rabi|jumada|rajab|sha'ban|shaban|ramadan|"
    "shawwal|dhu|محرم|صفر|ربيع|جمادى|رجب|شعبان|رمضان|شوال|ذو|tishri|cheshvan|kislev|tevet|shevat|adar|nisan|iyar|"
    "sivan|tammuz|elul";
constexpr std::size_t kLongerBy = 12;  // letters of a month's name behind what it begins with

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::vector<std::string_view> sorted(std::string_view phrases) {
  std::vector<std::string_view> all;
  scan::for_each_phrase(phrases, [&](std::string_view phrase) { all.push_back(phrase); });
  std::sort(all.begin(), all.end());
  return all;
}

// Code points: a letter of Greek has two bytes, and "φεβρουαρίου" has eleven.
std::size_t letters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Whether the word begins with one of these. Sorted, and a beginning stands before all that begin with it, so that
// one search for each length is enough.
bool begins_with_one(const std::vector<std::string_view>& all, std::string_view word, std::size_t least = 2) {
  for (std::size_t size = std::min<std::size_t>(word.size(), 30); size >= least; --size) {
    if (std::binary_search(all.begin(), all.end(), word.substr(0, size)))
      return letters_of(word.substr(size)) <= kLongerBy;
  }
  return false;
}

}  // namespace

bool is_month(std::string_view lower, std::size_t least) {
  static const std::vector<std::string_view> months = sorted(kMonths);
  return begins_with_one(months, lower, least);
}

namespace {

class Reader {
 public:
  Reader(std::string_view text, std::size_t at) : t_(text), i_(at) {}

  std::optional<Day> read() {
    Day day;
    if (!any_day(day)) return std::nullopt;
    if (i_ < t_.size() && is_digit(t_[i_])) return std::nullopt;
    if (i_ + 1 < t_.size() && t_[i_] == '.' && is_digit(t_[i_ + 1])) return std::nullopt;  // a version: 8.2.2434.1
    day.end = i_;
    return day;
  }

 private:
  bool any_day(Day& day) {
    if (i_ >= t_.size()) return false;
    if (is_digit(t_[i_])) {
      int first = 0;
      const std::size_t digits = number(first);
      if (digits == 8 || digits == 6) return compact(digits, day);
      if (digits == 4) return year_first(first, day);
      int month = 0, date = 0;
      if (digits == 2 && (asian("年", "月", "日", month, date) || asian("년", "월", "일", month, date))) {
        day.year = first;
        return true;
      }
      if (digits == 2 && first > 31) return short_year_first(first, day);
      return digits <= 2 && first >= 1 && first <= 31 && day_first(first, day);
    }
    return era(day) || month_first(day);
  }

  // How many digits stand here; goes behind them.
  std::size_t number(int& value) {
    const std::size_t from = i_;
    value = 0;
    for (; i_ < t_.size() && is_digit(t_[i_]) && i_ - from < 9; ++i_) value = value * 10 + (t_[i_] - '0');
    return i_ - from;
  }
  bool small(int& value, int most) {
    const std::size_t digits = number(value);
    return (digits == 1 || digits == 2) && value >= 1 && value <= most;
  }
  bool take(std::string_view what) {
    if (!t_.substr(i_).starts_with(what)) return false;
    i_ += what.size();
    return true;
  }
  bool take_any(std::initializer_list<std::string_view> all) {
    return std::any_of(all.begin(), all.end(), [&](std::string_view what) { return take(what); });
  }
  // One of - / . with a blank behind it at most, or a blank; 0: none.
  char separator() {
    if (i_ >= t_.size() || std::string_view("-/. ").find(t_[i_]) == std::string_view::npos) return 0;
    const char c = t_[i_++];
    if (c != ' ') take(" ");
    return c;
  }

  bool compact(std::size_t digits, Day& day) {
    const std::string_view s = t_.substr(i_ - digits, digits);
    const auto two = [&](std::size_t at) { return (s[at] - '0') * 10 + (s[at + 1] - '0'); };
    const auto is_date = [](int month, int date) { return month >= 1 && month <= 12 && date >= 1 && date <= 31; };
    day.compact = true;
    if (digits == 6) {
      day.year = two(0);
      return is_date(two(2), two(4)) || is_date(two(2), two(0)) || is_date(two(0), two(2));
    }
    day.year = two(0) * 100 + two(2);
    if (day.year >= 1900 && day.year < 2100 && is_date(two(4), two(6))) return true;
    day.year = two(4) * 100 + two(6);
    return day.year >= 1900 && day.year < 2100 && (is_date(two(2), two(0)) || is_date(two(0), two(2)));
  }

  // 91-05-26, as one writes in the North
  bool short_year_first(int year, Day& day) {
    int month = 0, date = 0;
    day.year = year;
    const char sign = separator();
    return (sign == '-' || sign == '.' || sign == '/') && small(month, 12) && separator() == sign &&
           small(date, 31);
  }

  // 1991-05-26, 1991. 5. 26., 1991年5月26日, 1991. május 26., 1991 m. gegužės 26 d.
  bool year_first(int year, Day& day) {
    day.year = year;
    if (year < 1300 || year > 2600) return false;
    int month = 0, date = 0;
    if (asian("年", "月", "日", month, date) || asian("년", "월", "일", month, date)) return true;
    const std::size_t behind = i_;
    const char first = separator();
    if (first == 0) return false;
    if (first != ' ' || (i_ < t_.size() && is_digit(t_[i_]))) {
      const bool numeric = small(month, 12) && separator() == first && small(date, 31);
      if (numeric) return true;
    }
    i_ = behind;
    take_any({". ", " m. ", " m.", ". gada ", " gada ", ", ", " ", "-"});
    if (!month_name(day)) return false;
    take(" ");
    take("-");
    return small(date, 31);
  }

  bool asian(std::string_view y, std::string_view m, std::string_view d, int& month, int& date) {
    const std::size_t from = i_;
    take(" ");
    if (take(y) && (take(" "), small(month, 12)) && (take(" "), take(m)) && (take(" "), small(date, 31)) &&
        (take(" "), take(d)))
      return true;
    i_ = from;
    return false;
  }

  // 26.05.1991, 26 05 91, 26 May 1991, 26th of May, 1991, 26 de mayo de 1991, 26-MAY-91, 26may1991
  bool day_first(int first, Day& day) {
    const std::size_t behind = i_;
    const char sign = separator();
    if (sign != 0 && i_ < t_.size() && is_digit(t_[i_])) {
      int month = 0;
      if (!small(month, 31) || (month > 12 && first > 12)) return false;
      const char second = separator();
      // "11/9-1987" is Danish.
      return (second == sign || (sign == '/' && second == '-')) && year(day);
    }
    i_ = behind;
    take_any({"st", "nd", "rd", "th", "er", "-ro", "-го", "-е", "º", "°", "ª", "η", "."});
    take("-") || take("/") || take(" ");
    take_any({"of ", "de ", "del ", "di ", "d'", "d’", "a ", "من ", "ב", "ngày "});
    if (!month_name(day)) return false;
    take_any({".", ","});
    take("-") || take("/") || take(" ");
    take_any({"de ", "del ", "of ", "a ", "năm ", "พ.ศ. ", "พ.ศ.", "ค.ศ. "});
    take(" ");
    return year(day);
  }

  // May 12, 1991
  bool month_first(Day& day) {
    if (!month_name(day)) return false;
    take(".");
    if (!take(" ")) return false;
    int date = 0;
    if (!small(date, 31)) return false;
    take_any({"st", "nd", "rd", "th"});
    return take_any({", ", " ", ","}) && year(day);
  }

  // 昭和57年4月3日, 民國80年5月26日, S57.4.3
  bool era(Day& day) {
    const std::size_t from = i_;
    if (era_year(day)) return true;
    i_ = from;  // "sep 14 1992" begins as an era does
    return false;
  }

  bool era_year(Day& day) {
    int year = 0, month = 0, date = 0;
    day.year = 0;
    static constexpr struct {
      std::string_view name;
      int before;
    } kEras[] = {{"昭和", 1925}, {"平成", 1988}, {"令和", 2018}, {"大正", 1911}, {"民國", 1911}, {"民国", 1911}};
    for (const auto& one : kEras) {
      if (!take(one.name)) continue;
      take(" ");
      if (take("元"))
        year = 1;
      else if (!small(year, 99) && year != 100)
        return false;
      day.year = one.before + year;
      return asian("年", "月", "日", month, date) ||
             (separator() == '.' && small(month, 12) && separator() == '.' && small(date, 31));
    }
    if (!take_any({"s", "h", "r", "t"}) || !small(year, 64)) return false;
    const char sign = separator();
    return (sign == '.' || sign == '/') && small(month, 12) && separator() == sign && small(date, 31);
  }

  bool year(Day& day) {
    take("'");
    take("’");
    int value = 0;
    const std::size_t digits = number(value);
    if (digits != 4 && digits != 2) return false;
    if (digits == 4 && (value < 1300 || value > 2600) && !other_) return false;
    day.year = other_ ? 0 : value;
    return true;
  }

  bool month_name(Day& day) {
    static const std::vector<std::string_view> others = sorted(kOtherMonths);
    std::size_t end = i_;
    while (end < t_.size() && end - i_ < 48 && scan::is_word_byte(t_[end]) && !is_digit(t_[end])) ++end;
    if (end - i_ >= 2 && t_.substr(i_, end - i_) == "tháng") {  // Vietnamese months have numbers
      i_ = end;
      take(" ");
      int month = 0;
      day.named = true;
      return small(month, 12);
    }
    if (end < t_.size() && t_[end] == '.' && end + 1 < t_.size() &&
        static_cast<unsigned char>(t_[end + 1]) >= 0xE0) {
      const std::size_t close = std::min(t_.size(), end + 12);  // ม.ค.
      while (end < close && t_[end] != ' ') ++end;
    }
    const std::string_view word = t_.substr(i_, end - i_);
    other_ = begins_with_one(others, word);
    if (!other_ && !is_month(word, 2)) return false;
    i_ = end;
    day.named = true;
    if (other_)
      take_any({" al-awwal", " al-thani", " al-akhir", " al-hijjah", " al-qidah", " الأول", " الثاني", " الحجة"});
    if (!other_) take_any({" الأول", " الثاني", " الاول"});
    return true;
  }

  std::string_view t_;
  std::size_t i_;
  bool other_ = false;  // the month is of another calendar
};

}  // namespace

std::optional<Day> day_at(std::string_view lower, std::size_t at) {
  std::optional<Day> day = Reader(lower, at).read();
  if (!day) return day;
  // The same day of another calendar: "1 farvardin 1365 (21 march 1986)".
  std::size_t open = day->end;
  if (open < lower.size() && lower[open] == ' ') ++open;
  if (open >= lower.size() || lower[open] != '(') return day;
  const std::optional<Day> same = Reader(lower, open + 1).read();
  if (!same || same->end >= lower.size() || lower[same->end] != ')') return day;
  day->end = same->end + 1;
  if (day->year == 0) day->year = same->year;
  return day;
}

std::optional<Day> day_around(std::string_view lower, std::size_t number, std::size_t least, std::size_t& start) {
  start = number;
  // A word before the number, at a blank or none, is a month or an era.
  std::size_t word = number;
  if (word > least && lower[word - 1] == ' ') --word;
  if (word > least + 1 && lower[word - 1] == '.') --word;
  const std::size_t end = word;
  while (word > least && number - word < 32 && scan::is_word_byte(lower[word - 1]) && !is_digit(lower[word - 1]))
    --word;
  if (word < end) {
    for (std::size_t from : {word, end > word + 6 ? end - 6 : word,
                             end > word + 12 ? end - 12 : word}) {  // an era may follow other characters
      if (from < least) continue;
      if (auto day = day_at(lower, from)) {
        start = from;
        return day;
      }
    }
  }
  return day_at(lower, number);
}

}  // namespace sluice::sense::detect
