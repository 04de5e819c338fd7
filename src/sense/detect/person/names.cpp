// Names of people, where the words around say that they are: a title or a label before ("Frau", "patient",
// "name:"), a closing formula above, a particle behind ("様", "先生"), or an identifier of a person beside a known
// given name.
//
// A name alone is no personal data in our scheme - the news are full of them - so a hit raises nothing by itself;
// beside what is regulated about somebody it says that the somebody is known, and adds the category pii. It runs
// last, since it reads what the others found. Precision first: a name that is missed is masked less, and nothing
// else, while a word taken for a name is masked in the middle of a sentence.
#include <algorithm>
#include <string>
#include <string_view>

#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"
#include "sense/detect/person/names_table.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kTitle = 1;     // a surname may follow
constexpr Tags kRole = 2;      // "patient", "client": two capitalised words must follow
constexpr Tags kLabel = 4;     // ... after a colon or the like
constexpr Tags kWeak = 8;      // "call", "dear": the first of them must be a known given name
constexpr Tags kClosing = 16;  // "kind regards": on the next line
constexpr Tags kHanCue = 32;   // Chinese and Japanese: a surname follows
constexpr Tags kHanAfter = 64;
constexpr Tags kHangulCue = 128;
constexpr Tags kHangulAfter = 256;
constexpr Tags kAnyScript = 512;  // Arabic, Hebrew, Hindi: two words follow

struct Character {
  char32_t code = 0;
  std::size_t size = 1;
};

Character character_at(std::string_view t, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<char32_t>(static_cast<unsigned char>(t[i + k])); };
  const char32_t b = byte(0);
  if (b < 0x80) return {b, 1};
  if (b >= 0xC2 && b < 0xE0 && i + 1 < t.size()) return {(b & 0x1F) << 6 | (byte(1) & 0x3F), 2};
  if (b >= 0xE0 && b < 0xF0 && i + 2 < t.size())
    return {(b & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
  return {0, 1};
}

bool is_capital(char32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z';
  if (c >= 0xC0 && c <= 0xDE) return c != 0xD7;
  if (c >= 0x100 && c <= 0x137) return c % 2 == 0;
  if (c >= 0x139 && c <= 0x148) return c % 2 == 1;
  if (c >= 0x14A && c <= 0x178) return c % 2 == 0;
  if (c >= 0x179 && c <= 0x17E) return c % 2 == 1;
  return (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F) || c == 0x401;
}

// A letter of an alphabet that has capitals.
bool is_letter(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x370 && c <= 0x3FF) ||
         (c >= 0x400 && c <= 0x52F) || (c >= 0x1E00 && c <= 0x1EFF);
}

// End of the word that begins at i, hyphens and apostrophes between letters included.
std::size_t word_end(std::string_view t, std::size_t i) {
  while (i < t.size()) {
    const Character c = character_at(t, i);
    if (is_letter(c.code)) {
      i += c.size;
      continue;
    }
    const bool joint = c.code == '-' || c.code == '\'' || c.code == 0x2019;
    if (!joint || i + c.size >= t.size() || !is_capital(character_at(t, i + c.size).code)) break;
    i += c.size;
  }
  return i;
}

bool is_particle(std::string_view word) {
  for (const char* p :
       {"van", "von", "de",  "der", "den", "da", "do",  "dos", "das", "di", "del",   "della", "la", "le",
        "zu",  "zur", "bin", "ibn", "al",  "el", "ter", "ten", "af",  "y",  "van't", "du",    "des"}) {
    if (word == p) return true;
  }
  return false;
}

// A name as it stands in a text.
struct Name {
  std::size_t start = 0, end = 0;
  int words = 0;       // capitalised ones, initials not counted
  bool known = false;  // begins with a given name of the table
};

class Reader {
 public:
  explicit Reader(const Document& doc) : text_(doc.text), lower_(doc.lower) {}

