#include "sense/detect/person/phone_words.h"

#include "sense/detect/context/word_list.h"

namespace sluice::sense::detect {
namespace {

using scan::Edge;

void add_west(Words& words) {
  words.add(
      kPhoneWord,
      "phone|phone number|telephone|tel|mobile|cell|cellphone|whatsapp|sms|fax|"
      "text me|reach me|reach him|reach her|reached at|callback|hotline|extension|"
      "contact number|phones|phone no|phone no.|ph|ph.|cell phone|call me|ring me|mob|tel.|contact "
      "no|contact|whats app|"
      "signal|telegram|phone nr|phone num|landline|call back number|daytime number|evening number|best number|"
      "give me a ring|give me a call|phone me|text him|text her|facetime|voicemail|"
      "telefon|handy|mobil|mobilnummer|rufnummer|telefonnummer|anrufen|telefonnr|rufen sie|erreichbar|ruf mich|"
      "telefonnr.|tel-nr|tel-nr.|tel.nr.|tel.-nr.|rufnr|rufnr.|handynummer|handynr|handynr.|festnetz|mobiltelefon|"
      "mobiltel.|rückruf|rückrufnummer|zurückrufen|anrufbar|durchwahl|meine nummer|unter der nummer|natel|"
      "téléphone|portable|appeler|appelez|joindre|numéro|tél|tél.|numéro de téléphone|mon "
      "numéro|rappeler|rappelez|"
      "joignable|ligne fixe|contacter au|rappelez-moi|appelez-moi|"
      "teléfono|telefono|móvil|movil|llamar|llamemos|llamarle|llámeme|llamarme|llamadle|llame|llámame|celular|"
      "tfno|"
      "tfno.|tlfno|tlfno.|telf|telf.|telef.|tfn|tlfn|mi número|cel.|fono|contacto|"
      "telefone|ligar|telemóvel|ligue|telef|tlm|tlm.|telm|meu número|fone|contato|contacto telefónico|zap|"
      "cellulare|chiamare|chiamami|chiamate|recapito|recapiti|recapito telefonico|mio "
      "numero|chiamatemi|richiamare|"
      "richiamatemi|raggiungibile|cell.|"
      "telefoon|bellen|bel me|bel mij|telefoonnummer|telnr|telnr.|tel.nr|mijn nummer|terugbellen|bereikbaar|"
      "mobieltje|06-nummer|gsm-nummer|gsm-nr|telefònic|telèfon|mòbil|trucar|guthán|fón|ffôn|símanúmer|sími|gsm");
  words.add(kCalling,
            "answering at|answering on|answer at|messages to|my "
            "registered|call|called|calling|ring|dial|belt|bel|ruft|appelle|llama|chiama|liga|soita|soittaa|"
            "ringer|ringa|"
            "dzwoni|volá|volejte|hívj|sună|telefoniert|telefona|reachable|phoned|viber");
  words.add(
      kKey,
      "s|hp|h/p|hph|wa|tp|m|t|p|c|f|cel|port|kom|kom.|mob|mob.|tel|tél|no hp|no. hp|no.hp|tlf|ph|gsm|w/app|dw");
}

void add_north_and_east(Words& words) {
  words.add(
      kPhoneWord,
      "telefonu|telefonum|telefon numarası|cep|puhelin|tlf|mobilen|mobilnr|mobilnummeret|telefonnummeret|tlf.|"
      "tlf.nr|tlfnr|mobilnr.|ring mig|ring meg|nå meg|nås på|träffas på|telefonnr|puh|puh.|puhelinnumero|"
      "puhelinnro|matkapuhelin|kännykkä|gsm:|soita minulle|telefonszám|telefonszámom|mobilszám|tel.szám|tel.:|"
      "hívható|hívjon|hívjanak|elérhető|"
      "zadzwoń|dzwonić|komórka|numer telefonu|numer tel|nr tel|nr tel.|tel. kom|tel. "
      "kom.|tel.kom.|komórkowy|komórki|"
      "mój numer|zadzwonić|telefonicznie|"
      "telefonní číslo|tel. číslo|zavolejte|zavolajte|moje číslo|telefónne číslo|mobilu|mobilní|číslo mobilu|"
      "nr. de telefon|număr de telefon|numărul meu|sunați|broj telefona|nazovite|pozovite|mobitel|telefonska|"
      "telefonska številka|tālrunis|telefonas|telefoni|numri i telefonit|celulari|"
      "mi cel|mi celular|número mío|số của tôi|số tôi|số mình|πάρε με|το κινητό μου|wa saya|wa aku|nomor "
      "saya|nomerku|cebim|cebime|cebimden|swish|swisha|cep tel|cep no|cep telefonu|cep telefonum|telefon no|tel "
      "no|beni "
      "arayın|numaram|gsm no|"
      "số điện thoại|sđt|điện thoại|đt|đt:|di động|sdt|nomor hp|nomor telepon|telepon|hubungi|telpon|no tel|no. "
      "tel|"
      "telefon bimbit|nomor wa|numero ko|namba ya simu|simu");
  words.add(
      kPhoneWord,
      "телефону|тел.|номер телефона|звоните|τηλέφωνο|κινητό|телефон|тел|позвоните|мобильный|звонить|моб.|моб|"
      "сот.|сотовый|мобильного|номер тел|мой номер|мобільний|зателефонуйте|дзвоніть|телефонуйте|мобилен|"
      "обадете|мобилни|позовите|наберите|перезвоните|вайбер|ватсап|вотсап|телефоном|телефона|мобилка|"
      "τηλ.|τηλ|κιν.|κιν|σταθερό|καλέστε|τηλεφωνήστε|τηλέφωνό|τηλεφώνου");
}

void add_asia(Words& words) {
  words.add(
      kPhoneWord,
      "המספר שלי|המספר|मेरा नंबर|नंबर "
      "है|电话|手机|号码|电話|電話|携帯|携带|联系|聯絡|拨打|致电|전화|휴대폰|연락처|फोन|मोबाइल|هاتف|جوال|טלפון|โทร|"
      "手機|"
      "聯繫|撥打|連絡先|お電話|핸드폰|휴대전화|연락 주|번호는|موبايل|موبایل|تلفن|تليفون|تلفون|اتصل|واتساب|الجوال|"
      "رقمي|شماره|فون نمبر|محمول|נייד|פלאפון|להתקשר|दूरभाष|फ़ोन|ফোন|মোবাইল|தொலைபேசி|ఫోన్|มือถือ|เบอร์|ติดต่อ|कॉल "
      "करें|संपर्क|కాల్|যোগাযোগ|ტელეფონ|"
      "հեռախոս",
      Edge::Any);
}

}  // namespace

void add_phone_words(Words& words) {
  add_west(words);
  add_north_and_east(words);
  add_asia(words);
  words.add(
      kNotThis,
      "card number|card no|npi|npi no|npi number|npi #|provider identifier|dea|dea number|dea "
      "no|nip|regon|krs|fv|vat|vat no|"
      "vat number|ust-idnr|ust-idnr.|siret|siren|cnpj|cuit|bic|swift|balance|sum|amount|total|price|fee|imei|"
      "ssn|iban|passport|policy number|policy no|tax id|member id|mrn");
  words.add(
      kPublished,
      "opening hours|opening times|office hours|open daily|open on weekdays|open mon-fri|open "
      "monday|imprint|helpline|"
      "hotline|advice line|support line|info line|information line|public line|switchboard|reception|front desk|"
      "information desk|box office|ticket office|lost property|customer service|customer services|customer care|"
      "careers team|town hall|city hall|council|library|museum|theatre|tourist office|visitor centre|citizens "
      "advice|"
      "registry office|press office|surgery|pharmacy|clinic|hospital|school office|embassy|consulate|police "
      "station|"
      "appointments line|bookings|reservations|enquiries|viewings|main line|main number");
  words.add(
      kPublished,
      "öffnungszeiten|sprechzeiten|sprechstunde|bürozeiten|geöffnet|impressum|servicenummer|service-nummer|"
      "zentrale|"
      "empfang|rathaus|bürgeramt|bürgerbüro|bürgertelefon|stadtverwaltung|stadtbücherei|bibliothek|praxis|"
      "apotheke|"
      "krankenhaus|klinik|sekretariat|fundbüro|kundenservice|kundendienst|beratungsstelle|notdienst|pressestelle|"
      "mairie|préfecture|accueil|standard "
      "téléphonique|bibliothèque|médiathèque|musée|pharmacie|hôpital|secrétariat|"
      "service client|permanence|horaires|guichet|office de tourisme|objets trouvés|numéro vert|mentions légales|"
      "ayuntamiento|biblioteca|museo|recepción|centralita|atención al cliente|farmacia|horario|taquilla|"
      "oficina de turismo|comune di|centralino|biglietteria|ospedale|segreteria|servizio "
      "clienti|orario|orari|sportello|"
      "numero verde|câmara municipal|museu|receção|recepção|farmácia|horário|bilheteira|atendimento");
  words.add(
      kPublished,
      "openingstijden|openingsuren|gemeente|gemeentehuis|bibliotheek|receptie|klantenservice|apotheek|ziekenhuis|"
      "spreekuur|buurthuis|kommunen|biblioteket|museet|kundtjänst|vårdcentralen|växeln|öppettider|åbningstid|"
      "åbningstider|telefontid|kundeservice|rådhuset|apoteket|åpningstider|aukioloajat|asiakaspalvelu|kirjasto|"
      "urząd|biblioteka|muzeum|recepcja|infolinia|sekretariat|apteka|szpital|przychodnia|godziny otwarcia|"
      "biuro obsługi|úřad|knihovna|recepce|nemocnice|lékárna|infolinka|úřední hodiny|otevírací doba|"
      "nyitvatartás|ügyfélfogadás|ügyfélszolgálat|könyvtár|primăria|program cu publicul|çalışma saatleri|"
      "müşteri hizmetleri|kütüphane|belediye|горячая линия|регистратура|музей|библиотека|приёмная|справочная|"
      "часы работы|режим работы|гаряча лінія|години роботи|ώρες λειτουργίας|δημαρχείο");
  words.add(
      kPublished,
      "weekdays|mon-fri|mon–fri|mon to fri|monday to friday|24/7|24 hours|toll-free|toll free|freephone|call "
      "centre|"
      "call center|service desk|help desk|helpdesk|poster|flyer|leaflet|noticeboard|notice board|public notice|"
      "mo-fr|mo–fr|mo-do|mo-sa|werktags|rund um die uhr|gebührenfrei|aushang|plakat|flugblatt|infotelefon|"
      "lun-ven|du lundi au|lundi au vendredi|7j/7|24h/24|affiche|dépliant|lunes a viernes|l-v|24 "
      "horas|cartel|folleto|"
      "lunedì-venerdì|dal lunedì|locandina|volantino|segunda a sexta|cartaz|folheto|ma-vr|maandag t/m|"
      "man-fre|mån-fre|vardagar|hverdage|hverdager|affisch|pn-pt|pon-pt|ulotka|po-pá|plakát|leták|"
      "пн-пт|круглосуточно|объявление|листовка|бесплатный звонок");
  words.add(
      kPublished,
      "営業時間|受付時間|窓口|代表電話|市役所|図書館|博物館|营业时间|开放时间|办公时间|客服|前台|图书馆|博物馆|"
      "영업시간|고객센터|도서관|박물관",
      Edge::Any);
  words.add(kLine,
            "office|fax|mobile|cell|work|home|landline|direct|desk|büro|mobil|privat|dienstlich|festnetz|"
            "bureau|portable|domicile|fixe|oficina|móvil|casa|fijo|ufficio|cellulare|kantoor|mobiel|thuis|"
            "praca|dom|komórka|arbete|hem|arbeid|hjem|työ|koti|escritório|telemóvel|práce|domů");
  words.add(kReach,
            "reach|reached|reachable|contact|contacted|contacting|call|calling|dial|text|ring|phone|"
            "directed|direct any|questions|queries|issues|erreichen|erreichst|erreichbar|kontaktieren|"
            "joindre|contacter|contactar|contacte|localizar|raggiungere|contattare|contatti|bereiken|"
            "contacteren|skontaktować|kontaktować|kontakta|kontakte|contate|contacta");
  words.add(kPhoneWord,
            "tele|support line|phone line|direct line|contacts|contact at|reachable at|my registered|"
            "my number is|my number's|his number is|her number is|their number is|reach me|call me");
  words.add(kCalling, "contacting");
  // Who calls or may be called, and lines at home.
  words.add(
      kPhoneWord,
      "caller id says|caller id shows|caller id reads|caller id:|caller id|missed call from|missed calls "
      "from|incoming call|private line|home line|work line|e.164|vaste "
      "lijn|vast nummer|vaste nummer|mobiel|vaste telefoon|línea fija|linea fija|teléfono fijo|numero fisso|rete "
      "fissa|linea "
      "fissa|lankapuhelin|fasttelefon|fastnettelefon|hemtelefon|pevná linka|pevnou linku|stacjonarny|telefon "
      "stacjonarny|vezetékes|vezetékest|telefon fix|домашний телефон|городской телефон|домашній телефон|træffes "
      "på|kan "
      "træffes|tavoitetaan numerosta|tavoittaa numerosta|tavoitat numerosta|saa kiinni numerosta|prosím "
      "volejte|bytta "
      "nummer|byttet nummer|bytt nummer|skiftet nummer|zmiana numeru|дозвониться|номер соседки|номер соседа|номер "
      "мамы|номер мужа|номер жены");
  words.add(kCalling,
            "numerosta|hívja|hívjad|hívd|zadzwoń do|zadzwoń pod|sunați la|sună la|zovi|nazvat|soittakaa|try me "
            "on|try him on|"
            "try her on|try us on|try my husband on|try my wife on|try my mobile|i repeat|je répète|ich "
            "wiederhole|repito|"
            "ripeto|ik herhaal|повторяю");
  words.add(
      kItsNumber,
      "mitt nummer|mit nummer|mitt nr|numeroni on|mój numer|mi número|número mío|this number|new number|old "
      "number|that number|wrong number|right number|her number|his number|their "
      "number|number please|neue nummer|neuer nummer|alte nummer|nieuwe nummer|nieuw nummer|oude nummer|nouveau "
      "numéro|ancien numéro|nuovo numero|vecchio numero|nuevo número|número nuevo|novo número|número novo|nytt "
      "nummer|nyt nummer|nya nummer|nye nummer|uusi numero|uusi numeroni|nowy numer|nowym numerem|nové číslo|novi "
      "broj|új szám|új számom|noul număr|новый номер|новий номер|segna|segnati|note bien|notez|anota|apunta|"
      "запишите|запиши|запишіть");
  words.add(kItsNumber, "폰번호|폰 번호|새 번호|제 번호|내 번호|新号码|新號碼|新しい番号", Edge::Any);
  words.add(
      kOtherNumber,
      "order|invoice|ticket|version|isbn|issn|ean|sku|serial|tracking|article|part number|model|"
      "imei|times|units|function|iterations|visitors|bytes|rows|account "
      "number|port|sha|commit|checksum|timestamp|build|case "
      "number|population|id|bestellung|bestellnummer|commande|pedido|ordine|bestelling|zamówienie|заказ|заказа");
}

bool is_somebodys(std::string_view lower) {
  // Whoever is reached there, or should be called back, is somebody. Too common to be looked for in every text.
  static constexpr std::string_view kWords =
      "my|mine|me|his|him|her|hers|their|them|mobile|cell|home|private|privately|callback|back|called|reached|"
      "reachable|"
      "patient|pt|client|tenant|caller|resident|kin|emergency|"
      "mich|mein|meine|meiner|seine|ihre|ihn|handy|privat|zuhause|rückruf|erreichbar|kunde|kundin|mieter|"
      "patientin|"
      "moi|portable|domicile|lui|rappeler|joignable|cliente|patiente|locataire|"
      "móvil|casa|llámame|localizable|paciente|inquilino|cellulare|chiamami|reperibile|paziente|"
      "telemóvel|celular|mijn|zijn|haar|thuis|mobiel|bereikbaar|patiënt|mobil|"
      "mój|moja|moje|komórka|pacjent|pacjentka|hans|hendes|hennes|hjem|hem|můj|pacient|мой|моя|мобильный|домой|"
      "пациент|"
      "мій|cep";
  static const WordList all(kWords);
  return all.has(lower);
}

}  // namespace sluice::sense::detect
