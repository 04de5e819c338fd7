#include "sense/detect/person/birth_words.h"

namespace sluice::sense::detect {
namespace {

using scan::Edge;

// What forms, keys and heads of tables say.
void add_west(Words& words) {
  words.add(
      kBirth,
      "date of birth|dob|d.o.b.|d.o.b|birth date|birthdate|birthday|bday|b-day|birth day|birth|born date|"
      "birth_dt|birthdt|birth dt|"
      "i was born|i'm born|was i born|my birthday|she's born|"
      "geb|geb.|geboren am|geburtsdatum|geburtstag|geb.datum|geb.-datum|gebdatum|geb-datum|geb. datum|geb.dat.|"
      "geb.-dat.|geb.-dat|gebdat|geb_dat|geb.tag|geb. am|geburtsdat.|geboren wurde ich|"
      "né à|née à|né en france|nato a|nata a|nacido en|nacida en|geboren in|geboren te|né le|née le|né(e) le|né·e "
      "le|nés le|nées le|naissance|date de naissance|date naissance|date naiss|"
      "date naiss.|naiss.|ddn|d.d.n.|dt naiss|date de naiss.|je suis né|je suis née|"
      "fecha de nacimiento|fecha nacimiento|f. nac.|f.nac.|f. nac|f.nac|fnac|f_nac|fec_nac|fecnac|fec. nac.|"
      "fecha nac|fecha nac.|fecha_nac|fch_nac|f. nacimiento|f.nacimiento|fnacimiento|nacimiento|nacido|nacida|"
      "nacido/a|nací el|nacido el|nacida el|data de naixement|naixement|nascut el|nascuda el|jaiotze data|"
      "jaiotze-data|jaiotza data|data de nacemento|nacemento|"
      "data de nascimento|nascimento|dt nasc|dt_nasc|dt. nasc.|dt. nasc|dtnasc|data nasc|data nasc.|data_nasc|"
      "data_nascimento|dt_nascimento|nasc.|nascido|nascida|nascido em|nascida em|nasci em|nasci a|d.n.|d. nasc.|"
      "data di nascita|nato il|nata il|nato/a il|nato/a|nascita|data nascita|data_nascita|sono nato|sono nata|"
      "d. nascita|dt_nascita|"
      "geboortedatum|geboortedag|geb.dd.|geboren op|ik ben geboren|gebdat.|geboorte|"
      "breith|dáta breithe|dyddiad geni|ganed ar|data tat-twelid|date_of_birth|birth_date");
  for (const char* name : {"date of birth", "birth date", "fecha nacimiento", "data nascimento", "data nascita",
                           "date naissance", "geburts datum", "geboorte datum", "dob"})
    words.add(kBirth, name, Edge::Name);
}

void add_north_and_east(Words& words) {
  words.add(
      kBirth,
      "född|född den|födelsedatum|födelsedag|födelsetid|född:|jag är född|fødselsdato|født|født den|fødselsdag|"
      "fødd|f.dato|fødselsår|jeg er født|fdato|fds.dato|syntymäaika|syntymäpäivä|syntymäpv|synt.aika|synt.|"
      "synt|olen syntynyt|syntymäajat|fæðingardagur|fæddur|fædd|fødingardagur|"
      "urodzonym|urodzoną|urodzonej|urodzonego|urodzonemu|urodzeni|urodzonych|"
      "data urodzenia|ur.|ur|urodzony|urodzona|urodzenia|data ur.|data ur|urodziłem się|urodziłam się|urodzony/a|"
      "dt_ur|data_ur|data_urodzenia|urodz.|"
      "datum narození|nar.|dat. nar.|dat.nar.|datum nar.|d.nar.|narozen/a|narozena|narozený|narodil jsem se|"
      "narozeného|narozenému|narozeným|narozenou|narozené|narodeného|narodenému|narodeným|narodenou|"
      "narodila jsem se|dátum narodenia|narodený|narodená|nar. dňa|narodil som sa|"
      "született|születtem|születési dátum|születési idő|születési ideje|születési hely, idő|szül.|szül. idő|"
      "szül.idő|szül. dátum|születési|születésnap|szül|"
      "născut|născută|născut la|născută la|data nașterii|data nasterii|data naşterii|nascut|nascuta|născut(ă)|"
      "m-am născut|născut pe|"
      "datum rođenja|rođen|rođena|rođen/a|rođ.|datum rodjenja|datum rojstva|rojen|rojena|roj.|"
      "data e lindjes|datëlindja|lindur më|datelindja|"
      "sünniaeg|sünnikuupäev|sünd.|dzimšanas datums|dzim. dat.|dzimis|dzimusi|dzim.|gimimo data|gimė|gimęs|"
      "gimusi|gim.|gim. data|"
      "doğum tarihi|doğum|doğum günü|doğ. tar.|d.tarihi|dogum tarihi|dogum|d. tarihi|doğum tarihim|"
      "doğum_tarihi|dogum_tarihi|"
      "ngày sinh|sinh ngày|ngày tháng năm sinh|sinh nhật|ngay sinh|tanggal lahir|tgl lahir|tgl. lahir|"
      "tgl_lahir|tanggal_lahir|lahir|tarikh lahir|petsa ng kapanganakan|kapanganakan|kaarawan|"
      "ipinanganak noong|tarehe ya kuzaliwa");
  words.add(kBirth,
            "дата рождения|рожд.|д.р.|д/р|д. "
            "р.|г.р.|родился:|родившийся|родившаяся|родившегося|родившейся|рождённый|рожденный|рождённая|"
            "рожденная|дата рожд.|день рождения|я родился|я родилась|"
            "народжений|народжена|народженого|народженої|"
            "дата народження|народження|нар. |дата нар.|д.н.|день народження|дата на раждане|раждане|роден на|"
            "родена на|род. на|датум рођења|рођен|рођена|датум на раѓање|роден|родена|туған күні|дата нараджэння|"
            "γεννήθηκε|γεννήθηκα|γεννηθείς|γεννηθείσα|γέννησης|ημερομηνία γέννησης|ημ. γέννησης|ημ/νία γέννησης|"
            "ημερ. γέννησης|γεννημένος|γεννημένη|γεν.|ծննդյան|დაბადების თარიღი");
}

void add_asia(Words& words) {
  words.add(kBirth,
            "出生|生日|生年月日|誕生日|诞生|出生日期|出生年月|生辰|생년월일|생일|출생일|출생|태어난|जन्म|जन्मतिथि|"
            "जन्मतारीख|জন্ম|பிறந்த|పుట్టిన|જન્મ|ಜನ್ಮ|ਜਨਮ|പിറന്ന|ജനന|උපන්|מועד לידה|תאריך לידה|ת. לידה|"
            "ת.לידה|נולדתי",
            Edge::Any);
  words.add(kBirth | kOtherCalendar,
            "تاريخ الميلاد|تاريخ الولادة|تاريخ ميلاد|الميلاد|مواليد|ولدت في|ولدت بتاريخ|ولدت يوم|المولود|المولودة|"
            "تاریخ تولد|متولد|تولد|تاریخ پیدائش|วันเกิด|วันเดือนปีเกิด|เกิดวันที่|เกิดเมื่อ",
            Edge::Any);
  words.add(kBirth | kBehind,
            "日生ま|日生)|日生）|日生、|日生，|日生。|日生 |日生・|生まれ|年生|出生|doğumlu|geboren|(date of "
            "birth|(dob|(birth|生)|生，|生、|生）|년생|일생|г.р|г. р.|"
            "года рождения|р.н.|року народження|tarihinde doğ|(geb",
            Edge::Any);
}

}  // namespace

void add_birth_words(Words& words) {
  add_west(words);
  add_north_and_east(words);
  add_asia(words);
  words.add(
      kBirth | kBorn,
      "born|born on|geboren|nació|родился|родилась|народився|народилася|narozen|syntynyt|sündinud|né en|née en|"
      "rodil se|rodila se|született:|naskiĝis|нарадзіўся|נולד|נולדה|lahir pada|zaliwa");
  words.add(kBirth | kBorn | kSign, ", b. |; b. |! b. |: b. |- b. |– b. |\nb. |(b. |(*|, *| * ", Edge::Any);
  words.add(kBirth | kBehind | kShort, "日生", Edge::Any);
  words.add(kNobody, "specimen|muster|mustermann|spécimen|especimen|espécimen");
  words.add(kBirth, "happy birthday|born on page|arrived in this world|nac.");
  // As one says it of a child of one's own: the date stands behind, in German and Turkish before.
  words.add(
      kBirth | kBorn,
      "came into this world|came into the world|come into the world|first saw the light of day|saw the light "
      "of day|first saw daylight|kam zur welt|kam auf die welt|vu le jour|venu au monde|venue au monde|vint au "
      "monde|vino al mundo|vine al mundo|llegó al mundo|venne al mondo|venuto al mondo|venuta al mondo|veio ao "
      "mundo|ter wereld gekomen|kwam ter wereld|przyszedł na świat|przyszła na świat|przyszedłem na świat|"
      "przyszłam na świat|kom till världen|kom til verden|přišel na svět|přišla na svět|появился на свет|"
      "появилась на свет|з'явився на світ|з'явилася на світ|ήρθε στον κόσμο|dünyaya geldi");
  words.add(kBirth | kBehind | kLast, "doğdu|doğmuş|dünyaya geldi", Edge::Any);
  words.add(kBirth | kBehind | kFar,
            "zur welt gekommen|auf die welt gekommen|zur welt kam|ter wereld gekomen|geboren wurde", Edge::Any);
  words.add(kBirth,
            "b_day|data de nasc|data de nasc.|dt de nasc|fecha de nac|fecha de nac.|data di nasc.|date de naiss");
  words.add(kBirth | kTight, "f.n.|f. n.");
  words.add(
      kBirth | kBorn,
      "syntyi|on syntynyt|narodil se|narodila se|se narodil|se narodila|sa narodil|sa narodila|narodil sa|"
      "narodila sa|urodził się|urodziła się|się urodził|się urodziła|nacque|naquit|est né|est "
      "née|nasceu|föddes|är "
      "född|blev født|ble født|is geboren|werd geboren|s-a născut|se rodil|se rodila|rodio se|sündis|sündinud|"
      "gimė|dzimis|doğumlu");
  words.add(kBirth | kBehind | kLast, "태어났|태어나|에 출생", Edge::Any);
  words.add(kBirth | kBehind | kLast | kFar | kBorn, "született|szuletett");
  // "Ignatius Pell b. 2 Feb 1911", "Hedwig Paulsen *1.12.1949"
  words.add(kBirth | kSign | kAfterName, " b. | b.| *", Edge::Any);
  words.add(kBirth | kSign, ", s. |, s.|(s. |(s.", Edge::Any);
  // "Mum is 14 July 1955", "papa est du 14 août 1948"
  words.add(kBirth | kSign,
            "mum is|mom is|dad is|mother is|father is|mum's|mom's|dad's|wife is|husband is|son is|daughter is|"
            "brother is|sister is|papa est du|maman est du|mère est du|père est du|fils est du|"
            "fille est du|je suis du|madre es del|padre es del|hijo es del|hija es del|"
            "madre è del|padre è del|figlio è del|figlia è del|moeder is van|vader is van|zoon is van|"
            "dochter is van|hij is van|zij is van|mutter ist vom|vater ist vom|sohn ist vom|tochter ist vom|"
            "mama ist vom|papa ist vom|new pt,|new patient,|hes|shes");
  words.add(kBirth | kSign | kMine,
            "mine is|mine's|mine was|the real one is|meiner ist|le mien est|el mío es|mijne is");
  words.add(
      kKin,
      "my mother|my mum|my mom|my father|my dad|my son|my daughter|my wife|my husband|my brother|my sister|my "
      "grandmother|my grandfather|my gran|my grandma|my grandpa|my nan|my child|my baby|our son|our daughter|mein "
      "vater|meine mutter|mein sohn|meine tochter|meine oma|mein opa|meine frau|mein mann|mon père|ma mère|mon "
      "fils|"
      "ma fille|mon mari|ma femme|mi madre|mi padre|mi hijo|mi hija|mi marido|mi mujer|mia madre|mio padre|mio "
      "figlio|mia figlia|minha mãe|meu pai|meu filho|minha filha|mijn moeder|mijn vader|mijn zoon|mijn "
      "dochter|moja "
      "mama|mój tata|mój syn|moja córka|maminka|tatínek|poikani|tyttäreni|äitini|isäni|min mamma|min pappa|min "
      "son|"
      "min dotter|min mor|min far|min søn|min datter|nagyapám|nagymamám|fiam|lányom|anyám|apám|mama mea|fiul meu|"
      "моя мама|мой отец|мой сын|моя дочь|у меня сын|annem|babam|oğlum|kızım");
  words.add(
      kLabel,
      "sample label|label|labels|specimen label|wristband|patient label|lab label|pt label|etikett|étiquette");
  words.add(kBirth | kBehind | kFar | kLast | kCame, "zur welt|auf die welt|ter wereld|til verden|till världen");
  words.add(
      kIdentity,
      "ssn|social security number|social security no|nhs number|nhs no|ni number|national insurance number|nino|"
      "medicare number|licence number|license number|driver's license|driver license|drivers license|personnummer|"
      "pesel|cpf|dni|nif|codice fiscale|bsn|sozialversicherungsnummer|numéro de sécurité sociale");
  words.add(kNobody, "born on date|born-on date");
  // Nordic: "Elin Dahl, f. 1978-02-04". The letter means other things, but not right before a day.
  words.add(kBirth | kSign, "f.", Edge::Word);
  // Told without a birth: right before the day alone.
  words.add(
      kBirth | kSign,
      "he's from|she's from|he is from|she is from|he’s from|she’s from|i'm from|he's a|she's a|i'm a|soy del|"
      "genauer gesagt vom|cumple años el|narozeniny slaví|verjaart vandaag (van");
  words.add(kBirth | kSign, " yrs (| years (| years old (| y/o (| jahre (| ans (| años (| anni (| jaar (| lat (",
            Edge::Any);
  words.add(kBirth | kSign, "\"bd\":\"", Edge::Any);
  words.add(kBirth | kBorn, "ولد في|وُلد|وُلدت", Edge::Any);
  words.add(kBirth | kBorn, "生于|生於", Edge::Any);
  words.add(kRole,
            "patient|patientin|resident|paciente|paziente|patiënt|pacjent|pacjentka|bewohner|bewohnerin|"
            "inmate|claimant|пациент|пациентка");
  words.add(
      kPersonal,
      "patient|patients|patientin|paciente|paziente|patiënt|pacjent|hospital number|mrn|nhs|nhs "
      "number|diagnosis|"
      "diagnosed|diagnose|diagnostic|diagnóstico|befund|carcinoma|karzinom|cancer|tumour|tumor|neoplasia|"
      "metastases|"
      "biopsy|biopsie|chemotherapy|chemotherapie|quimioterapia|chimiothérapie|ward|referral|clinic|klinik|"
      "consultant|overweisung|überweisung|passport|reisepass|passeport|pasaporte|passaporto|insured|"
      "policyholder|"
      "versicherte|versicherter|assuré|assurée|asegurado|tenant|mieter|locataire|pupil|pupils|schüler|"
      "schülerin|"
      "élève|"
      "applicant|bewerber|bewerberin|claimant|defendant|inmate|resident|bewohner|bewohnerin|volunteer|"
      "volunteers|enrolment|enrollment|teilnehmer|teilnehmerliste|participants|ssn|national insurance|"
      "personnummer|pesel|cpf|dni|codice fiscale|bsn|guest list|passenger|passengers|next of kin|guardian|"
      "maiden name|driver licence|drivers licence|drivers license|driver license|learner permit|licence (|license "
      "(|"
      "nhs no|ni number|emergency contact|sozialversicherungsnummer|permis de conduire|permiso de conducir|"
      "residents only|squad sheet|squad list|team sheet|birthdays|traveller 1|traveller 2|ring her on|ring him on|"
      "medlemslista|vårdnadshavare|mitgliederliste|lista de socios|liste des membres|ledenlijst|"
      "t.c. kimlik no|kimlik no|driver's license|driver's licence|driving licence|licence "
      "holder|dmv|dl#|dl|self-drive");
}

}  // namespace sluice::sense::detect