  // The name that begins at i: up to four capitalised words on one line, with initials and particles between.
  Name at(std::size_t i) const {
    Name name;
    name.start = name.end = i;
    std::size_t next = i;
    while (name.words < 4 && next < text_.size()) {
      const Character c = character_at(text_, next);
      const std::size_t end = word_end(text_, next);
      if (end == next) break;
      const std::string_view low = lower_.substr(next, end - next);
      if (!is_capital(c.code)) {
        if (name.words == 0 || !is_particle(low)) break;
        next = end;
      } else if (end - next == c.size) {  // an initial
        if (end >= text_.size() || text_[end] != '.') break;
        next = end + 1;
        if (name.words == 0 && name.end == name.start) name.end = next;
      } else {
        if (is_no_name(low) || !has_small(next, end)) break;
        if (name.words == 0) name.known = is_given_name(low) || is_given_name(low.substr(0, low.find('-')));
        ++name.words;
        name.end = next = end;
        // "Jane Roe's": the letter behind the apostrophe is no part of it.
      }
      if (next >= text_.size() || text_[next] != ' ') break;
      ++next;
    }
    if (name.words == 0) name.end = name.start;
    return name;
  }

 private:
  // "GmbH", "DNI", "USA" are no names; "McAllister" is.
  bool has_small(std::size_t start, std::size_t end) const {
    std::size_t capitals = 0, letters = 0;
    for (std::size_t i = start; i < end; i += character_at(text_, i).size) {
      const char32_t c = character_at(text_, i).code;
      if (c == '-' || c == '\'' || c == 0x2019) continue;
      ++letters;
      capitals += is_capital(c);
    }
    return letters >= 2 && letters > capitals && capitals <= 3;
  }

  std::string_view text_, lower_;
};

// Family names of one character that most people of China and Japan (first of two) have, and of Korea.
constexpr std::string_view kHanSurnames =
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴"
    "夏钟汪田"
    "任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严"
    "牛温芦季"
    "俞章鲁葛伍申尤毕聂柴焦向柳邢岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹關張陳劉楊趙黃吳孫馬羅鄭謝韓馮許蘇盧蔣葉鍾"
    "陸錢湯";
constexpr std::string_view kJapaneseSurnames =
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|林|斎藤|斉藤|"
    "清水|"
    "山崎|森|池田|橋本|阿部|石川|山下|中島|石井|小川|前田|岡田|長谷川|藤田|後藤|近藤|村上|遠藤|青木|坂本|福田|"
    "太田|"
    "西村|藤井|金子|岡本|藤原|三浦|中野|中川|原田|松田|竹内|小野|田村|中山|和田|石田|森田|上田|原|内田|柴田|酒井|"
    "宮崎|"
    "横山|高木|安藤|宮本|大野|小島|谷口|工藤|今井|高田|増田|丸山|杉山|村田|大塚|新井|小山|平野|藤本|河野|上野|"
    "野口|武田|"
    "松井|千葉|菅原|岩崎|木下|久保|佐野|野村|松尾|市川|菊地|杉本|古川|大西|島田|水野|桜井|高野|吉川|西田|北村|"
    "五十嵐";
constexpr std::string_view kHangulSurnames =
    "김이박최정강조윤장임한오서신권황안송류홍전고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염";

bool is_han(char32_t c) { return c >= 0x4E00 && c <= 0x9FFF; }
bool is_hangul(char32_t c) { return c >= 0xAC00 && c <= 0xD7A3; }

bool contains(std::string_view characters, std::string_view one) {
  for (std::size_t at = 0; (at = characters.find(one, at)) != characters.npos; ++at) {
    if (at % 3 == 0) return true;
  }
  return false;
}

class Names : public scan::Detector {
 public:
  explicit Names(scan::PhraseSet& set) : cues_(set) {
    add_titles();
    add_roles();
    add_weak();
    add_eastern();
    scan::for_each_phrase(kJapaneseSurnames, [&](std::string_view s) { japanese_.push_back(s); });
  }

