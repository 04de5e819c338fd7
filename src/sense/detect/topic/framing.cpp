#include "sense/detect/topic/framing.h"

#include <algorithm>
#include <string_view>

namespace sluice::sense::detect {
namespace {

// Bytes: half a page to either side.
constexpr std::uint32_t kPage = 1500;

// Not what is only meant for many ("for students", "press release"): a patient's file may be, and a release under
// embargo is one.
constexpr std::string_view kSpaced =
    "fictitious|fictional|entirely invented|freely invented|completely invented|invented case|invented example|"
    "invented patient|invented scenario|made-up case|made-up example|made-up patient|made-up company|"
    "made-up scenario|hypothetical case|hypothetical scenario|hypothetical patient|hypothetical company|"
    "exam question|exam case|practice exam|mock exam|mock trial|moot court|problem question|textbook example|"
    "textbook case|published judgment|published judgement|published opinion|published annual report|"
    "published annual reports|published report|published on our website|public knowledge base|job advert|"
    "job advertisement|job ad|role play|which of the following|multiple choice question|"
    "multiple-choice question|my novel|crime novel|detective novel|short story|fan fiction|screenplay|"
    "frei erfunden|frei erfundene|frei erfundener|frei erfundenes|fiktiv|fiktive|fiktiver|fiktives|fiktiven|"
    "erfundener fall|erfundenes beispiel|klausurfall|übungsfall|übungsklausur|veröffentlichtes urteil|"
    "veröffentlichten urteil|veröffentlichter geschäftsbericht|veröffentlichten geschäftsbericht|"
    "bereits veröffentlicht|stellenanzeige|rollenspiel|aus einem lehrbuch|meinen roman|meinem "
    "roman|kurzgeschichte|"
    "fictif|fictive|cas inventé|entièrement inventé|sujet d'examen|arrêt publié|déjà publié|offre d'emploi|"
    "jeu de rôle|mon roman|"
    "ficticio|ficticia|caso inventado|ejemplo inventado|totalmente inventado|sentencia publicada|ya publicado|"
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

}  // namespace

Framing::Framing(scan::PhraseSet& set) : owner_(set.new_owner()) {
  scan::for_each_phrase(kSpaced, [&](std::string_view phrase) { set.add(owner_, phrase, scan::Edge::Word); });
  scan::for_each_phrase(kUnspaced, [&](std::string_view phrase) { set.add(owner_, phrase, scan::Edge::Any); });
}

bool Framing::around(const scan::Document& doc, std::uint32_t start, std::uint32_t end) const {
  const auto& hits = doc.phrases[owner_];
  return std::any_of(hits.begin(), hits.end(), [&](const scan::PhraseHit& hit) {
    return hit.start < end + kPage && start < hit.end + kPage;
  });
}

}  // namespace sluice::sense::detect
