#include "sense/scan/decode/tables.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "sense/scan/byte_bits.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMaxLine = 2000;  // bytes
constexpr std::size_t kMaxCells = 64;
constexpr std::size_t kMaxHead = 40;  // bytes of a column's name
// Bytes of readings by the length of the text. Wide tables of flags and counts have more; cells that are too short
// to be anything are left out of these. Beside each of the others, which is three bytes and a separator, stands a
// name, so that none of them is let out.
constexpr std::size_t kTimes = 4;
constexpr std::size_t kShortCell = 2;                          // bytes
constexpr ByteTable kNoHead = byte_table(".?!=<>{}@", false);  // what no name of a column has

struct Span {
  std::size_t start = 0, end = 0;
};

// What separates cells: a sign, or two blanks and more (' ').
constexpr char kSeparators[] = {'|', ';', '\t', ',', ' '};

Span trimmed(std::string_view t, Span cell) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (cell.start < cell.end && is_blank(t[cell.start])) ++cell.start;
  while (cell.end > cell.start && is_blank(t[cell.end - 1])) --cell.end;
  if (cell.end - cell.start >= 2 && t[cell.start] == '"' && t[cell.end - 1] == '"') ++cell.start, --cell.end;
  return cell;
}

// Empty if the line has fewer than two cells or more than kMaxCells.
std::vector<Span> cells_of(std::string_view t, Span line, char separator) {
  std::vector<Span> cells;
  if (separator == '|') {  // the outer bars of Markdown
    line = trimmed(t, line);
    if (line.start < line.end && t[line.start] == '|') ++line.start;
    if (line.start < line.end && t[line.end - 1] == '|') --line.end;
  }
  bool quoted = false;
  std::size_t begin = line.start;
  for (std::size_t i = line.start; i < line.end; ++i) {
    if (t[i] == '"') quoted = !quoted;
    if (quoted || t[i] != separator) continue;
    std::size_t next = i + 1;
    if (separator == ' ') {
      while (next < line.end && t[next] == ' ') ++next;
      if (next - i < 2) continue;
    }
    if (next - 1 > begin || separator != ' ') cells.push_back(trimmed(t, {begin, i}));
    begin = next;
    i = next - 1;
    if (cells.size() >= kMaxCells) return {};
  }
  cells.push_back(trimmed(t, {begin, line.end}));
  return cells.size() < 2 ? std::vector<Span>() : cells;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }

// "rs429358", "q2024": letters, then digits, which values of a row under the head are not all.
bool is_symbol(std::string_view name) {
  const std::size_t digits = name.find_first_of("0123456789");
  return digits >= 1 && digits <= 4 &&
         std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(digits), is_letter) &&
         name.find_first_not_of("0123456789", digits) == name.npos;
}

// Names of columns are short and have no sentence's marks, and only a "#" has no letter.
bool is_head(std::string_view t, const std::vector<Span>& cells) {
  std::size_t named = 0;
  for (const Span& cell : cells) {
    const std::string_view name = t.substr(cell.start, cell.end - cell.start);
    if (name.size() > kMaxHead) return false;
    if (std::count(name.begin(), name.end(), ' ') > 3) return false;
    const auto digits = std::count_if(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (digits > 2 && !is_symbol(name)) return false;
    named += std::any_of(name.begin(), name.end(), is_letter);
  }
  return named >= 2 && named + 1 >= cells.size();
}

// "|---|:--:|", "-----  ----"
bool is_rule(std::string_view t, Span line) {
  const std::string_view text = t.substr(line.start, line.end - line.start);
  return text.find('-') != text.npos && text.find_first_not_of("-=:|+ \t\r") == text.npos;
}

Span line_at(std::string_view t, std::size_t start) { return {start, std::min(t.find('\n', start), t.size())}; }

}  // namespace

