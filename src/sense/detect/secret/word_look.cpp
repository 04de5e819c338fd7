#include "sense/detect/secret/word_look.h"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "sense/detect/secret/secret_look.h"
#include "sense/detect/secret/secret_value.h"
#include "sense/scan/phrases.h"

namespace sluice::sense::detect {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

bool ends_with_any(std::string_view word, std::string_view endings) {
  bool found = false;
  scan::for_each_phrase(endings, [&](std::string_view ending) { found = found || word.ends_with(ending); });
  return found;
}

bool is_any(std::string_view word, std::string_view all) {
  bool found = false;
  scan::for_each_phrase(all, [&](std::string_view one) { found = found || word == one; });
  return found;
}

// How adjectives, participles, adverbs and the names of qualities end.
std::string_view endings(Tongue tongue) {
  switch (tongue) {
    case Tongue::English:
      return "ed|ing|ly|able|ible|al|ary|ory|ent|ant|ive|ous|ful|less|ect|ete|ic|id|ure|ate|ext|own|ault|thing|"
             "one|where|ever|ame|ence|ance|ness|tion|sion|ship|ment|ity|ism|case|word|code|self|fore|ways|day|"
             "morrow|ther|ten|ense|onse";
    case Tongue::German:
      return "t|en|ig|lich|sam|bar|isch|los|voll|haft|er|elt|haltet|mals|weise|ung|keit|heit|falls|selbe";
    case Tongue::French:
      return "é|ée|is|ise|it|ite|u|ue|ire|ect|ecte|ide|ble|el|elle|ent|ant|ante|eux|euse|if|ive|ile|ment|nt|tion|"
             "ême";
    case Tongue::Spanish:
      return "ada|ado|ida|ido|cta|cto|oria|orio|aria|ario|able|ible|nte|ura|uro|il|al|ima|imo|nta|nto|sma|smo|"
             "nica|"
             "nico|iva|ivo|osa|oso|ción|dad|ncia|pia|pio";
    case Tongue::Italian:
      return "ata|ato|ita|ito|uta|uto|oria|orio|aria|ario|ile|ale|nte|ura|uro|tta|tto|sa|so|iva|ivo|ida|ido|ria|"
             "rio|"
             "zione|nza|tà";
    case Tongue::Portuguese:
      return "ada|ado|ida|ido|eta|eto|ória|ório|ária|ário|ável|ível|nte|ura|uro|al|sma|smo|iva|ivo|osa|oso|ção|"
             "dade|"
             "ncia|nica";
    case Tongue::Dutch:
      return "d|t|en|ig|lijk|baar|loos|zaam|isch|ief|eel|de|heid|ing";
    case Tongue::Polish:
      return "e|wa|ść|ny|na|ty|ta|cja|ło";
    case Tongue::Nordic:
      return "t|d|lig|ig|te|ede|de|ende|ande|samma|samme|het|hed|ing|else|bar|bart|vis";
    case Tongue::Finnish:
      return "nen|ut|yt|tu|ty|va|vä|tön|ton|in|lla|llä|ssa|ssä|lta|ltä|sti|ttu|tty|llinen|uus|ys";
    case Tongue::Czech:
      return "é|ý|á|no|né|ní|to|ná|ost|ně|en|án";
    case Tongue::Romanian:
      return "ă|at|it|ut|ie|rie|ne|te|ent|il|are|ere|ire|ța|ea|să";
    case Tongue::Hungarian:
      return "t|tt|telen|talan|atlan|etlen|ós|ás|és|es|ható|hető|va|ve|ges|gos|os|en|an|ság|ség|nek|nak|ban|ben|"
             "hoz|"
             "hez|val|vel|ott|ett|ik|ni";
    case Tongue::Russian:
      return "ый|ий|ой|ая|яя|ое|ее|ен|ан|ён|на|но|ны|ть|тся|ться|ость|ние|ам|ом|ел|ал|ся|ает|ует|лся|ого|ему";
  }
  return {};
}

bool is_said(std::string_view lower) {
  return is_any(lower,
                "sensitive|username|password|passwords|passphrase|username:|surname|plaintext|yourself|together|"
                "overleaf|somebody|nobody|whatever|seriously|anything|everything|elsewhere|postit|post-it|"
                "podstawa|wszystko|tajemnica|samma|identique|identico|idêntica|idéntica|folgendermaßen|computer|"
                "internet|facebook|instagram|netflix|microsoft|keepass|bitwarden|onepassword|lastpass|keychain|"
                "kluczem|tekstem|ciągiem|letmein|iloveyou|qwertyuiop|swordfish|opensesame|lorem|example|possible|"
                "impossible|trouble|alphabet|asterisks|characters|uppercase|lowercase|numbers|letters|"
                "administrator|superuser|postgres|username/password|localhost|contraseña|wachtwoord|kennwort|"
                "passwort|password.|unverändert|dasselbe|derselbe|mysecret|correcthorsebatterystaple");
}

// "rusty-kettle"; not "case-sensitive", "self-explanatory", "one-time".
bool is_joined_words(std::string_view lower) {
  const std::size_t at = lower.find('-');
  if (at == lower.npos || at < 3 || lower.size() < 9) return false;
  const std::string_view first = lower.substr(0, at), last = lower.substr(lower.rfind('-') + 1);
  if (last.size() < 3 || lower.find("--") != lower.npos) return false;
  if (is_any(
          first,
          "case|read|well|self|time|single|one|long|short|auto|hard|non|pre|two|multi|user|site|device|machine|"
          "server|client|app|plain|clear|cross|high|low|old|new|semi|all|rate|ever|never|not|top|write|human|base|"
          "end|first|last|mixed|upper|lower|sub|per|out|off|over|under|company|team|system|account|wifi|web|"
          "e|mail|log|sign|pop|pass|re|set|key|post|brute|rainbow|zero|open|third|real|built|site|opt|anti|in"))
    return false;
  return !is_any(last,
                 "proof|wide|length|use|time|term|level|lived|factor|case|key|side|set|up|in|off|on|out|text|size|"
                 "only|like|based|specific|safe|free|date|end|art|guess|remember|known|txt|json|yaml|yml|conf|"
                 "manager|policy|reset|hash|field|server|service|login|admin|user|page|form|prompt") &&
         !ends_with_any(last, "ed|ing|able|ible|ive|ary|ory|ent|ant|al|ic|ly");
}

}  // namespace