  const char* name() const override { return "names"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    const Reader reader(doc);
    const std::size_t others = hits.size();
    std::vector<Name> found;
    for (const auto& cue : cues_.hits(doc)) cued(doc, reader, cue, found);
    beside_identifiers(doc, reader, hits, found);
    if (found.empty()) return {};
    std::sort(found.begin(), found.end(),
              [](const Name& a, const Name& b) { return a.start != b.start ? a.start < b.start : a.end > b.end; });
    const bool raises = is_about_somebody(hits);
    std::size_t taken = 0;
    for (const Name& name : found) {
      if (name.start < taken) continue;
      const std::string_view low = std::string_view(doc.lower).substr(name.start, name.end - name.start);
      if (is_placeholder_name(low) && !near_identifier(hits, others, name, 120)) continue;
      if (inside_other(hits, others, name)) continue;
      taken = name.end;
      hits.push_back(Hit{Kind::Person, name.known ? 0.8 : 0.7, static_cast<std::uint32_t>(name.start),
                         static_cast<std::uint32_t>(name.end), raises});
    }
    return {};
  }

 private:
  void add_titles() {
    cues_.add(
        kTitle,
        "mr|mr.|mrs|mrs.|ms|ms.|miss|dr|dr.|prof|prof.|sir|lady|mx|mx.|herr|herrn|frau|hr.|fr.|frl.|mme|mme.|mlle|"
        "monsieur|madame|mademoiselle|señor|señora|señorita|sr.|sra.|srta.|don|doña|dña.|d.ª|signor|signora|sig.|"
        "sig.ra|sig|dott.|dott.ssa|dottor|avv.|senhor|senhora|dona|seu|dhr.|dhr|mevr.|mevr|mevrouw|meneer|pan|"
        "pani|pana|panu|panią|paní|г-н|г-жа|господин|госпожа|herra|rouva|fröken|bay|bayan|sayın|κ.|κύριος|κυρία|"
        "dl.|dna.|úr|shri|smt.|ustaz");
  }

  void add_roles() {
    cues_.add(
        kRole,
        "locatário|locatária|kierowca|a nombre de|au nom de|im namen von|namens|a nome di|em nome de|in the name "
        "of|"
        "made out to|payable to|issued to|assigned to|hired|on behalf "
        "of|patient|pt|client|customer|employee|applicant|tenant|guest|candidate|driver|member|landlord|borrower|"
        "passenger|colleague|beneficiary|account holder|cardholder|policyholder|claimant|debtor|student|"
        "my name is|my name's|i am called|named|neighbour|neighbor|nurse|attorney|accountant|our expert|witness|"
        "the defendant|the plaintiff|my boss|my manager|my son|my daughter|my wife|my husband|insured|new hire|"
        "new lead|lead passenger|insured individual|hotel guest|caller|donor|subscriber|attendee|resident|"
        "mein name ist|ich heiße|ich bin|kunde|kundin|kunden|patientin|patienten|mitarbeiter|mitarbeiterin|"
        "bewerber|bewerberin|mieter|mieterin|vermieter|schüler|schülerin|versicherte|versicherter|gast|kollege|"
        "kollegin|kontoinhaber|kontoinhaberin|je m'appelle|je suis|patiente|cliente|client|assuré|assurée|"
        "locataire|salarié|salariée|bénéficiaire|titulaire|me llamo|mi nombre es|soy|paciente|empleado|empleada|"
        "inquilino|inquilina|titular|huésped|conductor|mi chiamo|il mio nome è|sono|paziente|dipendente|"
        "inquilina|intestatario|meu nome é|me chamo|motorista|inquilino|funcionário|funcionária|hóspede|sou|"
        "mijn naam is|ik heet|klant|patiënt|medewerker|huurder|nazywam się|mam na imię|klient|klientka|klienta|"
        "pacjent|pacjentka|pracownik|najemca|меня зовут|клиент|клиентка|пациент|пациентка|сотрудник|"
        "сотрудница|заявитель|jag heter|mitt namn är|kund|jeg heter|mit navn er|jeg hedder|kunden|asiakas|"
        "nimeni on|olen|adım|benim adım|ismim|müşteri|hasta|numele meu este|mă numesc|jmenuji se|zákazník|"
        "a nevem|με λένε");
    cues_.add(
        kRole | kLabel,
        "name|full name|fullname|full_name|customer_name|patient_name|first_name|contact person|contact "
        "name|from:|"
        "to:|cc:|bcc:|von:|an:|de:|à:|da:|para:|van:|aan:|od:|do:|от:|кому:|från:|till:|fra:|til:|attn|attn.|"
        "signed|signature|author|assignee|reporter|recipient|sender|employee name|surname|"
        "beneficiary name|holder|account name|patient name|customer name|prepared by|reviewed by|approved by|"
        "contact|spouse|parent|guardian|next of kin|nachname|vorname|absender|empfänger|ansprechpartner|"
        "ansprechpartnerin|nom|nom complet|prénom|expéditeur|destinataire|nombre|nombre completo|apellidos|"
        "nombre y apellidos|remitente|destinatario|nome|nome completo|nome e cognome|cognome|mittente|"
        "naam|imię i nazwisko|nazwisko|фио|имя|namn|navn|nimi|ad soyad|"
        "adı soyadı|kimden|kime|jméno|nume|név|όνομα|ονοματεπώνυμο|displayname|cardholder name|"
        "passenger name|guest name|student|pt name|tenant name|kontoinhaber|titular");
    cues_.add(
        kClosing,
        "regards|kind regards|best regards|best wishes|sincerely|yours sincerely|yours truly|yours faithfully|"
        "cheers|thanks|thank you|many thanks|best|warmly|mit freundlichen grüßen|viele grüße|beste grüße|"
        "freundliche grüße|liebe grüße|mfg|cordialement|bien à vous|salutations distinguées|meilleures "
        "salutations|"
        "bien cordialement|saludos|un saludo|atentamente|saludos cordiales|cordiali saluti|distinti saluti|"
        "atenciosamente|cumprimentos|abraços|met vriendelijke groet|groeten|groetjes|pozdrawiam|z poważaniem|"
        "с уважением|med vänliga hälsningar|hälsningar|med venlig hilsen|vennlig hilsen|hilsen|terveisin|"
        "ystävällisin terveisin|saygılarımla|s pozdravem|cu stimă|üdvözlettel");
  }

