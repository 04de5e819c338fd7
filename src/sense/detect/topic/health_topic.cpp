// Health: information on one patient, named or not. Medical words alone are an encyclopaedia; with someone who has
// them they are a record. Groups: who (individual), what (clinical), how written (notes, dialogue), against
// (general explanations), words that are clinical among others only ("operation", "units"), and what hints at
// somebody but stands in every story too (names, "she").
#include <algorithm>

#include "sense/detect/topic/detectors.h"
#include "sense/detect/topic/framing.h"
#include "sense/detect/topic/health_words.h"
#include "sense/detect/topic/topic.h"

namespace sluice::sense::detect {
namespace {

using namespace health;

double decide(const Sums& s) {
  const double note = s[kNote];
  const double what = s[kWhat] + std::min(s[kMaybe], s[kWhat] + note / 2);
  // A story has people too: they count as much as the text is clinical.
  const bool told = s[kWho] + note == 0 && s[kGeneral] > 0;  // of somebody in an article
  const double hint = told ? 0 : std::min({s[kHint], 2.5, std::max(s[kWho] / 2 + note / 2, what / 3)});
  const double who = s[kWho] + hint;
  if (note >= 4 && what + who >= 1 && s[kGeneral] < note) return 0.9;  // the layout of a record or a consultation
  if (who + note < 1 || what + note < 1 || who + what < 1) return 0;
  const double score = std::min(who, 4.0) + std::min(what, 6.0) + note - 1.5 * s[kGeneral];
  const bool plain = s[kGeneral] == 0;
  if (score < (plain ? 3 : 3.5)) return 0;
  return score >= 6 ? 0.9 : 0.7;
}

void add_people(Topic& t) {
  t.add(kWho, 2,
        "my mother|my father|my son|my daughter|my wife|my husband|my grandmother|my grandfather|"
        "my child|my baby|my partner|my brother|my sister|my mum|my mom|my dad|my uncle|my aunt|"
        "my boyfriend|my girlfriend|my toddler|my newborn|i was diagnosed|i have been diagnosed|"
        "i've been diagnosed|was diagnosed|been diagnosed|i am pregnant|i'm pregnant|my doctor|my gp|"
        "my blood pressure|my medication|my results|my blood test|my psychiatrist|my therapist|"
        "my symptoms|this patient|patient is a|patient was|the pt|year-old man|year-old woman|"
        "year-old male|year-old female|year old male|year old female|year old man|year old woman|y/o|"
        "yo male|yo female|yo m|yo f|meine mutter|mein vater|mein sohn|meine tochter|mein mann|"
        "meine frau|ma mère|mon père|mon fils|ma fille|mon mari|ma femme|mi madre|mi padre|mi hijo|"
        "mi hija|mi esposa|mi marido|minha mãe|meu pai|meu filho|mia madre|mio padre|our employee|"
        "my patient|our patient|a patient of mine|is allergic to|allergic to|patientin|patiente");
  t.add(kWho, 1, "year-old|-year-old|year old", scan::Edge::AfterDigit);
  t.add(kNote, 2.5,
        "doctor: |patient: |guest_family: |clinician: |nurse: |physician: |therapist: |arzt: |ärztin: |patientin: "
        "|médico: |"
        "médica: |paciente: |médecin: |médecin : |docteur: |docteur : |patient : |patiente : |medico: |paziente: "
        "|lekarz: |"
        "pacjent: |pacjentka: |dokter: |patiënt: |врач: |пациент: |doktor: |hasta: |läkare: |lege: |læge: ",
        scan::Edge::Start);
  t.add(kNote, 2.5, "医生:|患者:|病人:|医師:|의사:|환자:|الطبيب:|المريض:", scan::Edge::Any);
  t.add(kNote, 1, "prescribed|family history|denied|discharged|referred to");
  t.add(kWho, 1.5,
        "-jährige|-jähriger|jährige patientin|jähriger patient|ans|"
        "años de edad|jaar oud",
        scan::Edge::AfterDigit);
  t.add(kHint, 1.5,
        "mr|mr.|mrs|mrs.|ms.|miss|mme|monsieur|madame|herr|frau|señor|señora|sig.|sr.|sra.|г-н|г-жа|mlle");
  t.add(kWho, 1,
        "patient|pt|pt.|my|i have|i am|i'm|i've|"
        "sie hat|er hat|ich habe|j'ai|tengo|paciente|paziente|pasient|pacjent|пациент|у меня|client");
  t.add(kWho, 2, "岁，|，女，|，男，|家属|我妈|我爸|我儿子|我女儿|母亲|父亲|先生|女士", scan::Edge::Any);
}

void add_hints(Topic& t) { t.add(kHint, 1, "she|he|her|his|him|elle|ella|ela|ele|hij|zij|она"); }

void add_relatives(Topic& t) {
  t.add(
      kWho, 2,
      "my ex|my ex-husband|my ex-wife|my kids|my kid|our child|our kids|my little one|the baby|baby is|newborn is|"
      "toddler is|my transplant|the donor|my donor|a client of mine|my pt|our resident|my mil|my fiance|our "
      "toddler|"
      "my girlfriend|a colleague of mine|one of my team|my colleague|my neighbour|my neighbor|my niece|my nephew|"
      "my cousin|my friend|our daughter|our son|our baby|my twins|my grandma|my grandpa|my fiancé|my roommate|"
      "i've been on|i was prescribed|i've had|"
      "mein bruder|meine schwester|mein kind|mein baby|meine partnerin|mein partner|mein kollege|meine kollegin|"
      "mein freund|unser mitarbeiter|unsere mitarbeiterin|bei mir|mir wurde|bei meinem|bei meiner|mein opa|"
      "meine tante|mein onkel|ich nehme|unser sohn|unsere tochter|ma sœur|mon frère|mon bébé|mon enfant|ma copine|"
      "mon copain|ma collègue|mon collègue|je prends|on m'a|ma patiente|mon patient|mon épouse|mon grand-père|"
      "mi mujer|mi hermano|mi hermana|mi abuelo|mi pareja|mi bebé|mi novio|me diagnosticaron|le diagnosticaron|"
      "me han diagnosticado|mi paciente|mi suegra|mia nonna|mio nonno|mia figlia|mio figlio|mio marito|mia "
      "sorella|"
      "mio fratello|mia mamma|mio papà|mi hanno|mia suocera|minha filha|meu filho|meu marido|minha avó|meu avô|"
      "minha irmã|meu irmão|meu bebê|fui diagnosticado|fui diagnosticada|minha mulher|mijn vader|mijn zoon|"
      "mijn dochter|mijn man|mijn oma|mijn opa|mijn zus|mijn broer|mijn kind|mijn collega|ik slik|mój tata|"
      "moja matka|mój ojciec|mój syn|moja córka|mój mąż|moja żona|moja babcia|mój dziadek|mój brat|moja siostra|"
      "u mojej|u mojego|biorę|pacjentka|у мужа|у жены|у мамы|у папы|у отца|у матери|у сына|у дочери|у бабушки|"
      "у дедушки|у ребёнка|у ребенка|мой муж|моя жена|моя мама|мой отец|мой сын|моя дочь|мне поставили|я принимаю|"
      "больной|больная|пациентка|пациенту|min mamma|min pappa|min son|min dotter|min man|min fru|min mor|min far|"
      "min datter|min sønn|min søn|min kone|annem|babam|oğlum|kızım|eşim|kocam|karım|hastam|anneannem|kardeşim|"
      "moje matka|můj otec|můj syn|moje dcera|můj manžel|moje manželka|pacientka|äitini|isäni|poikani|tyttäreni|"
      "mieheni|vaimoni|potilas");
  t.add(kWho, 1,
        "ich bin|je suis|ik heb|ik ben|soy|sono|mam|mám|jag har|jeg har|bende|moja|mein|meine|meinen|meiner|"
        "client reports|pt reports|gravida|g1p0|g2p1|g3p2");
  t.add(kWho, 2,
        "我今年|我怀孕|我老公|我老婆|我丈夫|我妻子|我奶奶|我爷爷|我外婆|我被|我得了|我家孩子|父が|母が|息子が|"
        "娘が|妻が|夫が|"
        "祖母が|"
        "祖父が|父の|母の|息子の|娘の|妻の|夫の|歳男性|歳女性|歳の男性|歳の女性|患者さん|어머니|아버지|아들이|"
        "딸이|남편|"
        "아내가|할머니|할아버지|엄마가|아빠가|والدتي|والدي|ابنتي|زوجتي|زوجي|المريض|मेरी माँ|मेरे पिता|मेरे बेटे|मेरी बेटी|"
        "मेरी पत्नी|मेरे पति|रोगी|אמא שלי|אבא שלי|הבן שלי|הבת שלי|אשתי|בעלי|המטופל",
        scan::Edge::Any);
  t.add(kWho, 1, "患者|病人|患儿|환자|मरीज", scan::Edge::Any);
  t.add(kWho, 1.5,
        "yo|y.o.|yr old|years old|yrs|lat|anni|años|anos|jahre|jahre alt|jaar|år|лет|года|yaşında|vuotta|let",
        scan::Edge::AfterDigit);
}

// Words of what holds for many patients, and of leaflets.
void add_populations(Topic& t) {
  t.add(kGeneral, 1, kStudies);
  t.add(kGeneral, 1, kStudiesUnspaced, scan::Edge::Any);
  t.add(
      kGeneral, 1.5,
      "patients|children|women|men|infants|subjects|participants|volunteers|adults|patienten|patientinnen|"
      "probanden|"
      "kinder|pacientes|mujeres|niños|pazienti|bambini|malades|sujets|femmes|mulheres|doentes|patiënten|пациентов|"
      "больных|детей|pacjentów|chorych|hasta|barn",
      scan::Edge::AfterDigit);
  t.add(
      kGeneral, 1,
      "your newborn|your baby|both men and women|men and women|sars-cov-2|coronavirus|pandemic|outbreak|outbreaks|"
      "brote|surto|épidémie|epidemia|epidemie|вспышка|wabah|calves|cattle|rats|mice|the diagnosis of|"
      "were measured|was measured by|were compared|was compared|were analyzed|were analysed");
  t.add(kGeneral, 1,
        "tell your doctor|call your doctor|ask your doctor|talk to your doctor|before taking this|while taking|"
        "this medicine|this medication|do not take|do not use this|if you are pregnant|package leaflet|"
        "medical dictionary|is the medical term|is a medical|this condition|this disease|women with|men with|"
        "children with|adults with|newborns|infants|in the united states|approximately|"
        "pacientes con|los pacientes|de los pacientes|pacientes com|os pacientes|dos pacientes|les patients|"
        "des patients|chez les patients|i pazienti|dei pazienti|pazienti con|nei pazienti|die patienten|"
        "bei patienten|von patienten|patienten mit|patiënten|пациентов|пациенты|у пациентов|больных|pacjentów|"
        "pacjenci|u pacjentów|hastalarda|hastaların|pandemia|pandemie|pandémie|пандемии|parmi les propositions|"
        "la proposition exacte");
  t.add(kGeneral, 1, "病例报告|例患者|患者中|疫情|疾控中心|世卫组织|该病", scan::Edge::Any);
}

// Questions and explanations in other languages.
void add_general(Topic& t) {
  t.add(
      kGeneral, 1,
      "cuáles son|qué son|efectos secundarios|cosa sono|cos'è|quali sono|quels sont|quelles sont|effets "
      "secondaires|"
      "comment fonctionne|o que é|quais são|was sind|wie wirkt|wie entsteht|welche nebenwirkungen|wat is|wat zijn|"
      "co to jest|jakie są|что такое|какие|каковы|nedir|nelerdir|vad är|hva er|hvad er|mikä on|mitä on|overview|"
      "common causes|causes of|prevention of|healthy people|many people|people who|can be caused|is a condition|"
      "is a common|is a chronic|a disease|this guide|learn more|the disease|usually|often|in adults|in children|"
      "novel|fiction|character|clinical trial|trials|worldwide|population|prevalence|guideline|guidelines");
  t.add(kGeneral, 1,
        "要注意什么|有哪些|怎么预防|如何预防|患者应|患者可以|患者平时|患者能|とは|原因は|について教えて|무엇인가|"
        "이란|의 원인|"
        "의 증상|的原因|的症状|ما هو|क्या है",
        scan::Edge::Any);
}

}  // namespace

Made make_health_topic(scan::PhraseSet& set) {
  Topic::Definition d{"health", scan::Kind::HealthTopic, decide};
  d.name_group = kHint;
  d.telling = 1u << kWhat | 1u << kNote;
  auto topic = std::make_unique<Topic>(set, d);
  add_people(*topic);
  add_hints(*topic);
  add_vocabulary(*topic);
  add_endings(*topic);
  add_stems_by_language(*topic);
  add_examination(*topic);
  add_reporting(*topic, kGeneral);
  add_notes(*topic);
  add_european(*topic);
  add_conditions(*topic);
  add_care(*topic);
  add_ambiguous(*topic);
  add_stems(*topic);
  add_relatives(*topic);
  add_more_notes(*topic);
  add_general(*topic);
  add_consultations(*topic);
  add_procedures(*topic);
  add_populations(*topic);
  topic->add(kGeneral, 1,
             "what is|what are|explain|in general|may include|is characterized by|are characterized by|"
             "characterized by|is a rare|patients with|individuals with|people with|symptoms of|affects|"
             "is caused by|are caused by|is a type of|disorder|disorders|syndrome|some people|most people|"
             "individuals|is defined as|risk factors|side effects of|can cause|treatment for|article|"
             "essay|story|novel|imagine|act as|patients|was ist|qu'est-ce que|qué es|types of|how does|"
             "what causes|is there a cure|recommendation");
  topic->add(kGeneral, 1, "什么是|如何|介绍", scan::Edge::Any);
  return topic;
}

}  // namespace sluice::sense::detect