Tables::Tables(PhraseSet& set) : heads_(set.new_owner()) {
  for_each_phrase(
      "password|passwort|pw|pwd|pass|pin|code|token|secret|key|api key|api_key|kennwort|contraseña|clave|mot de "
      "passe|mdp|"
      "heslo|adgangskode|passord|salasana|jelszó|пароль|пин|код|kód|senha|wachtwoord|hasło|lösenord|şifre|login|"
      "passphrase|credential|credentials|zugang|"
      "born|dob|birth|birthdate|birthday|birth "
      "date|date_of_birth|geboren|geb|geburtsdatum|geburtstag|naissance|né le|"
      "nacimiento|nascita|nascimento|geboortedatum|urodzenia|födelsedatum|født|doğum|doğum tarihi|"
      "phone|phone "
      "number|tel|mobile|cell|telefon|handy|telefonnummer|téléphone|teléfono|móvil|telefono|cellulare|telefone|"
      "telemóvel|celular|telefoon|mobil|numer telefonu|whatsapp|"
      "account|account no|account "
      "number|account_number|konto|kontonummer|compte|cuenta|conto|conta|rekening|rekeningnummer|"
      "iban|sort code|routing|"
      "ssn|nhs|nhs no|nhs number|mrn|patient id|patient_id|patient no|passport|passport no|passport "
      "number|reisepass|"
      "passeport|pasaporte|passaporto|passaporte|paspoort|paszport|pass-nr|national id|id number|id no|tax "
      "id|tin|steuer-id|"
      "steuernummer|nif|nie|dni|cpf|codice fiscale|pesel|bsn|personnummer|sin|licence|license|driver|"
      "fnac|f_nac|fecha "
      "nac|dt_nasc|data_nasc|bday|ddn|date "
      "naiss|b_day|b-day|birth_dt|född|fødselsdato|syntynyt|ur.|nar.|narozen|geb.|geb-datum|"
      "geboortedatum|syntymäaika|született|data urodzenia|"
      "acct|bsb|ifsc|clabe|bank_account|account_no|accountno|bankleitzahl|blz|sort_code|sortcode|cuenta_bancaria|"
      "plate|number plate|licence plate|license plate|reg "
      "no|registration|kennzeichen|matrícula|matricula|placa|targa|"
      "immatriculation|plaque|kenteken|nr rejestracyjny|rejestracja|plaka|rendszám|spz|vin|fin|chassis|bastidor|"
      "curp|rfc|nino|ni no|ni number|pps|ppsn|aadhaar|pan|emirates id|iqama|driver license|drivers license|"
      "driver's license|driving licence|dl|dl no|führerschein|permis|rijbewijs|carnet|patente|prawo jazdy|"
      "medicare|member id|member no|policy no|insurance no|subscriber id|versichertennummer|kvnr|ahv|avs|svnr|"
      "hetu|cpr|fnr|rodné číslo|oib|jmbg|cnp|egn|afm|amka|taj|tfn|sin|nric|ic "
      "no|nik|cnic|rut|cuit|cuil|cedula|cédula|"
      "id nr|id_no|document no|doc no|documento|tax no|tax_id|"
      "address|anschrift|adresse|dirección|indirizzo|endereço|adres|salary|gehalt",
      [&](std::string_view word) { set.add(heads_, word, Edge::Name); });
  for_each_phrase(
      "密码|密碼|口令|パスワード|暗証番号|出生|生日|生年月日|电话|電話|手机|护照|旅券|身份证|비밀번호|생년월일|"
      "전화|车牌|車牌|车架号|驾驶证|계좌번호|口座番号|银行账号|账号|免許証|保険者番号|주민등록번호|여권번호|"
      "رقم الهاتف|رقم الهوية|تاريخ الميلاد|जन्म",
      [&](std::string_view word) { set.add(heads_, word, Edge::Any); });
}

namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : t_(text), budget_(kTimes * text.size()) {}

  // Where the table ends whose head is this line; the head's end if it is none.
  std::size_t read(Span head, std::vector<Tables::Record>& found) {
    const std::size_t below = head.end + 1;
    if (head.end - head.start > kMaxLine || below >= t_.size()) return head.end;
    for (std::size_t i = head.start; i < head.end; ++i) {
      if (among(t_[i], kNoHead)) return head.end;  // nearly every line of prose and of code
    }
    Span row = line_at(t_, below);
    if (is_rule(t_, row) && row.end < t_.size()) row = line_at(t_, row.end + 1);
    for (const char separator : kSeparators) {
      const std::vector<Span> heads = cells_of(t_, head, separator);
      if (heads.empty() || !is_head(t_, heads)) continue;
      // Two commas are in many lines of prose, and two blanks in many listings.
      const std::size_t least = separator == ',' || separator == ' ' ? 3 : 2;
      if (heads.size() < least) continue;
      const std::size_t end = rows(heads, row, separator, found);
      if (end != row.start) return end;
    }
    return head.end;
  }

 private:
  std::size_t rows(const std::vector<Span>& heads, Span first, char separator,
                   std::vector<Tables::Record>& found) {
    Tables::Record made;
    std::size_t end = read_rows(heads, first, separator, 0, budget_, made);
    if (made.piece.text.size() > budget_) {
      made = {};
      end = read_rows(heads, first, separator, kShortCell, t_.npos, made);
    }
    if (made.piece.text.empty()) return end;
    budget_ -= std::min(budget_, made.piece.text.size());
    made.piece.origin.push_back(static_cast<std::uint32_t>(end));
    found.push_back(std::move(made));
    return end;
  }

  // Where the rows end; the first one's beginning if there is none. Stops behind `most` bytes of reading.
  std::size_t read_rows(const std::vector<Span>& heads, Span row, char separator, std::size_t short_cell,
                        std::size_t most, Tables::Record& made) const {
    std::size_t end = row.start;
    while (row.start < t_.size() && row.end - row.start <= kMaxLine && made.piece.text.size() <= most) {
      const std::vector<Span> cells = cells_of(t_, row, separator);
      if (cells.size() != heads.size()) break;
      record(heads, cells, short_cell, made);
      end = row.end;
      row = line_at(t_, row.end + 1);
    }
    return end;
  }

  void record(const std::vector<Span>& heads, const std::vector<Span>& cells, std::size_t short_cell,
              Tables::Record& made) const {
    Piece& piece = made.piece;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (cells[i].end <= cells[i].start + short_cell) continue;
      const std::string_view name = t_.substr(heads[i].start, heads[i].end - heads[i].start);
      if (!name.empty()) {
        const auto at = static_cast<std::uint32_t>(piece.text.size());
        made.heads.push_back({at, at + static_cast<std::uint32_t>(name.size())});
        piece.text.append(name).append(": ");
        piece.origin.insert(piece.origin.end(), name.size() + 2, static_cast<std::uint32_t>(cells[i].start));
      }
      for (std::size_t at = cells[i].start; at < cells[i].end; ++at) {
        piece.text += t_[at];
        piece.origin.push_back(static_cast<std::uint32_t>(at));
      }
      piece.text.append("; ");
      piece.origin.insert(piece.origin.end(), 2, static_cast<std::uint32_t>(cells[i].end));
    }
    if (!piece.text.empty()) piece.text.back() = '\n';
  }

  std::string_view t_;
  std::size_t budget_;  // bytes of readings with all cells that may still be made
};

}  // namespace

std::vector<Tables::Record> Tables::readings(const Document& doc) const {
  std::vector<Record> found;
  Reader reader(doc.text);
  std::size_t done = 0;  // behind the last line that was tried as a head, and the rows below it
  for (const PhraseHit& hit : doc.phrases[heads_]) {
    if (hit.start < done) continue;
    const std::size_t from = hit.start > kMaxLine ? hit.start - kMaxLine : 0;
    const std::size_t before = std::string_view(doc.text).substr(from, hit.start - from).rfind('\n');
    const std::size_t start = before == std::string_view::npos ? from : from + before + 1;
    const Span head{std::max(start, done), std::min(doc.text.find('\n', hit.end), doc.text.size())};
    if (head.start != start) continue;  // the rest of a table's last line
    done = std::max<std::size_t>(reader.read(head, found), head.end);
  }
  return found;
}

}  // namespace sluice::sense::scan