  void add_weak() {
    cues_.add(kWeak,
              "call|ring|phone|attention|text|belonging to|registered under|registered to|used "
              "by|remind|invite|appeler|appelez|llama "
              "a|llamar a|contacter|letter to|reply to|write to|dear|liebe|lieber|sehr geehrte|sehr "
              "geehrter|cher|chère|estimado|estimada|querido|querida|gentile|caro|cara|prezado|prezada|beste|"
              "geachte|szanowny|szanowna|kära|bästa|kære|employee|hi|hello|hallo|bonjour|hola|olá|ciao|hej");
  }

  void add_eastern() {
    using scan::Edge;
    cues_.add(
        kHanCue,
        "客户|姓名|患者|联系人|收件人|员工|学生|我叫|我是|病人|住户|租客|租户|经理|同事|同学|候选人|申请人|"
        "收货人|寄给|通知|告诉|联系|名字叫|名叫|客戶|聯絡人|氏名|名前|顧客の|お客様の|申請者|社員の|社員|担当の|"
        "担当|弊社の|同僚の|宛名|私は|私の名前は|司机|乘客|医生|老师|业主|债务人|借款人|被保险人|持卡人",
        Edge::Any);
    cues_.add(kHanAfter,
              "先生|女士|小姐|老师|同学|医生|经理|總|様|さん|氏|殿|さま|的电话|的身份证|的手机|的邮箱|的住址|"
              "的工资|的账户|,身份证|,电话|,手机|(身份证|(电话|,联系电话|,男,|,女,|(男|(女|,护照|"
              ",電話|(携帯",
              Edge::Any);
    cues_.add(kHangulCue, "이름|고객|환자|성명|직원|신청자|수신인|담당자|제 이름은|저는|학생|세입자|예금주",
              Edge::Any);
    cues_.add(kHangulAfter, " 님|님|씨| 씨|고객님| 환자| 대리| 과장| 부장", Edge::Any);
    cues_.add(kAnyScript,
              "السيد|السيدة|اسمي|المريض|المريضة|العميل|العميلة|الموظف|الاسم|श्री|श्रीमती|मेरा नाम|ग्राहक|मरीज|नाम|"
              "מר|גב'|שמי|הלקוח|הלקוחה|המטופל|המטופלת");
  }

