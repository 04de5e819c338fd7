#include "sense/detect/topic/framing.h"

#include <algorithm>
#include <string_view>

namespace sluice::sense::detect {
namespace {

// Bytes: half a page to either side.
constexpr std::uint32_t kPage = 1500;
constexpr std::ptrdiff_t kSomeBlanks = 2, kManyBlanks = 4;

// Not what is only meant for many ("for students", "press release"): a patient's file may be, and a release under
// embargo is one.
constexpr std::string_view kSpaced =
    "fictitious|fictional|entirely invented|freely invented|completely invented|invented case|invented example|"
    "invented patient|invented scenario|made-up case|made-up example|made-up patient|made-up company|"
    "made-up scenario|hypothetical case|hypothetical scenario|hypothetical patient|hypothetical company|"
    "exam question|exam case|practice exam|mock exam|mock trial|moot court|problem question|textbook example|"
    "textbook case|published judgment|published judgement|published opinion|published annual report|"
    "published annual reports|published report|published on our website|parody|spoof of|satirical|escape "
    "room|murder mystery|public knowledge base|job advert|"
    "job advertisement|job ad|role play|which of the following|multiple choice question|"
    "multiple-choice question|my novel|crime novel|detective novel|short story|fan fiction|screenplay|"
    "parodie|frei erfunden|frei erfundene|frei erfundener|frei "
    "erfundenes|fiktiv|fiktive|fiktiver|fiktives|fiktiven|"
    "erfundener fall|erfundenes beispiel|klausurfall|übungsfall|übungsklausur|veröffentlichtes urteil|"
    "veröffentlichten urteil|veröffentlichter geschäftsbericht|veröffentlichten geschäftsbericht|"
    "bereits veröffentlicht|stellenanzeige|rollenspiel|aus einem lehrbuch|meinen roman|meinem "
    "roman|kurzgeschichte|"
    "fictif|fictive|pastiche|cas inventé|entièrement inventé|sujet d'examen|arrêt publié|déjà publié|offre "
    "d'emploi|"
    "jeu de rôle|mon roman|"
    "ficticio|ficticia|parodia|paródia|caso inventado|ejemplo inventado|totalmente inventado|sentencia "
    "publicada|ya publicado|"
    "oferta de empleo|juego de rol|mi novela|"
    "caso inventato|esempio inventato|fittizio|fittizia|di fantasia|sentenza pubblicata|già pubblicato|"
    "già uscito|annuncio di lavoro|gioco di ruolo|mio romanzo|"
    "fictício|fictícia|exemplo inventado|já publicado|anúncio de emprego|"
    "verzonnen|fictief|fictieve|gepubliceerd vonnis|al gepubliceerd|reeds gepubliceerd|vacaturetekst|"
    "tentamenvraag|mijn roman|kort verhaal|"
    "zmyślony|zmyślona|fikcyjny|fikcyjna|fikcyjne|wymyślony przypadek|kazus|opublikowany wyrok|"
    "już opublikowany|ogłoszenie o pracę|mojej powieści|opowiadanie|"
    "påhittat|påhittad|fiktivt|tentafråga|platsannons|redan publicerad|opdigtet|oppdiktet|keksitty|"
    "вымышленный|вымышленная|вымышленные|вымышленного|вымышленной|придуманный случай|учебный кейс|"
    "учебная задача|опубликованное решение|уже опубликован|моего романа|моём романе|"
    "kurgusal|hayali vaka|uydurma vaka|iş ilanı|smyšlený|smyšlená|fictivă|fictiv|kitalált|φανταστικό|вигаданий|"
    "काल्पनिक|मनगढ़ंत|नौकरी का विज्ञापन|خيالي|خيالية|وهمية|وهمي|مختلق|إعلان وظيفة";
constexpr std::string_view kUnspaced =
    "架空|公開されている判決|公表済み|求人広告|模擬裁判|小説|虚构|虛構|假想案例|已公布的判决|招聘启事|模拟法庭|"
    "小说|가공의|"
    "허구|공개된 판결|채용 공고|모의재판|소설";

// Of sites, apps and services for everybody, whose terms are published. Not "the services", "you agree" and
// "you acknowledge", which stand in agreements with a client or an employee too.
constexpr std::string_view kOpenTerms =
    "terms of use|terms of service|conditions of use|website terms|privacy policy|privacy notice|"
    "privacy statement|privacy policies|cookie policy|cookie notice|acceptable use policy|"
    "community guidelines|community standards|user agreement|our website|our app|our apps|this website|"
    "the website|user content|your content|your account|by using|by visiting|by clicking|by signing up|"
    "by registering|by downloading|by creating an account|by continuing to use|continued use of|"
    "we reserve the right|we may suspend|we may terminate|we may change|we may modify|we may update|"
    "your use of|your access to|you grant us|you grant to us|counter notice|counter-notice|"
    "nutzungsbedingungen|datenschutzerklärung|datenschutzhinweis|datenschutzhinweise|unsere website|"
    "unserer website|unsere dienste|unserer dienste|unsere app|unseren diensten|ihr nutzerkonto|"
    "conditions d'utilisation|conditions générales d'utilisation|politique de confidentialité|"
    "nos services|notre site|notre site web|votre compte|en utilisant|condiciones de uso|"
    "condiciones del servicio|términos de uso|términos de servicio|términos del servicio|"
    "política de privacidad|aviso de privacidad|nuestros servicios|nuestro sitio|sitio web|su cuenta|"
    "al utilizar|condizioni d'uso|condizioni di utilizzo|termini di servizio|informativa sulla privacy|"
    "nostri servizi|nostro sito|sito web|suo account|termos de uso|termos de serviço|"
    "termos de utilização|aviso de privacidade|nossos serviços|nosso site|os nossos serviços|sua conta|"
    "ao utilizar|gebruiksvoorwaarden|servicevoorwaarden|privacybeleid|privacyverklaring|onze website|"
    "onze diensten|uw account|je account|warunki korzystania|polityka prywatności|polityki prywatności|"
    "nasza strona|naszej strony|naszych usług|nasze usługi|regulamin serwisu|regulaminu serwisu|"
    "användarvillkor|integritetspolicy|brugsbetingelser|privatlivspolitik|brukervilkår|käyttöehdot|"
    "tietosuojaseloste|podmínky používání|zásady ochrany osobních údajů|adatvédelmi|"
    "felhasználási feltételek|termeni de utilizare|politica de confidențialitate|kullanım koşulları|"
    "gizlilik politikası|пользовательское соглашение|условия использования|политика конфиденциальности|"
    "наш сайт|нашем сайте|наши сервисы|όροι χρήσης";
// The licences of free software and open works, and statutes: for everybody as well, and as much like agreements.
constexpr std::string_view kOpenLicences =
    "gnu general public license|gnu lesser general public|gnu affero|gnu free documentation|gnu gpl|"
    "free software foundation|permission is hereby granted, free of charge|redistribution and use in source|"
    "redistributions of source code|redistributions in binary form|apache license|mozilla public license|"
    "eclipse public license|european union public licence|artistic license|open software license|"
    "academic free license|creative commons|cc by|open database license|open data commons|"
    "covered software|covered work|covered source|adapted material|public license|public licence|cern open "
    "hardware|corresponding source|conveying verbatim copies|with or without fee is hereby|"
    "with or without modification|this permission notice|for any purpose, including commercial|"
    "dedicate any and all copyright|public domain dedication|reserved font name|"
    "in this act|of this act|under this act|by this act|this act may be cited|commits an offence|"
    "on summary conviction|this title shall be|dieses gesetzes|diesem gesetz|la présente loi|du présent code|"
    "l'article précédent|aux articles précédents|la presente ley|de esta ley|el presente código|"
    "la presente legge|della presente legge|desta lei|deste código|deze wet|niniejszej ustawy|"
    "настоящего закона|настоящего кодекса|настоящим кодексом";
// Of such terms too, but also of a building contract, a licence or an order: they count beside others.
constexpr std::string_view kPerhapsOpenTerms =
    "our site|our sites|our services|our service|our platform|this site|the site|this app|the app|"
    "by accessing|end users|these terms|users|other users|the content|our sole discretion|copyright owner|"
    "derivative works|derivative work|original work|modified version|modified versions|larger work|"
    "this license|this licence|object code form|each contributor|contributors|contributor|copyright holder|"
    "copyright holders|above copyright notice|author disclaims|authors or copyright|source code form|licensed "
    "material|produced work|copyright and related rights|contributions";
// Where a form is to be filled in, once a page is not enough: a draft under negotiation has one open, too.
constexpr std::string_view kBlanks =
    "[insert|[company name|[company's name|[name of|[your name|[your company|[client name|[employee name|"
    "[employer name|[landlord name|[tenant name|[party name|[party a|[address of|[date]|[date of|[effective date]|"
    "[start date|[end date|[state]|[jurisdiction]|[amount]|[number "
    "of|[number]|[fullname]|[year]|[address]|[company]|"
    "[employer]|[employee]|[landlord]|[tenant]|[client]|[vendor]|[city]|[recipient]|[name]|[title]|[country]|"
    "[currency|[percentage|[describe|[specify|[firma|[datum|[nom |[fecha|[nombre|[nome|[naam|[adres|[___|[__]";
constexpr std::string_view kOpenTermsUnspaced =
    "利用規約|プライバシーポリシー|服务条款|使用条款|隐私政策|用户协议|"
    "이용약관|개인정보 처리방침";

}  // namespace

constexpr std::string_view kStudies =
    "95% ci|95 % ci|confidence interval|confidence intervals|odds ratio|hazard ratio|relative risk|p < 0|p<0|p = "
    "0|"
    "p=0|p-value|meta-analysis|systematic review|randomised|randomized|placebo|"
    "aim of this study|aim of the study|aim of our study|purpose of this study|purpose of the study|"
    "objective of this study|objective of the study|goal of this study|goal of this retrospective|this study "
    "aimed|"
    "this study aims|study aimed to|this study was performed|the study was performed|the study included|"
    "the study involved|study population|study group|control group|control groups|healthy controls|case-control|"
    "cohort|cohorts|cross-sectional|retrospective study|prospective study|retrospectively reviewed|"
    "retrospectively analyzed|retrospectively analysed|prospectively enrolled|consecutive patients|"
    "patients were included|patients were enrolled|patients were divided|patients were randomly|"
    "patients were evaluated|were randomly assigned|were enrolled|participants were|of the patients|"
    "patients who|patients whose|patients were|patients had|patients in whom|of patients|in patients with|"
    "women who|children who|records of|in patients undergoing|all patients undergoing|patients "
    "undergoing|multivariate|multivariable|"
    "logistic regression|statistically significant|student's t test|student's t-test|chi-square|"
    "these data suggest|these data indicate|our data suggest|our results suggest|our findings suggest|"
    "the present study|in our series|in this series|we retrospectively|we prospectively|we enrolled|"
    "sensitivity and specificity|mean age of|mean age was|iqr|"
    "konfidenzintervall|randomisierte|randomisierten|kontrollgruppe|metaanalyse|ziel dieser studie|"
    "ziel der studie|studienteilnehmer|statistisch signifikant|retrospektive studie|prospektive studie|"
    "patienten wurden|patientinnen wurden|"
    "intervalle de confiance|randomisé|randomisée|randomisés|groupe témoin|groupe contrôle|méta-analyse|"
    "cette étude|notre étude|étude rétrospective|étude prospective|patients ont été inclus|"
    "statistiquement significative|"
    "intervalo de confianza|aleatorizado|grupo control|metaanálisis|este estudio|nuestro estudio|"
    "estudio retrospectivo|estudio prospectivo|estadísticamente significativa|fueron incluidos|"
    "intervalo de confiança|randomizado|grupo controle|grupo de controlo|meta-análise|este estudo|nosso estudo|"
    "estatisticamente significativa|foram incluídos|"
    "intervallo di confidenza|randomizzato|randomizzati|gruppo di controllo|metanalisi|questo studio|"
    "lo studio randomizzato|scopo dello studio|statisticamente significativa|"
    "betrouwbaarheidsinterval|gerandomiseerd|gerandomiseerde|controlegroep|deze studie|statistisch significant|"
    "przedział ufności|randomizowane|grupa kontrolna|grupie kontrolnej|metaanaliza|celem badania|"
    "доверительный интервал|рандомизированное|рандомизированных|контрольной группе|метаанализ|цель исследования|"
    "konfidensintervall|kontrollgrupp|denna studie";
constexpr std::string_view kStudiesUnspaced =
    "置信区间|随机对照|对照组|荟萃分析|本研究|研究表明|研究显示|回顾性分析|信頼区間|無作為化|対照群|本研究では|"
    "신뢰구간|무작위|대조군";

Framing::Framing(scan::PhraseSet& set) : Framing(set, kSpaced, kUnspaced) {}

Framing::Framing(scan::PhraseSet& set, std::string_view spaced, std::string_view unspaced)
    : owner_(set.new_owner()) {
  scan::for_each_phrase(spaced, [&](std::string_view phrase) { set.add(owner_, phrase, scan::Edge::Word); });
  scan::for_each_phrase(unspaced, [&](std::string_view phrase) { set.add(owner_, phrase, scan::Edge::Any); });
}

bool Framing::around(const scan::Document& doc, std::uint32_t start, std::uint32_t end) const {
  const auto& hits = doc.phrases[owner_];
  return std::any_of(hits.begin(), hits.end(), [&](const scan::PhraseHit& hit) {
    return hit.start < end + kPage && start < hit.end + kPage;
  });
}

OpenTerms::OpenTerms(scan::PhraseSet& set) : owner_(set.new_owner()), blanks_(set.new_owner()) {
  const auto add = [&](std::string_view phrases, scan::Edge edge) {
    scan::for_each_phrase(phrases, [&](std::string_view phrase) {
      surely_ = static_cast<std::uint16_t>(set.add(owner_, phrase, edge) + 1);
    });
  };
  add(kOpenTerms, scan::Edge::Word);
  add(kOpenLicences, scan::Edge::Word);
  add(kOpenTermsUnspaced, scan::Edge::Any);
  scan::for_each_phrase(kPerhapsOpenTerms,
                        [&](std::string_view phrase) { set.add(owner_, phrase, scan::Edge::Word); });
  scan::for_each_phrase(kBlanks, [&](std::string_view phrase) { set.add(blanks_, phrase, scan::Edge::Any); });
}

int OpenTerms::around(const scan::Document& doc, std::uint32_t start, std::uint32_t end) const {
  const scan::PhraseHit *first = nullptr, *second = nullptr;
  bool surely = false;
  for (const scan::PhraseHit& hit : doc.phrases[owner_]) {
    if (hit.start >= end + kPage || start >= hit.end + kPage) continue;
    surely = surely || hit.id < surely_;
    if (!first) first = &hit;
    if (first->id != hit.id) second = &hit;
    if (second && surely) return 2;
  }
  if (surely || second) return 1;
  const auto& blanks = doc.phrases[blanks_];
  const auto near = [&](const scan::PhraseHit& hit) { return hit.start < end + kPage && start < hit.end + kPage; };
  const auto open = std::count_if(blanks.begin(), blanks.end(), near);
  return open >= kManyBlanks ? 2 : open >= kSomeBlanks ? 1 : 0;
}

}  // namespace sluice::sense::detect
