// Words near which a secret may be told. By themselves they find nothing: most texts that speak of passwords,
// codes and locks tell none, and the detectors of secrets (sense/detect/secret) look themselves at what stands
// beside a word. The trained model reads a long text once more around the fewer of them, and is believed only near
// one of the many.
#include "sense/detect/topic/credential_words.h"

#include "sense/detect/secret/access_words.h"

namespace sluice::sense::detect {
namespace {

std::unique_ptr<Topic> make_words(scan::PhraseSet& set) {
  Topic::Definition d{"told_credentials", scan::Kind::CredentialTopic, [](const Sums&) { return 0.0; }};
  d.telling = 1;
  return std::make_unique<Topic>(set, d);
}

}  // namespace

std::unique_ptr<Topic> make_credential_words(scan::PhraseSet& set) {
  auto topic = make_words(set);
  topic->add(0, 1, kPasswordNames, scan::Edge::Any);
  topic->add(0, 1, kPasswordShorts);
  topic->add(0, 1,
             "door code|gate code|alarm code|entry code|access code|one-time code|verification code|security "
             "question|security answer|memorable word|code word|combination|padlock|key safe|key box|lockbox|safe "
             "opens|recovery phrase|seed phrase|backup codes|pin is|the pin|my pin|card pin|wifi|wi-fi|ssid|wlan|"
             "türcode|geheimzahl|zahlenschloss|tresor|sicherheitsfrage|zugangscode|codewort|losungswort|"
             "digicode|cadenas|code d'entrée|code secret|coffre-fort|question secrète|"
             "candado|código de la puerta|caja fuerte|pregunta secreta|palabra clave|"
             "lucchetto|cassaforte|codice segreto|domanda di sicurezza|cadeado|cofre|pergunta de segurança|"
             "hangslot|kluis|pincode|sleutelkastje|beveiligingsvraag|kłódka|sejf|kod do|pytanie pomocnicze|"
             "hänglås|portkod|kassaskåp|pinkod|säkerhetsfråga|hængelås|dørkode|pengeskab|pinkode|"
             "kód od|trezor|bezpečnostní otázka|kapı kodu|kasa şifresi|güvenlik sorusu|"
             "домофон|сейф|пин-код|код двери|контрольный вопрос");
  topic->add(0, 1, "暗証|金庫|合言葉|秘密の質問|门禁|保险柜|密保|验证码", scan::Edge::Any);
  return topic;
}

std::unique_ptr<Topic> make_words_of_access(scan::PhraseSet& set) {
  auto topic = make_words(set);
  topic->add(0, 1, kPasswordNames, scan::Edge::Any);
  topic->add(0, 1, kPasswordShorts);
  topic->add(0, 1, kCredentialWords, scan::Edge::Start);
  topic->add(0, 1, kAccessWords, scan::Edge::Start);
  topic->add(
      0, 1,
      "pass|code|codes|pin|pins|puk|combination|combo|safe|padlock|lock|locks|door|gate|alarm|key|keys|keypad|"
      "network|memorable|secret|question|token|api|get in|get into|opens|maiden|first pet|seed|wallet|otp|tan|"
      "sms|radio|locker|suitcase|shed|garage|barrier|panel|rede|rete|red|slot|hek|soru|net|nät|nip");
  topic->add(
      0, 1,
      "zahlen|ziffern|geheim|sicherheits|codewort|kennung|tür|tor |tresor|schrank|schloss|schlüssel|netz|"
      "losung|digicode|cadenas|porte|portail|coffre|alarme|réseau|clé|mot secret|secrèt|candado|puerta|portal|"
      "caja fuerte|clave|pregunta|código|lucchetto|porta|portone|cancello|cassaforte|allarme|codice|domanda|"
      "cadeado|portão|cofre|pergunta|deur|poort|kluis|netwerk|vraag|drzwi|bram|furtk|sejf|kłódk|domofon|sieć|"
      "kod|pytan|dörr|port|kassaskåp|lås|hänglås|larm|fråga|dør|pengeskab|hængelås|spørgsmål|dveř|brán|vchod|"
      "trezor|zám|kód|síť|otázk|kapı|kasa|kilit|двер|сейф|замок|домофон|код|сеть|вопрос|пин|калитк|подъезд|ключ",
      scan::Edge::Start);
  topic->add(0, 1, "暗証|金庫|合言葉|質問|番号|コード|キー|鍵|玄関|门|保险柜|密|验证码|暗号|网|码",
             scan::Edge::Any);
  return topic;
}

}  // namespace sluice::sense::detect