  void cued(const Document& doc, const Reader& reader, const scan::PhraseHit& cue,
            std::vector<Name>& found) const {
    const Tags tags = cues_.tags(cue);
    if (tags & (kHanCue | kHanAfter | kHangulCue | kHangulAfter)) return eastern(doc, cue, tags, found);
    if (tags & kAnyScript) return two_words(doc, cue.end, found);
    bool labelled = doc.text[cue.end - 1] == ':', broken = false;
    const std::size_t at = after_cue(doc.text, cue.end, tags, labelled, broken);
    if (at >= doc.text.size() || !is_capital(character_at(doc.text, at).code)) return;
    if (broken != bool(tags & kClosing)) return;
    if ((tags & kLabel) && !labelled && !(tags & kWeak)) {
      if (!reader.at(at).known) return;
    }
    const Name name = reader.at(at);
    if (name.words == 0) return;
    if (name.words == 1) {
      const bool title =
          (tags & kTitle) && name.end - name.start >= 3 && doc.text[cue.start] != doc.lower[cue.start];
      if (!title) return;
    }
    if ((tags & kWeak) && !(tags & (kTitle | kRole | kClosing)) && !(name.known && name.words >= 2)) return;
    found.push_back(name);
  }

  // Where the name would begin: behind a colon, quotes, a bar, "is". Tells whether a mark of a label was passed,
  // and a line break.
  static std::size_t after_cue(std::string_view t, std::size_t i, Tags tags, bool& labelled, bool& broken) {
    for (int steps = 0; i < t.size() && steps < 8; ++steps) {
      const char c = t[i];
      if (c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '(' || c == '*' || c == '`') {
        ++i;
      } else if (c == ':' || c == '=' || c == '|') {
        labelled = true;
        ++i;
      } else if ((c == ',' || c == '!' || c == '.' || c == '\n' || c == '\r') && (tags & kClosing)) {
        broken |= c == '\n';
        ++i;
      } else if (c == ',' && (tags & kRole) && steps == 0) {
        ++i;
      } else if ((tags & kLabel) && (t.substr(i, 3) == "..." || t.substr(i, 3) == "___")) {
        labelled = true;
        i = std::min(t.find_first_not_of("._ ", i), t.size());
      } else if ((tags & kTitle) && c == '.') {
        ++i;
      } else if (t.compare(i, 3, "：") == 0) {
        labelled = true;
        i += 3;
      } else if (t.substr(i, 3) == "is " || t.substr(i, 4) == "ist " || t.substr(i, 4) == "est ") {
        i += t[i + 2] == ' ' ? 3 : 4;
      } else {
        break;
      }
    }
    return i;
  }

  // Names beside an identifier of a person: a known given name within reach, or any two capitalised words whose
  // second the address repeats ("Rosewood ... rosewood@") or that stand directly before it.
  static void beside_identifiers(const Document& doc, const Reader& reader, const std::vector<Hit>& hits,
                                 std::vector<Name>& found) {
    for (const Hit& hit : hits) {
      const bool topic =
          hit.kind == Kind::FinanceTopic || hit.kind == Kind::HealthTopic || hit.kind == Kind::LegalTopic;
      if (!is_personal(hit.kind) && !(topic && hit.raises)) continue;
      const std::size_t from = hit.start > 120 ? hit.start - 120 : 0;
      auto at = std::lower_bound(doc.names.begin(), doc.names.end(), from);
      for (; at != doc.names.end() && *at < hit.end + 100u; ++at) {
        const Name name = reader.at(*at);
        if (name.words < 2 || (!topic && name.end > hit.start && name.start < hit.end)) continue;
        if (name.known || (!topic && (is_before(doc, name, hit) || repeats(doc, name, hit))))
          found.push_back(name);
      }
    }
  }