bool may_be_word_secret(std::string_view word, Tongue tongue) {
  if (word.size() < 6 || word.size() > 40 || !is_letter(word[0])) return false;
  if (!std::all_of(word.begin(), word.end(),
                   [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '!'; }))
    return false;
  if (is_placeholder(word) || is_reference(word) || is_technical_name(word)) return false;
  const std::string lower = scan::lower_case(word);
  if (is_said(lower)) return false;
  for (const char* part : {"passw", "kennwort", "contrase", "wachtwoord", "lösenord", "http", "secret"}) {
    if (lower.find(part) != lower.npos) return false;
  }
  const auto digits = std::count_if(word.begin(), word.end(), is_digit);
  const auto letters = std::count_if(word.begin(), word.end(), is_letter);
  if (digits > 0) {  // "thalassa2kyma", "savusauna12"; not "utf8mb4", "SHA256", "WPA2-Personal"
    return letters >= 5 && digits <= 6 &&
           std::count_if(word.begin(), word.end(), is_upper) * 2 < std::ptrdiff_t(letters);
  }
  if (word.find('_') != word.npos || word.back() == '!' || word.back() == '-') return false;
  if (word.find('-') != word.npos)
    return std::none_of(word.begin() + 1, word.end(), is_upper) && is_joined_words(lower);
  if (word.size() < 8) return false;
  const auto uppers = std::count_if(word.begin() + 1, word.end(), is_upper);
  if (uppers > 0) {  // "glacierBear"; not "JavaScript", "PostgreSQL"
    return !is_upper(word[0]) && uppers <= 3 && !is_upper(word.back());
  }
  return !is_upper(word[0]) && !ends_with_any(lower, endings(tongue));
}

}  // namespace sluice::sense::detect
