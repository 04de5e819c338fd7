// Legal: the text of agreements, litigation and privileged advice, as opposed to questions about the law. Groups:
// phrases that only instruments use, words of the trade, parties, and against (explanations).
#include <algorithm>

#include "sense/detect/topic/detectors.h"
#include "sense/detect/topic/topic.h"

namespace sluice::sense::detect {
namespace {

constexpr int kInstrument = 0, kTrade = 1, kParty = 2, kPrivileged = 3, kGeneral = 4;

double decide(const Sums& s) {
  if (s[kPrivileged] >= 2 && s[kGeneral] < 2) return 0.9;
  const double trade = std::min(s[kTrade], 4.0), party = std::min(s[kParty], 3.0);
  const double score = s[kInstrument] + trade + party + s[kPrivileged] - 1.5 * s[kGeneral];
  const double needed = s[kInstrument] + s[kPrivileged] >= 2 ? (s[kGeneral] > 0 ? 3.5 : 2.5)
                        : s[kGeneral] > 0                    ? 4.5
                                                             : 4;
  if (score < needed || s[kInstrument] + s[kPrivileged] + trade < 2) return 0;
  return score >= 7 ? 0.9 : 0.7;
}

void add_english(Topic& t) {
  t.add(kPrivileged, 2,
        "attorney-client privileged|attorney client privileged|attorney-client privilege:|"
        "privileged and confidential|privileged & confidential|attorney work product|"
        "attorney-client communication|work product:|prepared in anticipation of litigation|"
        "legally privileged|legal privilege applies|subject to privilege|"
        "settlement offer|our client|opposing counsel|our litigation strategy|settlement authority|"
        "under litigation hold|deposition transcript|deposition of|counsel advises|counsel advised|"
        "our expert");
  t.add(kPrivileged, 1.5, "without prejudice");
  t.add(kInstrument, 2,
        "hereinafter|this agreement|this lease|this contract|this deed|this license|hereto|hereof|"
        "hereunder|hereby|thereof|thereto|thereunder|witnesseth|whereas|in witness whereof|"
        "party of the first part|party of the second part|parties agree|now, therefore|now therefore|"
        "shall indemnify|indemnify|hold harmless|governing law|governed by the laws|"
        "governed by and construed|shall not assign|prior written consent|written consent|"
        "force majeure|severability|entire agreement|binding upon|notwithstanding the foregoing|"
        "subject to the terms|termination for cause|liquidated damages|confidentiality obligations|"
        "shall be deemed|shall survive|shall mean|shall have the meaning|as defined in|set forth in|"
        "successors and assigns|due and payable|representations and warranties|to the fullest extent|"
        "shall be liable|shall not be liable|lease agreement between|agreement between|"
        "contract between|agreement is made|entered into|non-disclosure agreement between|"
        "employment agreement between|cease and desist|for good cause|plaintiff alleges|"
        "defendant denies|motion to dismiss|comes now|last will and testament|i bequeath|"
        "power of attorney is granted|applicable law|code section|each party shall");
  t.add(kInstrument, 1,
        "the plan|this plan|the parties|in the event of|effective date|each party|pursuant to|herein|"
        "notwithstanding|terms and conditions");
  t.add(
      kInstrument, 2,
      "releases all claims|release of all claims|bear their own costs|bears its own costs|receiving "
      "party|disclosing party|"
      "confidential information means|not disclose confidential information|maturity date|events of default|"
      "event of default|shall repay|principal amount|accrued interest|drag-along|tag-along|majority shareholders|"
      "minority shareholders|shareholders' agreement|purchase price|closing date|shall sell|shall purchase|"
      "revoke all former wills|former wills|i appoint|as executor|my executor|the executor of|sole "
      "executor|executors and trustees|bequeath|in the superior court|in the district "
      "court|"
      "in the high court|alleges as follows|for breach of contract|civil action|this deposition|did you sign|"
      "under penalty of perjury|sworn statement|it is ordered|the court finds|motion for|power of attorney:|"
      "terminate hereunder|either party|both parties|parties hereby|the receiving|the licensee|the licensor|the "
      "lessee|"
      "the lessor|the borrower|the lender|the buyer|the seller|the contractor shall|the employee shall|"
      "the supplier shall|the tenant shall|the company shall|shall not disclose|shall not compete|shall remain|"
      "shall be governed|shall be entitled|shall pay|arising out of");
  t.add(kTrade, 0.5, "the plaintiff|the defendant");
  t.add(kTrade, 1.5,
        "plaintiff|defendant|deposition|complaint for|case no|our counsel|mediation|releases|bequeathed");
  t.add(kTrade, 1,
        "shall|clause|clauses|landlord|tenant|lessor|lessee|licensor|licensee|seller|buyer|borrower|"
        "lender|guarantor|employer|contractor|claimant|respondent|appellant|"
        "beneficiary|beneficiaries|participant|trustee|grantor|grantee|subsection|section|article|"
        "exhibit|schedule a|appendix|liability|damages|breach|warranty|arbitration|jurisdiction|"
        "statute|court|counsel|litigation|settlement|subpoena|affidavit|injunction|"
        "testimony|cross-examination|witness|discovery|lawsuit|complaint|case no.|docket|"
        "indemnification|termination|covenant|assign|assignment|amendment|amend|successor|"
        "liabilities|obligation|obligations|committee|surviving spouse|payable|accrued|vested|"
        "vesting|forfeiture|custody|alimony|prenuptial|divorce|probate|escrow|lease|rent|sublet|"
        "royalty|royalties|non-compete|severance|prosecution|indictment|plea|hearing|verdict|"
        "negligence|tort|patent claim|infringement|retainer|will concede|concede|claims review");
  t.add(kParty, 1,
        "(landlord)|(tenant)|(lessor)|(lessee)|(seller)|(buyer)|(licensor)|(licensee)|(the \"|(\"|"
        "the company|the employee|the contractor|the supplier|the customer|the client|§|(i)|(ii)|"
        "(iii)|(a)|(b)|(c)",
        scan::Edge::Any);
  t.add(kParty, 1, "v.|vs.|llc|inc.|ltd|gmbh|s.a.|corp.|art.");
}

void add_more_languages(Topic& t) {
  t.add(kInstrument, 2,
        "willful misconduct|wilful misconduct|restricted period|shall not solicit|shall terminate|the executive's|"
        "non-solicitation|the purchaser|the discloser|the recipient|aggregate liability|liability cap|particulars "
        "of claim|"
        "the claimant|letter of engagement|statement of work no|preceding twelve|represents and warrants|"
        "is hereby granted|hereby assigns|hereby grants|hereby agrees|without limitation|in consideration of|"
        "good and valuable consideration|duly authorized|executed as of|counterparts|as amended|witness statement|"
        "sworn|deponent|for the avoidance of doubt|shall not exceed|shall have no|shall provide|shall use|shall "
        "keep");
  t.add(
      kInstrument, 2.5,
      "contrat de prestation|il a été convenu|convenu ce qui suit|le prestataire|pénalités de retard|bail "
      "commercial|"
      "le demandeur|le défendeur|article 1er|si conviene e si stipula|tra le parti|il locatore|il conduttore|"
      "clausola penale|l'attore|il convenuto|il committente|l'appaltatore|la contratante|a contratante|a "
      "contratada|"
      "o contratado|cláusula 1|cláusula primera|cláusula segunda|comparecen|manifiestan|estipulan|el arrendador|"
      "el demandado|el demandante|o réu|o autor|o locador|o locatário|zwischen der|nachstehend|§ 1 vertrags|"
      "auftragnehmer verpflichtet|der mieter verpflichtet|vertragsstrafe in höhe|umowa zlecenia|umowa o dzieło|"
      "zawarta dnia|zawarta w dniu|zleceniodawca|zleceniodawcą|zleceniobiorca|zleceniobiorcą|strony ustalają|"
      "strony postanawiają|kara umowna|karę umowną|kary umownej|wynajmujący|najemca|pozwany|pozwanego|zamawiający|"
      "wykonawca|de partijen|hierna te noemen|verhuurder|opzegtermijn|eiser|gedaagde|opdrachtnemer|opdrachtgever|"
      "договор поставки|договор оказания|поставщик обязуется|исполнитель обязуется|заказчик обязуется|неустойку|"
      "неустойка|арендатор|арендодатель|наймодатель|avtalet|parterna|hyresgästen|säljaren|köparen|uppsägningstid|"
      "käranden|svaranden|lejer|udlejer|opsigelsesvarsel|leietaker|utleier|vuokrasopimus|vuokranantaja|kantaja|"
      "vastaaja|"
      "işbu sözleşme|sözleşmesi|taraflar arasında|kiraya veren|davacı|davalı|smluvní strany|nájemce|pronajímatel|"
      "žalobce|žalovaný|kupující|prodávající|contract de închiriere|părțile|reclamant|pârât");
  t.add(kInstrument, 2.5,
        "売買契約書|賃貸借契約書|業務委託契約書|秘密保持契約書|雇用契約書|甲は|乙は|甲及び乙|「甲」|「乙」|"
        "契約を締結|瑕疵担保|"
        "損害賠償|訴状|原告|被告|违约金|本协议|甲乙双方|双方约定|委托人|受托人|出租方|承租方|原告：|被告：|갑은|"
        "을은|갑과 을|"
        "임대인|임차인|손해배상|계약을 체결|الطرف الأول|الطرف الثاني|المدعي|عقد إيجار|पक्षकार|अनुबंध "
        "के|הצדדים|השוכר|המשכיר",
        scan::Edge::Any);
  t.add(
      kTrade, 1.5,
      "§ 2|§ 3|§ 4|§ 5|§ 6|§ 7|§ 8|§ 9|§ 10|§ 11|§ 12|art. 1|art. 2|art. 3|art. 4|art. 5|artículo|artigo|articolo|"
      "clausule|artikel|klausul|odstępne|wysokości|odszkodowanie|umowy|umowa|overeenkomst|договор|договора|"
      "договору|avtal|"
      "sopimus|sözleşme|smlouva");
}

// Resolutions, pleadings, statutes of companies, settlements, and stems that languages share.
void add_instruments(Topic& t) {
  t.add(
      kInstrument, 2,
      "resolved, that|be it resolved|hereby is authorised|hereby is authorized|undersigned counsel|by and through|"
      "alleges:|alleges that|interrogatory|interrogatories|request for production|"
      "request for admission|response: objection|objection, form|consent order|draft order|statement of claim|"
      "defence and counterclaim|prayer for relief|jury demand|affirmative defense|motion in limine|closing "
      "argument|"
      "under cross|cross-examined|on redirect|we hold back|second report|the hearing|his solicitor|her solicitor|"
      "my solicitor|my lawyer|our lawyer|their lawyer|my ex and i|maintenance a month|custody schedule|"
      "separation agreement|prenuptial agreement|licensed patents|royalty-bearing|the licensed|preferred shares|"
      "series b preferred|articles of association|memorandum of understanding|heads of terms|"
      "services agreement|supply agreement|framework agreement|reasonable skill and care|neither party|"
      "either party may|beyond its reasonable control|force majeure|acts of god|during the term|upon termination|"
      "retirement plan|plan administrator|eligible employee|normal retirement date|annuity|accrued benefit|"
      "the grantor|the trustee shall|power of attorney|notary public|subscribed and sworn|deed of trust|"
      "mortgagor|mortgagee|this warranty|this policy shall|insured shall|the insurer shall");
  t.add(
      kInstrument, 2.5,
      "aufhebungsvertrag|gesellschaftsvertrag|abtretung|gesellschafterversammlung|das arbeitsverhältnis endet|"
      "einvernehmlich|abfindung in höhe|abfindung|der mieter|der vermieter|die vermieterin|die mieterin|"
      "verpflichtet sich|vereinbarung zwischen|satzung|dienstvertrag|werkvertrag|pachtvertrag|darlehensvertrag|"
      "erbvertrag|ehevertrag|les parties conviennent|mettre fin au litige|à titre d'indemnité|le preneur|"
      "donne en location|le salarié|l'employeur|le vendeur|l'acquéreur|le cédant|le cessionnaire|protocole "
      "d'accord|"
      "transactionnel|mise en demeure|la arrendadora|cede al arrendatario|la fianza|la vendedora|la compradora|"
      "el empleador|el trabajador|las partes acuerdan|otorgan|poder notarial|burofax|scrittura privata|si obbliga|"
      "in difetto|il conduttore|il lavoratore|il datore|le parti convengono|atto di citazione|diffida|"
      "termo de confidencialidade|parte receptora|parte reveladora|obriga-se|o empregado|o empregador|"
      "as partes acordam|procuração|notificação extrajudicial|zobowiązuje się|kaucja wynosi|umowa najmu|umowa o|"
      "strony zgodnie|pełnomocnictwo|wezwanie do zapłaty|verkoper garandeert|ontbindende voorwaarden|de verkoper|"
      "de koper|de werknemer|de werkgever|verbindt zich|договор подряда|подрядчик обязуется|заказчик обязуется|"
      "стороны обязуются|доверенность|претензия|förbinder sig|forpligter sig|forplikter seg|taahhüt eder|"
      "yükümlüdür|zavazuje se|se obligă");
  t.add(kInstrument, 2.5,
        "劳动合同第|竞争的业务|补偿金|不得从事|书面承诺|再委託|書面による承諾|してはならない|ものとする|"
        "業務委託契約|第3条|第5条|第6条|"
        "임대차계약|동의 없이|전대|근로계약|용역계약|해지할 수|손해를 배상",
        scan::Edge::Any);
  t.add(kPrivileged, 2,
        "our settlement position|settlement position|open at|without prejudice letter|counsel's view|counsel's "
        "opinion|legally privileged|our expert|our opponent's expert|for the gc|limitation "
        "defence|our defence|our defense|trial binder|work product");
}

// Roles and acts by the stems of their words.
void add_roles(Topic& t) {
  t.add(
      kInstrument, 2,
      "lizenznehmer|lizenzgeber|lizenzgebühr|unterlizenz|darlehensnehmer|darlehensgeber|bürgschaft|abtret|"
      "klageerwider|"
      "klagebegr|berufungsbegr|verjähr|beklagt|kläger|mandant|gesellschafter|geschäftsanteil|vergleichsvorschlag|"
      "unterlassungserkl|vertragspartn|vertragsstraf|mietsache|mietvertr|arbeitsvertr|werkvertr|licencié|"
      "concédant|"
      "licenciatari|licenciante|cesionari|cedente|arrendatari|arrendador|fiador|demandad|comparec|cláusula penal|"
      "licenziatari|cessionari|locatari|conduttor|comodatari|fideiuss|convenut|ricorrent|"
      "locatári|locador|fiador|cedent|contratant|contratad|reclamad|requerid|zleceniobiorc|zleceniodawc|"
      "wynajmując|"
      "zamawiając|wykonawc|pożyczkobiorc|pozwan|powodow|huurder|verhuurder|waarborgsom|onderhuur|koper|verkoper|"
      "schuldenaar|gedaagd|арендатор|арендодател|заказчик|исполнител|подрядчик|поставщик|займодав|заёмщик|заемщик|"
      "истец|истца|ответчик|расторга|hyresgäst|hyresvärd|låntagar|långivar|lejer|udlejer|vuokralai|vuokranant|"
      "kiracı|"
      "kiralayan|davacı|davalı|nájemc|pronajímat|žalob|kupujíc",
      scan::Edge::Start);
  t.add(
      kInstrument, 2,
      "privileged:|memo to file|reply brief|appellee|appellant|preserved at trial|contrat de cession|parts "
      "sociales|"
      "contrato laboral|el trabajador prestará|período de prueba|contratto "
      "preliminare|promittente|caparra|contrato social|"
      "capital social|arrendamiento de|contrato de franquicia|contrato de mútuo|contratto di mutuo|contrat de "
      "prêt|"
      "darlehensvertrag|statement of the witness|statement of witness|reservation of rights|garden "
      "leave|disclosure "
      "letter|relatiebeding|"
      "concurrentiebeding|dienstverband|demanda de divorcio|custodia compartida|las partes contrajeron|el suplico|"
      "franqueado|franqueador|royalties de|faturamento|subject to contract|full and final settlement|§ 444 "
      "bgb|bgb|"
      "sachmängel|verjährungsfrist|zakaz konkurencji|okres wypowiedzenia|преамбула договора|сторона договора|"
      "i, the undersigned|the undersigned|being duly sworn|duly sworn|depose and say|affidavit of|summons|"
      "in der sache|auf die klage|wie folgt:|vice caché|conclusions pour|le salarié s'interdit|non-concurrence|"
      "al tribunale|atto di|decreto ingiuntivo|opposizione a|sob pena de|promissory note|term sheet|pre-money|"
      "liquidation preference|non-participating|exclusivity|this loan agreement|the principal|per annum|neither "
      "party|"
      "without the prior written|unreasonably withheld|dismissed two days|filing the "
      "grievance|grievance|tribunal claim|"
      "nda|counter offer|settle for|cease-and-desist|demand letter|letter before action|notice to quit|eviction "
      "notice|"
      "power of attorney for|custody of|child custody|restraining order|protective order against|divorce "
      "settlement|"
      "claim form|particulars|witness statement|pleading|pleadings|exhibit a|docketed");
  t.add(kInstrument, 2.5,
        "第十|受託者|委託者|賃貸人|賃借人|催告なく|本契約を|商业信息保密|合同终止|期限为|应对在|违反本|双方同意|"
        "甲は、|乙が|당사자는|계약 해지",
        scan::Edge::Any);
}

void add_other_languages(Topic& t) {
  t.add(kInstrument, 2.5,
        "kaufvertrag|mietvertrag|arbeitsvertrag|kaufvertrag zwischen|vertrag zwischen|dieser vertrag|"
        "dieses vertrages|die parteien|nachfolgend|im folgenden|gerichtsstand|aufhebungsvertrag|"
        "geheimhaltungsvereinbarung|contrat de travail|contrat de bail|le présent contrat|ci-après|"
        "les parties|entre les soussignés|le bailleur|le locataire|contrato de arrendamiento|"
        "contrato de trabajo|el presente contrato|en adelante|las partes|reunidos|arrendador|"
        "arrendatario|contrato de locação|o presente contrato|as partes|doravante|"
        "il presente contratto|le parti|di seguito|locatore|conduttore|umowa najmu|niniejsza umowa|"
        "настоящий договор|именуемый|именуемое|стороны договорились");
  t.add(
      kInstrument, 2.5,
      "contrato de compraventa|el vendedor|el comprador|le vendeur|l'acheteur|acte de vente|statuts de la société|"
      "der verkäufer|der käufer|der arbeitnehmer|der arbeitgeber|kündigungsfrist|die kündigung|testament|"
      "vereinbaren folgendes|klageschrift|schriftsatz|assignation|conclusions en demande|demanda civil|"
      "contratto di locazione|contratto di lavoro|il venditore|o vendedor|o comprador|contrato de trabalho|"
      "contrato de prestação|umowa o pracę|umowa sprzedaży|arbeidsovereenkomst|huurovereenkomst|koopovereenkomst|"
      "договор аренды|договор купли-продажи|трудовой договор|заявление в суд|исковое заявление");
  t.add(kTrade, 1.5,
        "haftung|gewährleistung|kündigung|schadensersatz|vertragsstrafe|vermieter|mieter|käufer|"
        "verkäufer|auftragnehmer|auftraggeber|kläger|beklagte|klage|beschränkt|responsabilité|"
        "résiliation|préavis|dommages-intérêts|clause|tribunal|cláusula|rescisión|indemnización|"
        "incumplimiento|demandante|demandado|juzgado|rescisão|indenização|multa|recesso|risarcimento|"
        "clausola|wypowiedzenie|ответственность|расторжение|истец|ответчик");
  t.add(kInstrument, 2.5,
        "买卖合同|租赁合同|劳动合同|保密协议|起诉状|判决书|甲方|乙方|本合同|本协议|违约责任|甲：|本契約|甲乙|원고|"
        "피고|본 계약",
        scan::Edge::Any);
  t.add(kTrade, 1, "合同|违约|仲裁|诉讼|条款|契約|賠償|계약", scan::Edge::Any);
  t.add(kPrivileged, 2,
        "anwaltsgeheimnis|anwaltliche schweigepflicht|vertrauliche anwaltskorrespondenz|"
        "secret professionnel|unser mandant|unsere mandantin|notre client|nuestro cliente|"
        "secreto profesional");
  t.add(kPrivileged, 2, "律师客户|我方当事人", scan::Edge::Any);
}

}  // namespace

Made make_legal_topic(scan::PhraseSet& set) {
  Topic::Definition d{"legal", scan::Kind::LegalTopic, decide};
  d.telling = 1u << kInstrument | 1u << kTrade | 1u << kPrivileged;
  d.telling_weight = 1.5;
  auto topic = std::make_unique<Topic>(set, d);
  add_english(*topic);
  add_other_languages(*topic);
  add_more_languages(*topic);
  add_instruments(*topic);
  add_roles(*topic);
  add_reporting(*topic, kGeneral);
  topic->add(kGeneral, 1,
             "what is a|what is an|what does|what is the|explain what|stand for|stands for|definition of|"
             "define|in general|difference between|essay|history of|how does|how do|why do|"
             "give me an example|story|novel|poem|textbook|acronym|was bedeutet|qué significa|qué es|qu'est-ce "
             "qu'un|qu'est-ce qu'une|qu'est-ce que|che "
             "cos'è|cos'è|o que é|"
             "que signifie|what happens|in simple terms|for beginners");
  topic->add(
      kGeneral, 1,
      "refers to|typically|usually|in most states|in many states|learn how|overview|this article|glossary|is a "
      "legal|"
      "legal term|are commonly|a common clause|what are|was ist der|was ist ein|quelle est|quelles sont|cuál es|"
      "qual é|cosa significa|wat is een|co to jest|что такое|nedir|in this guide|in the play|fairy "
      "tale|fictional|imaginary|law students|law school|mock "
      "trial");
  // The licences of free software and open works, which everybody may read.
  topic->add(
      kGeneral, 2,
      "gnu general public license|gnu lesser general public|free software foundation|"
      "permission is hereby granted, free of charge|redistribution and use in source and binary forms|"
      "licensed under the apache license|apache license|mozilla public license|creative commons|mit license|"
      "bsd license|isc license|eclipse public license|everyone is permitted to copy|open source|free software|"
      "this file is distributed|copyright notice and this permission notice");
  topic->add(kGeneral, 1, "什么是|是什么意思|とは何|무엇인가요", scan::Edge::Any);
  return topic;
}

}  // namespace sluice::sense::detect