  // "Mila Ferro, mila@...", "Mila Ferro <...", "Mila Ferro (555)": not "Credit Card 4111".
  static bool is_before(const Document& doc, const Name& name, const Hit& hit) {
    if (name.end > hit.start || hit.start - name.end > 3) return false;
    if (hit.start - name.end < 2 && std::string_view(",;|\t").find(doc.text[name.end]) == std::string_view::npos)
      return false;
    return doc.text.find('\n', name.end) >= hit.start;
  }

  // Two capitalised words close by in the same line, behind a small letter or a colon: where a sentence begins, or
  // in German nouns, capitals say nothing.
  static bool is_inside_sentence(const Document& doc, const Name& name, const Hit& hit) {
    const std::size_t gap = name.end <= hit.start ? hit.start - name.end : name.start - hit.end;
    if (gap > 40 || name.start < 2 || doc.text[name.start - 1] != ' ' || hit.kind == Kind::Address) return false;
    const char before = doc.text[name.start - 2];
    const bool inside = (before >= 'a' && before <= 'z') || before == ':';
    const auto from = std::min<std::size_t>(name.end, hit.end), to = std::max<std::size_t>(name.start, hit.start);
    return inside && doc.text.find('\n', from) >= to && name.words <= 3 && !is_german(doc);
  }

  static bool is_german(const Document& doc) {
    return doc.lower.find(" und ") != doc.lower.npos || doc.lower.find(" der ") != doc.lower.npos ||
           doc.lower.find("bitte") != doc.lower.npos || doc.lower.find("meine") != doc.lower.npos ||
           doc.lower.find(" die ") != doc.lower.npos || doc.lower.find(" nicht ") != doc.lower.npos;
  }

  // Whether the mail address contains the last word of the name.
  static bool repeats(const Document& doc, const Name& name, const Hit& hit) {
    if (hit.kind != Kind::Email) return false;
    const std::string_view low = std::string_view(doc.lower).substr(name.start, name.end - name.start);
    const std::string_view last = low.substr(low.rfind(' ') + 1);
    return last.size() >= 4 &&
           std::string_view(doc.lower).substr(hit.start, hit.end - hit.start).find(last) != std::string_view::npos;
  }

  static bool is_personal(Kind kind) {
    return kind <= Kind::BankAccount || (kind >= Kind::UsSsn && kind <= Kind::MedicalId) ||
           kind == Kind::VehicleId || kind == Kind::Password;
  }

  // Something that is regulated or personal by itself: then the names belong to it.
  static bool is_about_somebody(const std::vector<Hit>& hits) {
    return std::any_of(hits.begin(), hits.end(), [](const Hit& hit) {
      if (hit.kind == Kind::Address) return true;  // also one that is somebody's only beside a name
      if (!hit.raises) return false;
      return (is_personal(hit.kind) && hit.kind != Kind::Password) || hit.kind == Kind::FinanceTopic ||
             hit.kind == Kind::HealthTopic || hit.kind == Kind::LegalTopic || hit.kind == Kind::RoutingNumber;
    });
  }

  static bool near_identifier(const std::vector<Hit>& hits, std::size_t others, const Name& name,
                              std::size_t reach) {
    return std::any_of(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(others), [&](const Hit& hit) {
      return is_personal(hit.kind) && hit.start <= name.end + reach && name.start <= hit.end + reach;
    });
  }

  // A street named after somebody is an address.
  static bool inside_other(const std::vector<Hit>& hits, std::size_t others, const Name& name) {
    return std::any_of(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(others), [&](const Hit& hit) {
      return !meaningless_extent(hit.kind) && name.start < hit.end && hit.start < name.end;
    });
  }

  static bool meaningless_extent(Kind kind) {
    return kind == Kind::FinanceTopic || kind == Kind::SourceCode || kind == Kind::LocalWish ||
           (kind >= Kind::HealthTopic && kind <= Kind::CredentialTopic);
  }

