#include "sense/detect/identifier/document_words.h"

namespace sluice::sense::detect {
namespace {

using scan::Edge;

void add_passports(Words& words) {
  words.add(
      kPassport,
      "passports|passport numbers|passport nos|passport nr|passport num|passport#|passport #|pass "
      "nr|pass-nr.|reisepass-nr|reisepass-nr.|reisepass nr|"
      "expired passport|old passport|new passport|passport card|n° passeport|n° de passeport|passeport n°|"
      "nº pasaporte|nº de pasaporte|pasaporte nº|pasaporte n.º|n.º de passaporte|passaporte n.º|n. passaporte|"
      "passaporto n.|pass nummer|paspoortnr|paspoort nr|passnummeret|passnummer:|passets nummer|vegabréf|"
      "vegabréfsnúmer|passin numero|passinumero|numer paszportu|nr paszportu|cestovní pas|cestovního pasu|"
      "číslo pasu:|cestovný pas|číslo cestovného pasu|útlevélszám|útlevél száma|pașaport|nr. pașaport|"
      "putovnica|broj putovnice|broj pasoša|pasoš|potni list|pasaporta|pass nr.|passi nr|pases nr|paso nr|"
      "pasaport no|pasaport numarası|hộ chiếu|số hộ chiếu|nomor paspor|no paspor|paspor|no pasport|pasport|"
      "pasaporte no|pasaporte blg|hati ya kusafiria");
  words.add(
      kPassport,
      "паспорт серия|серия и номер паспорта|загранпаспорт|загранпаспорта|номер паспорта|паспорт №|закордонний "
      "паспорт|номер паспорту|паспорту|паспортни данни|номер на паспорт|пасош|број пасоша|αριθμός διαβατηρίου|"
      "αρ. διαβατηρίου|διαβατηρίου");
  words.add(kPassport,
            "护照号|護照號碼|旅券番号|パスポート番号|여권번호|رقم الجواز|جواز السفر|گذرنامه|מספר דרכון|पासपोर्ट "
            "नंबर|หนังสือเดินทาง|พาสปอร์ต",
            Edge::Any);
}

void add_licenses(Words& words) {
  words.add(
      kLicense,
      "driver's licenses|driver licenses|driving licences|driver's licences|driver's lic|drivers lic|driver "
      "lic|driving permit|provisional licence|dvla number|driver number|"
      "dvla driver number|d/l|dl num|driver's licence no|license num|licence num|learner's permit|"
      "führerschein-nr|führerschein-nr.|führerschein nr|führerschein nr.|fahrerlaubnis|fs-nummer|"
      "führerausweis|führerausweis-nr|führerausweisnummer|"
      "n° de permis|permis n°|numéro neph|neph|permis b n°|numéro de permis de conduire|n° permis|"
      "permiso de conducir|licencia de manejo|brevete|pase de conducir|licencia de conducción|carné de conducir|"
      "registro de conducir|nº de permiso|permiso de conducción|carnet de conduir|"
      "carta de condução nº|carteira de motorista|carteira nacional de habilitação|habilitação|registro cnh|"
      "nº da carta de condução|"
      "patente n.|n. patente|numero di patente|patente b|numero della patente|"
      "rijbewijsnr|rijbewijsnr.|rijbewijs nr|"
      "körkortsnummer|körkortsnr|førerkortnummer|førerkortnr|kørekort|kørekortnummer|kørekortnr|kørekort nr|"
      "ajokortti|ajokortin numero|ajokorttinumero|ajokortin|ökuskírteini|"
      "prawa jazdy|numer prawa jazdy|nr prawa jazdy|řidičský průkaz|číslo řidičského průkazu|řidičského "
      "průkazu|řidičák|vodičský preukaz|vodičského preukazu|jogosítvány|vezetői engedély|jogosítványszám|jogsi|"
      "jogosítványom|permis de conducere|permisul de conducere|vozačka dozvola|vozačke dozvole|vozniško "
      "dovoljenje|vairuotojo pažymėjimas|vairuotojo pažymėjimo|vadītāja apliecība|juhiluba|juhiloa number|"
      "ehliyet no|sürücü belgesi|sürücü belge no|patenta|leje drejtimi|"
      "surat izin mengemudi|lesen memandu|giấy phép lái xe|bằng lái|gplx|"
      "lisensya sa pagmamaneho|leseni ya udereva|ceadúnas tiomána|trwydded yrru");
  words.add(
      kLicense,
      "водительского удостоверения|водительские права|права серия|в/у|посвідчення водія|водійське посвідчення|"
      "шофьорска книжка|свидетелство за управление|возачка дозвола|жүргізуші куәлігі|δίπλωμα οδήγησης|άδεια "
      "οδήγησης|άδειας οδήγησης");
  words.add(kLicense,
            "驾驶证|駕駛執照|駕照|驾照|免許証|運転免許|免許番号|운전면허|면허번호|رخصة القيادة|رخصة قيادة|رخصة "
            "السواقة|رخصة السياقة|"
            "گواهینامه|רישיון נהיגה|ड्राइविंग लाइसेंस|ใบขับขี่",
            Edge::Any);
}

void add_short_licenses(Words& words) {
  words.add(kCapitals, "dl|cdl|ву", Edge::Word);
  words.add(kCapitals | kNational, "rg", Edge::Word);  // Registro Geral, Brazil
  words.add(kLicense, "dl#|cdl#|d.l.", Edge::Start);
  words.add(kLicense,
            "körkortet|førerkortet|kørekortet|ajokorttini|vozačke dozvole|patentino|driver licence no|"
            "carta de conducir|permis b|licenza di guida|licencia de conducir no");
  words.add(
      kLicense,
      "vozačka br.|vozačka br|vozačka broj|licence v.|permis de conduire n°|g-class licence|class g licence|"
      "class c licence|class 5 licence|qld licence|nsw licence|vic licence|wa licence|tas licence|queensland "
      "licence|nz licence|nz driver licence|patente intestata|körkort nr|körkort:|rijbewijs nummer|ehliyet "
      "numarası|prawo jazdy nr|jogosítvány száma|permis auto|nr. permis|licencia clase b");
  words.add(kPassport, "irish booklet|pas:|passport booklet|passport book no|doc: pp|pp no|pp no.");
  words.add(kMedical,
            "medical record numbers|medical record no|medical record no.|medical record id|medical records number|"
            "med rec no|med rec no.|med rec|med rec #|med. rec. no.|mr no|mr no.|mr number|mr#|mrns|patient ids|"
            "patient record|patient record number|health plan beneficiary number|beneficiary id|member ids|"
            "hosp n0|hospital ur is|hospital ur|ur no|ur number|sanitaria cip|kupat holim card|kupat holim no");
  words.add(kTax, "sars ref|sars ref no|sars reference|sars tax number");
  words.add(kBareLicense, "patente", Edge::Word);
  words.add(kMotor, "self-drive|campervan|dvla|nzta", Edge::Word);
  words.add(kGoods, "sku|item|catalogue no|cat. no|product code|part|key|activation|serial|software|plugin",
            Edge::Word);
  words.add(kSpecimen, "specimen|muster|mustermann|spécimen|especimen|espécimen", Edge::Word);
  words.add(kPassport, "pas nr|pas nr.|pas no|passport book|passport book number");
}

// Of North America, whose licences begin with a letter and the digits of the holder's name.
void add_states(Words& words) {
  words.add(
      kState,
      "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|"
      "illinois|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|"
      "mississippi|missouri|montana|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north "
      "carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|rhode island|south carolina|south dakota|"
      "tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming|alberta|british "
      "columbia|manitoba|new brunswick|newfoundland|nova scotia|ontario|quebec|québec|saskatchewan|indian",
      Edge::Word);
}

void add_told_documents(Words& words) {
  words.add(
      kLicense,
      "operator license|operator's license|operators license|operator licence|oln|chauffeur license|"
      "chauffeur's license|commercial driver's license|commercial driver license|driver's licence #|lic. no|"
      "instruction permit|learner permit|learner's licence|provisional license|probationary licence|"
      "licence card|licence photocard|photocard licence|driver licence card|dl nr|"
      "fahrerlaubnisnummer|führerscheinnr|führerscheinnr.|führerscheins|kartenführerschein|"
      "permis probatoire|permis de conduire numéro|mon permis de conduire|permesso di guida|licencia de "
      "conductor|licencia federal|licencia de chofer|lic. de conducir|carta n.º|rijbewijskaart|prawka|prawko|"
      "řidičského oprávnění|vodičák|jogsim|jogosítványa|carnet de conducere|serie permis|förarbevis|"
      "ajokortissa|körkortets|kørekortets|førerkortets|passerkortets");
  words.add(kLicense,
            "номер прав|права №|водительских прав|вод. удостоверение|водительского|άδειας οδηγού|"
            "αρ. διπλώματος|διπλώματος οδήγησης");
  words.add(kLicense, "αδεια οδηγησης|αδεια οδηγησησ|διπλωμα οδηγησησ");
  words.add(kBareLicense, "права|прав", Edge::Word);     // "rights" too
  words.add(kLicense, "č. řp|číslo řp|číslo řidičáku");  // capitals have no accents
  words.add(kPassport, "διαβατηριο|διαβατηριου|αριθμοσ διαβατηριου");
  words.add(kNational, "ταυτοτητα|ταυτοτητασ|αριθμοσ ταυτοτητασ|αδτ");
  words.add(kLicense, "驾驶证编号|驾驶证档案|免許証の番号|면허증 번호|운전면허증", Edge::Any);
  words.add(kBareLicense,
            "permit number|permit no|permit #|numéro du permis|n° du permis|numéro de mon permis|mon permis|son "
            "permis|ton permis|le permis",
            Edge::Word);
  words.add(kPassport,
            "travel document|travel doc|travel doc no|biometric passport|pspt|passp0rt|passp0rt n0|reisepassnr|"
            "reisepassnr.|passnr.|pass. n.|n° pass.|внутренний паспорт|заграничный паспорт|загранник|загран|"
            "паспорте|паспортом");
  words.add(kPassport | kShort, "ppt|ppt no|ppt no.|ppt #|pp|us book|uk book");
  words.add(kPassport, "旅券の番号|パスポートno|パスポートの番号|护照编号|护照是", Edge::Any);
  words.add(kMedical,
            "h.c. number|hc number|hc no|h.c. no|health card no|vers.-nr.|vers.-nr|vers.nr.|vers.nr|vers-nr|"
            "versichertennr.|krankenkassennummer|kv-nr.|patient chart|medical chart");
  words.add(kBareId | kChart, "chart|chart #|chart no.", Edge::Word);
  words.add(kCare, "patient|pt|discharge|admitted|admission|inpatient|outpatient|icu|dialysis|ward", Edge::Word);
}

void add_medical(Words& words) {
  words.add(kMedical,
            "blue shield id|blue cross id|bcbs id|aetna id|cigna id|kaiser id|humana id|insurance member "
            "id|policy no|policy no.|policy #|health plan id|plan id number|ins id|ins. id|"
            "insurance #|medicare no|medicare no.|medicaid no|medicaid number|ihi|nhi|nhi number|hospital no|"
            "hospital no.|hosp no|hosp no.|hosp. no|pt id|pt. id|patient #|pat. no|pat no|"
            "patient identifier|personal health number|phn|carecard|msp number|hcn|ahcip|ramq|hicn|"
            "versicherten-nr|versichertennr|versicherten-nr.|versicherungsnr|versicherungsnr.|fall-nr|fall-nr.|"
            "patienten-nr|patienten-nr.|patientennr|patientennr.|pat.-nr|pat.-nr.|pat-nr|aufnahmenummer|"
            "n° patient|n° de patient|numéro d'assuré|n° assuré|mutuelle n°|"
            "nº historia|nº de historia|número de historia|n.º de historia|número de afiliado|nº afiliado|"
            "nº de afiliado|tarjeta sanitaria|número de póliza|nº póliza|nº de póliza|n.º póliza|cartão "
            "nacional|número de utente|nº utente|nº de utente|n.º de utente|utente|prontuário|carteirinha|"
            "nº beneficiário|nº do beneficiário|convênio nº|"
            "codice sanitario|cartella clinica|cartella clinica n.|nosologico|codice paziente|"
            "patiëntnr|patiëntnr.|polisnummer|verzekerdennummer|verzekerdenummer|zorgpas|nr pacjenta|numer "
            "ubezpieczenia|nr karty pacjenta|nr historii choroby|číslo pojištěnce|č. pojištěnce|"
            "číslo poistenca|patientnummer|patientnr|pasientnummer|pasientnr|"
            "potilasnumero|hasta no|hasta numarası|sgk no|no rm|no. rm|nomor rekam medis|"
            "no bpjs|nomor bpjs|bpjs|mã bệnh nhân|bhyt|mã số bhyt|betegazonosító|cod pacient|"
            "broj osigurane osobe|broj pacijenta");
  words.add(kMedical,
            "полис|номер карты пациента|история болезни №|медкарта №|медицинская карта №|номер картки|полису|"
            "αριθμός μητρώου ασθενούς|αρ. φακέλου");
  words.add(kMedical,
            "住院号|门诊号|医保卡号|社保卡号|就诊卡号|患者番号|カルテ番号|被保険者証|保険証番号|保険者番号|患者id|"
            "건강보험증번호|"
            "차트번호|رقم الملف الطبي|رقم المريض|رقم التأمين|שם מבוטח|מספר מבוטח|เลขที่ผู้ป่วย|रोगी आईडी",
            Edge::Any);
  words.add(kBareId,
            "member no|member no.|member number|member #|subscriber no|subscriber number|id|id#|id no|id no.|id "
            "number|group id",
            Edge::Word);
  words.add(
      kInsured,
      "member|subscriber|insured|policyholder|prior auth|prior authorization|payer|beneficiary|health plan|"
      "insurer|aetna|cigna|unitedhealthcare|uhc|blue cross|bcbs|anthem|humana|kaiser|medicare|medicaid|patient|"
      "claim|copay|deductible",
      Edge::Word);
}

void add_national(Words& words) {
  words.add(
      kNational,
      "a-number|alien registration number|alien registration|alien registration no|uscis number|uscis #|"
      "uscis#|a-file|sevis id|sevis number|visa control number|visa no|travel document number|"
      "residence permit no|residence card|brp number|brp no|biometric residence permit|resident card|"
      "permanent resident card|id document no|id document number|citizenship certificate|military id|"
      "ghana card|nin|national identification number|bvn|bank verification number|huduma|kra pin|umid|philsys|"
      "philid|sss number|sss no|pag-ibig|pag-ibig mid|philhealth|tin number|omang|ssnit|"
      "voter's card|epic no|epic number|ration card|samagra id|nric no|work pass|fin number|"
      "personalausweis-nr|personalausweis-nr.|personalausweis nr|ausweis-nr|ausweisnr|ausweisnr.|perso-nr|"
      "aufenthaltstitel nr|blaue karte|id-karte|identitätskarte|identitätskarte nr|"
      "n° de carte d'identité|numéro de carte d'identité|carte d'identité n°|carte vitale n°|"
      "dui|dimex|cédula de residencia|cédula de persona física|op č.|č. op:|op č|nid no|nid no.|nid number|nid "
      "card|cédula n.º|cédula nº|cédula no.|c.i. nº|carnet de extranjería|carné de extranjería|"
      "clave de elector|credencial ine|documento de identidad|documento de identidad nº|"
      "doc. identidad|rg nº|registro geral|"
      "cartão de cidadão|cartão de cidadão n.º|cartão do cidadão|bilhete de identidade|bi n.º|título de eleitor|"
      "carta d'identità n.|carta d'identità nr|c.i. n.|numero carta d'identità|"
      "identiteitskaart|identiteitskaartnummer|id-kaart|id-kaartnummer|vreemdelingennummer|"
      "v-nummer|legitimation nr|id-kort|nationellt id-kort|henkilökortti|henkilökortin numero|nafnskírteini|"
      "seria i numer dowodu|seria i nr dowodu|numer dowodu osobistego|nr dowodu osobistego|dowód os.|"
      "občanský průkaz|číslo op|občanského průkazu|č. op|číslo občanského průkazu|občiansky preukaz|"
      "číslo občianskeho preukazu|személyi igazolvány|személyi ig.|személyi igazolványszám|szig. szám|szig.|"
      "személyi szám|carte de identitate|seria ci|ci seria|osobna iskaznica|broj osobne|broj osobne iskaznice|"
      "lična karta|broj lične karte|osebna izkaznica|letërnjoftim|letërnjoftimi|idnp|pinfl|id kart|"
      "asmens tapatybės kortelė|personas apliecība|kimlik seri no|seri no|"
      "căn cước công dân|chứng minh nhân dân|cmnd|cccd|số cmnd|nomor ktp|no ktp|nik|kartu keluarga|no kk|"
      "mykad no|no kad pengenalan|kad pengenalan|kitambulisho|nambari ya kitambulisho");
  words.add(
      kNational,
      "удостоверение личности|номер удостоверения|жеке сәйкестендіру|пинфл|жшшир|личный номер|"
      "идентификационный номер|идентификационен|лична карта|лк №|лична карта №|лк номер|ідентифікаційна картка|"
      "посвідка на проживання|унзр|лична карта бр|број личне карте|αριθμός ταυτότητας|ταυτότητα|αδτ|α.δ.τ.|"
      "δελτίο ταυτότητας|αρ. ταυτότητας");
  words.add(kNational,
            "在留カード|在留カード番号|基礎年金番号|年金番号|住民票コード|港澳通行证|台胞证|居住证|居民证|回乡证|"
            "军官证|外国人登録|"
            "외국인등록번호|رقم البطاقة الوطنية|البطاقة الوطنية|بطاقة التعريف|رقم التعريف الوطني|رقم "
            "الإقامة|بطاقة الهوية|"
            "رقم البطاقة|شناسنامه|মতদাতা|মোবাইল এনআইডি|জাতীয় পরিচয়পত্র|এনআইডি",
            Edge::Any);
  words.add(kDni, "dni|dni nº|dni n.º|dni n°|dni no.|d.n.i.|dni:");
}

void add_tax(Words& words) {
  words.add(kTax,
            "tax file no|tax ref|tax reference|tax ref no|ptin number|gst/tax id|taxpayer number|steuer-nr|"
            "steuer-nr.|steuernr|steuernr.|st.-nr.|st-nr|stnr|n° fiscal|nº contribuinte|ruc|r.u.c.|nit nº|"
            "identificación tributaria|cod. fiscal|npwp|nomor npwp|mã số thuế|vergi no|"
            "rif|r.i.f.|nuit|vergi kimlik no|vkn|vergi numarası|skatteregistreringsnummer|kra pin no");
}

}  // namespace

void add_document_words(Words& words) {
  words.add(
      kPassport,
      "passport|passport number|passport no|reisepass|passnummer|reisepassnummer|passeport|"
      "pasaporte|passaporte|passaporto|paspoort|paszport|паспорт|pasaport|pass no|pass-nr|número de pasaporte|"
      "numéro de passeport|numero di passaporto|número do passaporte|paspoortnummer|paszportu|passnr|útlevél|"
      "číslo pasu|паспорта|διαβατήριο|passi number");
  words.add(kPassport, "护照|護照|パスポート|旅券|여권|جواز|דרכון|पासपोर्ट", scan::Edge::Any);
  words.add(
      kLicense,
      "driver license|driver's license|drivers license|driver licence|driver's licence|"
      "driving licence|driving license|driver's license number|license number|dl number|dl no|"
      "führerschein|führerscheinnummer|permis de conduire|licencia de conducir|carnet de conducir|"
      "cnh|patente di guida|rijbewijs|prawo jazdy|licence number|licence no|license no|driver id|dl#|driving "
      "licence number|número de licencia|numéro de permis|numero patente|körkort|førerkort|ehliyet|"
      "driver's licence number|fs-nr|rijbewijsnummer|водительское удостоверение|carta de condução");
  words.add(kBareLicense, "licence|license", scan::Edge::Word);
  words.add(kMotor,
            "driver|drivers|driving|driver's|motorist|insured|motor claim|collision|dmv|at the wheel|traffic "
            "stop|rental car|hire car",
            scan::Edge::Word);
  words.add(kHolder, "ontario|dob|date of birth|born|sin|social insurance|passport|licence holder|on file",
            scan::Edge::Word);
  words.add(kLicense, "dl:|dl #|dl no:|lic:|dln:", scan::Edge::Start);
  words.add(kLicense, "驾驶证号|驾照号|運転免許証番号|운전면허번호", scan::Edge::Any);
  words.add(kMedical,
            "mrn|medical record|medical record number|patient id|patient number|patient no|"
            "hospital number|chart number|medicare|medicare number|medicaid|medicaid id|"
            "health insurance number|insurance id|member id|health card|versichertennummer|"
            "krankenversichertennummer|kvnr|patientennummer|numéro de patient|patient no.|record number|"
            "insurance policy|insurance policy no|health plan number|policy number|subscriber id|beneficiary "
            "number|número de historia clínica|historia "
            "clínica|nhc|numero paziente|patiëntnummer|numer pacjenta|número de paciente|número do paciente|"
            "health insurance no|insurance number|tessera sanitaria|numéro de dossier|fallnummer|patient-id|"
            "patienten-id|chart no|encounter number|номер полиса|полис омс");
  words.add(kMedical | kRecords,
            "medical records|patient records|health records|health record|vaccination record|patient file|"
            "patient files|medical file|medical files|chart numbers");
  words.add(kMedical, "病历号|病案号|医保号|診察券番号|被保険者番号|환자번호|社保号", scan::Edge::Any);
  words.add(kTax,
            "tin|tax id|tax identification number|tax number|taxpayer id|ein|itin|utr|steuernummer|"
            "numéro fiscal|pan|pan number|pan card|pan card number|ptin|unique taxpayer reference|nif|"
            "partita iva");
  words.add(
      kNational,
      "voter id|voter id number|numer dowodu|dowód osobisty|national id|national id number|identity "
      "card|id card number|"
      "national identity number|personalausweis|ausweisnummer|personalausweisnummer|"
      "cni|n° cni|carte d'identité|carte nationale d'identité|cédula|cedula|cédula de ciudadanía|c.c.|cédula de "
      "identidad|carta d'identità|"
      "titre de séjour|carte de séjour|aufenthaltstitel|permesso di soggiorno|permiso de residencia|"
      "título de residência|verblijfsvergunning|karta pobytu|вид на жительство|dowód|dowodu|nr dowodu|"
      "identity card number|green card|alien number|visa number|residence permit|"
      "citizen id|emirates id");
  words.add(kChecked, "aadhaar|aadhar|adhaar|national insurance number|ssn|social security number|cpf|pesel");
  words.add(kChecked, "身份证号|身份证|주민등록번호", scan::Edge::Any);
  add_passports(words);
  add_licenses(words);
  add_short_licenses(words);
  add_states(words);
  add_told_documents(words);
  add_medical(words);
  add_national(words);
  add_tax(words);
}

}  // namespace sluice::sense::detect