  void eastern(const Document& doc, const scan::PhraseHit& cue, Tags tags, std::vector<Name>& found) const {
    const std::string_view t = doc.text;
    if (tags & (kHanCue | kHangulCue)) {
      std::size_t at = cue.end;
      for (int i = 0; i < 4 && at < t.size(); ++i) {
        if (t.compare(at, 3, "：") == 0 || t.compare(at, 3, "是") == 0 || t.compare(at, 3, "は") == 0 ||
            t.compare(at, 3, "叫") == 0 || t.compare(at, 3, "은") == 0 || t.compare(at, 3, "는") == 0) {
          at += 3;
        } else if (t[at] == ':' || t[at] == ' ' || t[at] == '"') {
          ++at;
        } else {
          break;
        }
      }
      const std::size_t size = tags & kHanCue ? han_name(t, at) : hangul_name(t, at);
      if (size > 0) found.push_back({at, at + size, 2, true});
      return;
    }
    // The name ends where the particle begins.
    const std::size_t name_end = cue.start > 0 && t[cue.start - 1] == ' ' ? cue.start - 1 : cue.start;
    for (const std::size_t size : {12u, 9u, 6u}) {
      if (name_end < size) continue;
      const std::size_t at = name_end - size;
      const std::size_t read = tags & kHanAfter ? han_name(t, at) : hangul_name(t, at);
      if (read != size || (at >= 3 && tags & kHangulAfter && is_hangul(character_at(t, at - 3).code))) continue;
      found.push_back({at, at + size, 2, true});
      return;
    }
  }

  // Bytes of the Chinese or Japanese name that begins at `at`; 0: none.
  std::size_t han_name(std::string_view t, std::size_t at) const {
    std::size_t han = 0;
    while (han < 5 && at + 3 * han + 3 <= t.size() && is_han(character_at(t, at + 3 * han).code)) ++han;
    if (han < 2) return 0;
    for (const std::string_view surname : japanese_) {
      if (!t.substr(at).starts_with(surname)) continue;
      const std::size_t all = std::min<std::size_t>(han, surname.size() / 3 + 2);
      if (all * 3 > surname.size()) return all * 3;
    }
    if (!contains(kHanSurnames, t.substr(at, 3))) return 0;
    // Two or three characters: what follows must not be the rest of a word.
    const std::string_view third = t.substr(at + 6, 3);
    static constexpr std::string_view kNotInNames =
        "的是在和与发因从将已为请被有要说，。：、（先女小今昨明来去住打电把对给";
    return han >= 3 && !contains(kNotInNames, third) ? 9 : 6;
  }

  static std::size_t hangul_name(std::string_view t, std::size_t at) {
    std::size_t n = 0;
    while (n < 4 && at + 3 * n + 3 <= t.size() && is_hangul(character_at(t, at + 3 * n).code)) ++n;
    if (n < 3 || !contains(kHangulSurnames, t.substr(at, 3))) return 0;
    static constexpr std::string_view kParticles = "은는이가을를의에님씨과와";
    if (n == 4 && !contains(kParticles, t.substr(at + 9, 3))) return 0;
    return 9;
  }

  // Scripts without capitals: the two words behind the cue, if nothing but letters.
  static void two_words(const Document& doc, std::size_t at, std::vector<Name>& found) {
    const std::string_view t = doc.text;
    while (at < t.size() && (t[at] == ' ' || t[at] == ':')) ++at;
    std::size_t end = at;
    for (int word = 0; word < 2; ++word) {
      std::size_t i = word == 0 ? at : end + 1;
      const std::size_t begin = i;
      while (i < t.size() && static_cast<unsigned char>(t[i]) >= 0xD7) {
        const auto lead = static_cast<unsigned char>(t[i]);
        if (lead < 0xE0 && i + 1 < t.size() && t.compare(i, 2, "،") == 0) break;
        i += lead < 0xE0 ? 2 : 3;
      }
      i = std::min(i, t.size());
      if (i - begin < 4) return;
      end = i;
      if (word == 0 && (end >= t.size() || t[end] != ' ')) return;
    }
    found.push_back({at, end, 2, false});
  }

  Words cues_;
  std::vector<std::string_view> japanese_;
};

}  // namespace

Made make_names(scan::PhraseSet& set) { return std::make_unique<Names>(set); }

}  // namespace sluice::sense::detect
