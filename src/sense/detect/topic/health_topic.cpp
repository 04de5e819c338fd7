// Health: information on one patient, named or not. Medical words alone are an encyclopaedia; with someone who has
// them they are a record. Groups: who (individual), what (clinical), how written (notes, dialogue), against
// (general explanations), words that are clinical among others only ("operation", "units"), and what hints at
// somebody but stands in every story too (names, "she").
#include <algorithm>

#include "sense/detect/topic/detectors.h"
#include "sense/detect/topic/framing.h"
#include "sense/detect/topic/topic.h"

namespace sluice::sense::detect {
namespace {

constexpr int kWho = 0, kWhat = 1, kNote = 2, kGeneral = 3, kMaybe = 4, kHint = 5;

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

// Words of the body's complaints, treatments and specialists, beyond the tables above.
void add_vocabulary(Topic& t) {
  t.add(
      kWhat, 1,
      "diarrhoea|diarrhea|flashbacks|panic|bipolar|lithium|lupus|polyp|dysplasia|adenoma|histology|lactate|"
      "tacrolimus|"
      "immunosuppressants|rejection|creatinine|kidney transplant|donor kidney|transplant team|sleepy|not "
      "drinking|not "
      "eating|dehydrated|ambulance|a&e|urgent "
      "care|hives|itching|blister|bruise|bruises|faint|fainted|fainting|passed "
      "out|collapse|seizing|convulsion|convulsions|wheezing|wheeze|runny nose|stuffy "
      "nose|constipation|constipated|"
      "bloating|heartburn|reflux|blood in|stool|stools|urine|urinate|urinating|incontinence|spotting|"
      "hot flashes|cramps|cramping|sprained|dislocated|broken arm|broken leg|broken "
      "hip|stitches|wound|wounds|"
      "abscess|cyst|mole|wart|acne|rosacea|hair loss|weight loss|weight gain|night "
      "sweats|tremor|tremors|twitching|"
      "slurred speech|blurred vision|double vision|tinnitus|earache|ear "
      "infection|tonsillitis|sinusitis|strep|flu|"
      "pox|scarlet fever|whooping cough|croup|rsv|norovirus|salmonella|e. coli|lyme|rabies|tetanus|hpv|gonorrhea|"
      "gonorrhoea|trichomoniasis|bacterial vaginosis|yeast infection|fibroids|ovarian cyst|prostate|erectile "
      "dysfunction|testicular|vasectomy|hysterectomy|mastectomy|lumpectomy|knee surgery|back surgery|spinal "
      "fusion|"
      "physical therapy|physiotherapist|occupational therapy|speech therapy|counselling|cbt|emdr|psychotherapy|"
      "antipsychotic|mood stabiliser|mood "
      "stabilizer|benzodiazepine|benzos|painkillers|painkiller|steroids|steroid|"
      "cortisone|inhalers|nebulizer|ventoline|ventolin|epipen|insulin "
      "pump|glucometer|cpap|oxygen|ventilator|intubated|"
      "dialysis|catheters|feeding tube|colostomy|chemo|radiation|immunotherapy|remission|terminal|palliative care|"
      "life expectancy|dnr|hospice|alzheimer|parkinson|huntington|ms "
      "relapse|autistic|asperger|dyslexia|tourette|"
      "ocd|bpd|borderline|psychotic|manic|mania|self harm|cutting myself|suicide attempt|want to die|eating "
      "disorder|"
      "binge|purging|alcoholic|addicted|detox|withdrawal symptoms|miscarried|stillbirth|ectopic|morning sickness|"
      "gestational|ultrasound scan|due date|weeks "
      "pregnant|breastfeeding|postpartum|postnatal|colic|teething|vaccination|"
      "allergist|dermatologist|gastroenterologist|rheumatologist|urologist|gynaecologist|gynecologist|"
      "endocrinologist|"
      "pulmonologist|nephrologist|hematologist|haematologist|paediatrician|pediatrician|orthopedist|surgeon|"
      "appendicitis|appendectomy|gallbladder|gallstones|pancreas|spleen|bowel|colon|rectal|stomach|thyroid|"
      "adrenal|"
      "pituitary|lymph node|lymph nodes|bone marrow|platelet|white count|hemoglobin a1c|ferritin|vitamin "
      "d|cortisol|"
      "testosterone|estrogen|ast|bilirubin|inr|d-dimer|bnp|ecg|eeg|emg|pet scan|ct|mri|x-rays|"
      "phq-9|gad-7|mmse|moca|apgar|nyha|hcg|rlq|llq|ruq|luq|npo|ivf|ivig|norad|noradrenaline|"
      "crystalloid|"
      "ceftriaxone|metronidazole|prazosin|hydroxychloroquine|levothyroxine|tylenol|advil|aleve|benadryl|zyrtec|"
      "lexapro|"
      "wellbutrin|cymbalta|effexor|seroquel|abilify|lamictal|klonopin|ativan|valium|ambien|vicodin|percocet|"
      "suboxone|"
      "plavix|eliquis|xarelto|coumadin|lipitor|crestor|norvasc|lasix|synthroid|januvia|jardiance|trulicity|wegovy|"
      "mounjaro|entresto|keytruda|herceptin|prolia|accutane|viagra|cialis|biktarvy|paxlovid|tamiflu");
  t.add(
      kWhat, 1,
      "vorhofflimmern|beule|gestürzt|sturz|notaufnahme|brustkrebs|darmkrebs|prostatakrebs|leukämie|bandscheibe|"
      "bandscheibenvorfall|schlaganfall|herzrhythmusstörungen|durchfall|verstopfung|blinddarm|gallensteine|"
      "nierensteine|"
      "juckreiz|ohnmacht|ohnmächtig|krampfanfall|epilepsie|depression|panikattacken|essstörung|magersucht|adhs|"
      "autismus|"
      "reha|kur|krankengeld|rettungswagen|hausarzt|facharzt|befunde|überweisung|dosis|hno|kinderarzt|hebamme|"
      "wehen|"
      "frühchen|wunde|narbe|sodbrennen|bluthusten|blutwert|entzündungswerte|dyspnée|bpco|sevré|asthme|tousse|toux|"
      "épilepsie|crise|grippe|angine|otite|eczéma|lombalgie|sciatique|hernie discale|cancer du sein|cancer du "
      "poumon|"
      "chimio|radiothérapie|biopsie|irm|scanner|échographie|prise de sang|ordonnance|urgences|généraliste|kiné|"
      "antidépresseur|antidépresseurs|anorexie|boulimie|sclérose en plaques|alzheimer|chute|perfusion|plaie|"
      "vomit|diarrhée|constipation|insomnie|dolor torácico|ecg|infarto|ictus|varón|mujer de|embarazada|lupus|"
      "hidroxicloroquina|epilepsia|convulsión|quimio|radioterapia|biopsia|resonancia|ecografía|análisis de "
      "sangre|"
      "urgencias|médico de cabecera|antidepresivos|anorexia|esclerosis múltiple|alzheimer|caída|herida|diarrea|"
      "estreñimiento|insomnio|fiebre alta|cáncer de mama|cáncer de pulmón|tdah|ictus|demenza|febbre|non "
      "beve|vomita|"
      "diarrea|risonanza|ecografia|esami del sangue|pronto soccorso|medico di base|antidepressivi|tumore|"
      "tumore al seno|sclerosi multipla|frattura|caduta|pressione alta|glicemia|tosse|mal di "
      "pancia|tdah|epilepsia|"
      "convulsão|quimioterapia|radioterapia|ressonância|ultrassom|exame de sangue|pronto-socorro|antidepressivo|"
      "câncer de mama|esclerose "
      "múltipla|queda|pressão|glicemia|vomitando|diarreia|insônia|cukrzycę|cukrzyca|cukier|"
      "wymiotuje|gorączkę|biegunka|padaczka|padaczkę|udar|zawał|astma|rak piersi|rezonans|usg|badania krwi|sor|"
      "antydepresanty|depresję|złamanie|nowotwór|dwaalt|dementie|suikerziekte|hartaanval|beroerte|borstkanker|"
      "longontsteking|epilepsie|overgeven|diarree|spoedeisende|huisarts|antidepressiva|slaappillen|gevallen|"
      "гипотиреоз|тироксин|анализ|дозу|доза|ттг|тошнит|рвота|понос|кашляет|астма|эпилепсия|инфаркт|рак груди|"
      "антидепрессанты|депрессию|мрт|узи|скорая|скорую|врач сказал|сахар в "
      "крови|epilepsi|anfall|diagnosen|bröstcancer|"
      "stroke|blodtryck|feber|hosta|kräks|brystkræft|blodtryk|kreft|blodtrykk|aivohalvaus|rintasyöpä|kemoterapi|"
      "ateşi|"
      "ateşim|kanser|felç|epilepsi|nöbet|şeker|tansiyonu|kalp krizi|depresyon|öksürük|kusuyor");
  t.add(kWhat, 1,
        "怀孕|糖耐量|妊娠|妊娠糖尿病|医生说|检查结果|发炎|拉肚子|便血|失眠|过敏性|哮喘|中风|骨髓|放疗|肺癌|胃癌|"
        "肝癌|肝炎|甲亢|"
        "甲减|尿毒症|血脂|心电图|核磁|b超|住院|出院|复发|药量|吃药|抗抑郁|焦虑症|自闭症|うつ病|抗うつ薬|休職|"
        "眠れない|薬を飲み|"
        "副作用|通院|検査結果|胃がん|肺がん|心筋|不整脈|貧血|アレルギー|妊婦|出産|流産|発作|吐き気|下痢|めまい|"
        "頭痛|腰痛|"
        "폐암|위암|유방암|항암 치료|열이|기침|구토|설사|두통|수면제|항우울제|공황|간질|뇌졸중|수술을|검사 "
        "결과|임신|유산",
        scan::Edge::Any);
}

// Endings that the names of drugs, diseases and procedures share in the languages of Europe.
void add_endings(Topic& t) {
  t.add(kWhat, 1.5,
        "oprolol|enolol|isoprolol|anolol|sartan|vastatin|vastatine|vastatina|cillin|cilline|cilina|cillina|mycin|"
        "mycine|"
        "micina|prazole|prazol|prazolo|oxetine|oxetin|oxetina|triptan|gliptin|gliptina|gliptine|gliflozin|dipine|"
        "dipin|"
        "dipino|floxacin|floxacino|izumab|tuzumab|ximab|limumab|tinib|azepam|azolam|inopril|alapril|amipril|"
        "indopril|"
        "lukast|cycline|cyclin|ciclina|conazole|conazol|oxaban|tidine|dronate|thiazide|thiazid|tiazida|nisolone|"
        "nisolon|"
        "methasone|asone|rolimus|tropium|glutide|apine|azapine|idone|peridol|ridone|zodone|faxine|traline|"
        "pramine|"
        "triptyline|bamazepine|racetam|gabalin",
        scan::Edge::End);
  t.add(
      kWhat, 1,
      "ectomy|ektomie|ectomie|ectomía|ectomia|oscopy|oskopie|oscopie|oscopía|oscopia|oplasty|plastik-op|ostomy|"
      "otomy|"
      "angiogram|mammogram|ographie thorax|aemia|anemia|anaemia|glycemia|glykämie|kalemia|natremia|uremia|ämie|"
      "leukemia|neuropathy|nephropathy|retinopathy|cardiomyopathy|opathie|arthralgia|myalgia|neuralgia|"
      "fibromyalgie|"
      "appendicitis|bursitis|arthritis|nephritis|cystitis|gastritis|dermatitis|meningitis|colitis|bronchitis|"
      "pankreatitis|pancreatitis|tonsillitis|sinusitis|otitis|vasculitis|encephalitis|myocarditis|endocarditis|"
      "thrombosis|fibrosis|sclerosis|cirrhosis|necrosis|osteoporosis|tuberculosis|endometriosis|carcinoma|sarcoma|"
      "lymphoma|melanoma|glioma|blastoma|myeloma|karzinom|sarkom|lymphom|myelom|carcinome|sarcome|lymphome",
      scan::Edge::End);
}

// The language of examination and of notes, which articles do not speak.
void add_examination(Topic& t) {
  t.add(kNote, 2.5,
        "the patient states|patient states|patient reports|the patient reports|patient denies|the patient denies|"
        "she denies|he denies|denies any|patient presents|the patient presents|patient is an|the patient is an|"
        "the patient is a|no known drug allergies|no known allergies|nkda|noncontributory|non-contributory|"
        "no acute distress|alert and oriented|within normal limits|regular rate and rhythm|clear to auscultation|"
        "vital signs stable|afebrile|normocephalic|pupils "
        "equal|nontender|non-tender|nondistended|auscultation|murmurs|"
        "past surgical history|surgical history|social history|review of systems|estimated blood "
        "loss|"
        "prepped and draped|sterile fashion|general anesthesia|tolerated the procedure|extubated|of unknown "
        "etiology|"
        "of uncertain etiology|uncertain etiology|significant for|remarkable for|unremarkable|negative for|"
        "was brought in by|follow up in clinic|rule out|packs per day|pack per day|cigarettes per day|"
        "nonsmoker|non-smoker|quit smoking|tobacco use|alcohol use|illicit drug|well-developed|well-nourished|"
        "differential diagnosis|chief complaint|ed note|neg hcg|c/w|surg consulted|safety plan|"
        "passive si|repeat in|lap appendix|referral to radiology|seen in clinic|"
        "right-hand dominant|right hand dominant|last menstrual|gravida|vaginal delivery|apgar");
  t.add(kNote, 2,
        "anamnese:|befund:|diagnose:|therapie:|medikation:|procedere|z. n.|verlegt|entlassen|aufnahmegrund|"
        "motif d'hospitalisation|examen clinique|antécédents|traitement habituel|courrier de sortie|sous o2|sevré "
        "tabac|"
        "patient de|patiente de|exploración|motivo de consulta|antecedentes personales|juicio clínico|se activa "
        "código|"
        "redacta la nota|esame obiettivo|anamnesi|terapia in atto|exame físico|hipótese diagnóstica|queixa "
        "principal|"
        "badanie przedmiotowe|wywiad|zalecenia|lichamelijk onderzoek|voorgeschiedenis|жалобы "
        "на|объективно|назначено|"
        "anamnes|status:|ordination|sick note|krankschreibung|part-time return|return to work");
  t.add(
      kNote, 2,
      "no history of|denied any|stopped smoking|packs a day|one pack|two packs|does not smoke|range of "
      "motion|"
      "obvious deformity|no crepitation|urinary habits|changes in bowel|seen in our "
      "office|reevaluation|re-evaluation|"
      "established patient|in his chart|in her chart|comes in today|comes in with|is brought in|upper extremities|"
      "lower extremities|no headaches|no visual|no motor or sensory|y/o|rhf|rhm|lhf|basically unchanged|"
      "otherwise negative|otherwise well|mother died|father died|deceased from|siblings are healthy|"
      "had menarche|activity level|stress level|last seen|was last seen|being treated for|the patient says|"
      "the patient stopped|the patient was|the patient has|the patient had|the patient will|this patient");
  t.add(kWhat, 1,
        "abscesses|laceration|tingling|congestion|coughing|hyperlipidemia|hypothyroidism|neuroma|urinary|dyspnea|"
        "edema|"
        "menarche|paresthesias|febrile|swallowing|cabg|degenerative joint|tenderness|swellings|masses|muscle tone|"
        "crepitation|palpitation|arrhythmias|angioplasty|eczema|gemfibrozil|illicit substances|smokes|drinks "
        "alcohol");
  // Values that were measured on somebody.
  t.add(
      kNote, 2,
      "bp 8|bp 9|bp 1|hr 4|hr 5|hr 9|hr 1|rr 2|rr 3|sats 8|sats 9|spo2 8|spo2 9|temp 38|temp 39|temp 40|t 38|t 39|"
      "hb 5|hb 6|hb 7|hb 8|hb 9|wbc 0|wbc 1|wbc 2|plt 1|plt 2|plt 3|plt 4|crp 1|crp 2|crp 3|lactate 2|lactate 3|"
      "lactate 4|lactate 5|lactate 6|map 4|map 5|map 6|inr of|inr 1|inr 2|inr 3|inr 4|inr 5|hba1c 6|hba1c 7|hba1c "
      "8|"
      "hba1c 9|hba1c 1|a1c of|a1c 7|a1c 8|a1c 9|a1c 1|creatinine 1|creatinine 2|creatinine went|creatinine is|"
      "creatinine of|egfr 1|egfr 2|egfr 3|ferritin 1|ferritin 2|tsh 4|tsh 5|tsh 6|tsh 7|tsh 8|tsh 9|psa of|psa "
      "4|psa 5|"
      "glucose 2|glucose 3|troponin 0|troponin 1|gcs 1|gcs 3|gcs 7|gcs 8|ef 2|ef 3|ef 4|blutdruck 1|"
      "rr 1|tension 1|tensión 1|pressione 1|temperatur 38|temperatur 39|fieber 38|fieber 39|ттг |"
      "phq-9 score|gad-7 score|score 19",
      scan::Edge::Start);
  // What the reader is told of himself in a leaflet.
  t.add(kGeneral, 1,
        "your doctor|you may|you might|your child|your risk|your body|if you have|you should|your blood|your "
        "healthcare|"
        "healthcare provider|health care provider|doctors may|doctors use|doctor may|genetic counselor|genetics "
        "home|"
        "these resources|clinicaltrials|inherited|gene|genes|mutation|mutations|autosomal|incidence|most "
        "cases|affected|"
        "researchers|may be caused|signs and symptoms|complications of|who is at risk|how to prevent|how to "
        "diagnose");
}

// The same by stems, language by language: complaints, organs' diseases, treatments.
void add_stems_by_language(Topic& t) {
  t.add(
      kWhat, 1,
      "bandscheib|psychos|schmerz|fieber|husten|medikament|tablette|schwindel|übelkeit|narkose|hüftop|knieop|"
      "migräne|"
      "angststör|panikatt|entzünd|blutung|bluthoch|nierenst|leberw|lungen|herzf|gebärmutter|zyste|thrombos|"
      "impfreakt|"
      "autist|autism|douleur|fièvre|toux|médicament|comprimé|anesthés|glycém|vertige|nausé|saignem|fausse couche|"
      "accouch|avortement|anxiét|dépress|crise "
      "d'angoisse|orinar|próstata|tamsulos|fiebre|medicament|pastilla|riñon|"
      "hígado|mareo|náusea|sangr|aborto|ansiedad|depresi|ataque de pánico|hipertens|cadera|fémur|pillola|mal "
      "di|dolore al|"
      "dolori|febbre|farmac|anestesi|femore|sanguin|ansia|attacchi di panico|depress|emorrag|quebrou "
      "o|fêmur|cirurg|"
      "marca-passo|dores|febre|remédio|sangram|ansiedade|pânico|demencj|choro|leków|recept|operacj|ból|bólu|gardł|"
      "ciśnien|wątrob|płuc|astm|tabletk|lękow|samobój|medicatie|pijn|koorts|hoest|bloeddruk|zwanger|bevall|"
      "narcose|"
      "angstst|paniek|operatie aan|ulcerös|kolit|smärt|huvudvärk|blodtryck|ångest|gravid|narkos|smerte|"
      "hovedpine|hodepine|angst|kramper|kipu|kuumetta|lääke|leikkau|masennu|bademcik|boğaz|ağrı|ateşi|ilaç|"
      "ameliyat|"
      "kalp|böbrek|öksür|ishal|astım|depresyon|bolest|horečk|cukrovk|operac|rakovin|krevní|астм|приступ|ингалятор|"
      "болит|тошн|рвот|лекарств|лечени|анализ|сердц|почк|наркоз|сахар|депресс|панич|роды|кашель|гастрит|язв|грыж|"
      "сустав|артрит|ушиб|сотрясен|таблетк",
      scan::Edge::Start);
  t.add(
      kWhat, 1,
      "raka|rakiem|jelita|płytki|chemii|chemioterapi|инсульт|церебролиз|parkinson|fraktur|schenkelhals|antikoagul|"
      "gonarthr|tep gepl|endoprothe|divertik|hemicolect|resection|drain|tachy|faints|ferritin|infliximab|crohn|"
      "коленн|перелом|шейк|тромб|варикоз|щитовид|гипертон|гипотон|бронхит|пневмон|онко|метастаз|химио|облуч|ожог|"
      "травм|реанимац|капельниц|уколы|мигрен|бессонниц|тревожн|kronik|enfeks|kırık|felç|migren|nöbet|tiroid|"
      "lungeinflam|lunginflam|hjärtinf|hjerteinf|bröstc|brystc|knäop|hofteop|sukker|diabet|kolest|cholest|colest",
      scan::Edge::Start);
  t.add(kWhat, 1,
        "갑상선|수치가|처방받|임신|수술을|목소리|암 "
        "수술|전이|항암|방사선|リンパ節|転移|甲状腺|心臓|腎臓|肝臓|肺炎|胃潰瘍|产后|舍曲林|"
        "喂奶|甲状腺|心脏|肾衰|肺部|肝功能|大腿骨|麻酔|骨折|転んで|鎮痛|抗生|高熱|動悸|息切れ|湿疹|持病|服用|"
        "人工透析|障害者|精神科|心療内科|不妊|"
        "更年期|"
        "动不了|送医院|抽搐|昏迷|流产|剖腹产|结石|肾|肝硬化|胃出血|幻觉|精神分裂|双相|安眠药|化验|공황|발작|"
        "골절|마취|"
        "유산|우울|불면|혈당|고혈압|간염|천식|아토피|관절|디스크|암 진단|투약",
        scan::Edge::Any);
  t.add(
      kWhat, 1.5,
      "syncope|mobitz|colecisti|steatos|calcoli|gleason|epileptiform|sharp waves|ng "
      "tube|melaena|melena|ogd|bisoprolol|ticagrelor|unprotected sex|burns "
      "when|"
      "when i pee|gonorrhoea|gonorrhea|miscarriage|second miscarriage|chemo session|biopsy says|the biopsy|tube "
      "feeding|"
      "dialysis|seizure|overdosed|relapsed|has ms|have ms|has cancer|have cancer|has dementia|has epilepsy|has "
      "adhd|"
      "have adhd|is autistic|has autism|is schizophrenic|has hiv|have hiv|have herpes|has leukemia|has leukaemia");
  t.add(kNote, 2,
        "seen in ed|seen in a&e|ecg shows|ecg showed|ct shows|ct showed|mri shows|mri showed|x-ray "
        "shows|summarise for the gp|"
        "summarize for the gp|has type 1 diabetes|has type 2 diabetes|referto|befundbericht|wynik "
        "badania|protocole opératoire|"
        "informe médico|laudo|spiega al paziente|explica al paciente|für den patienten|nurse note|on-call "
        "informed|two units given|eeg report|impression:|temporal "
        "sharp|agitated|"
        "explain for the parents|explain to the parents|counsel the patient|client disclosed|detox "
        "referral|disclosed|"
        "told me in confidence|diagnostiqué|diagnostizierte|die diagnose|the doctors say|the doctor says|doctor "
        "said|"
        "my doctor says|der arzt sagt|die ärzte|le médecin dit|les médecins|el médico dice|los médicos|il medico "
        "dice|"
        "i medici|o médico disse|os médicos|lekarz mówi|lekarze|de arts zegt|de artsen|врач говорит|врачи|läkaren "
        "säger|"
        "doktor dedi|doktor diyor|surgery or radiation|wants to operate|wants to switch me|quiere operar|quer "
        "operar|"
        "vuole operare|veut opérer|will operieren");
  t.add(kNote, 2, "医者に|医師に|医師が|医生建议|医生让|의사가|병원에서", scan::Edge::Any);
  t.add(
      kWho, 2,
      "notre fils|notre fille|nos enfants|mes parents|unser kind|unsere eltern|meine eltern|mein schwiegervater|"
      "nuestro hijo|nuestra hija|mis padres|nostro figlio|nostra figlia|i miei genitori|nosso filho|nossa "
      "filha|babcia|"
      "dziadek|mojego syna|mojej córki|mojej mamy|mojego taty|u mojego syna|у моего|у моей|моему|моего сына|"
      "моей дочери|kızımın|oğlumun|annemin|babamın|eşimin|onze zoon|onze dochter|mijn partner|vår son|vår dotter|"
      "my employee|my boss|my student|my tenant|my co-worker|my coworker");
  t.add(
      kWho, 1,
      "ho|i had|i got|i feel|i'm taking|i take|prendo|tomo|nehme ich|tengo|tenho|jag fick|jag tar|mam|boli mnie");
}

void add_notes(Topic& t) {
  t.add(kNote, 4,
        "\ndoctor:|\npatient:|\nguest_family:|\ndr:|\nclinician:|\nnurse:|\narzt:|\nmédico:|"
        "\nmédecin:|\npaciente:|\npatient :",
        scan::Edge::Any);
  t.add(kNote, 3,
        "therapy notes|session notes|chart note|case notes|medical history|patient history|referral:|triage|chief "
        "complaint|history of present illness|discharge summary|past medical history|hpi:|pmh:|"
        "subjective:|objective:|assessment and plan|a/p:|review of systems|vital signs:|vitals:|"
        "progress note|operative report|pathology report|radiology report|tested positive for|mrn|"
        "medical record number|dental chart|patient record|soap note|clinic note|entlassbrief|"
        "arztbrief|befund|anamnese|compte rendu|compte-rendu opératoire|lettre de sortie|"
        "historia clínica|informe de alta|medication list|intake form|nursing note|referral letter|"
        "sick note|krankmeldung|arrêt maladie|lab results|impression:|findings:|rx:|dx:|icd-10|"
        "hospital course|cartella clinica|prontuário");
  t.add(kNote, 2,
        "presents with|presented with|presenting with|complains of|c/o|h/o|s/p|was admitted|"
        "admitted to|admitted with|admitted for|diagnosed with|was prescribed|"
        "is prescribed|started on|denies|follow-up appointment|status post|"
        "underwent|scheduled for surgery|in remission|relapsed|is taking|stellt sich vor|aufgenommen|"
        "entlassen|hospitalisé|hospitalisée|ingresado|ingresada|ingresó|internado|ricoverato|"
        "ricoverata|sick leave|on leave for|medical leave|positive for|cleared to return|née le|né le");
  t.add(kNote, 3, "主诉|现病史|既往史|诊断|入院|出院|処方|診断|진단|入院记录", scan::Edge::Any);
}

// The same in other languages of Europe, where the tables above lack a word.
void add_european(Topic& t) {
  t.add(kWho, 1.5,
        "der patient|die patientin|le patient|la patiente|el paciente|la paciente|il paziente|la paziente|"
        "o paciente|a paciente|de patiënt|patienten|klient|klientin|meine oma|mein opa|meine freundin|"
        "ma grand-mère|mi abuela|mi novia|minha esposa|mia moglie|mijn moeder|mijn vrouw|moja mama");
  t.add(kNote, 2,
        "klagt über|verdacht auf|zustand nach|wurde operiert|überwiesen|verordnet|krankgeschrieben|bekommt|"
        "souffre de|se plaint de|sous traitement|opéré|opérée|antécédents|ordonnance|arrêt de travail|"
        "presenta|refiere|padece|antecedentes|baja médica|receta|operado|operada|apresenta|sofre de|"
        "receitado|lamenta|soffre di|ricetta|klaagt over|opgenomen|leczony|cierpi na|жалуется "
        "на|поступил|поступила");
  t.add(kWhat, 1,
        "panic attack|panic attacks|panic disorder|ocd|eating disorder|herniated|herniated disc"
        "|slipped disc|meniscus|hip replacement|knee replacement|pacemaker|catheter|hiv positive"
        "|hiv-positive|viral load|cd4|malignant|stage ii|stage iii|stage iv|hospice|palliative"
        "|exacerbation|exacerbations|dm2|t2dm|htn|chf|ckd|gerd|copd exacerbation|blood clot|lungs"
        "|heart condition|heart disease|abdomen|belly|miscarried|labour pains|contractions|c-section"
        "|caesarean|sleep apnea|apnoea|celiac|coeliac|lactose intolerance|down syndrome|cerebral palsy"
        "|cystic fibrosis|sickle cell|haemophilia|hemophilia|meningitis|measles|chickenpox|shingles"
        "|malaria|dengue|fractures|amputation|paralysed|paralyzed|wheelchair");
  t.add(kWhat, 1,
        "schwindel|übelkeit|erbrechen|kopfschmerzen|bauchschmerzen|rückenschmerzen|husten|atemnot"
        "|ausschlag|entzündung|schwanger|schwangerschaft|fehlgeburt|diabetiker|tabletten|antibiotikum"
        "|medikament|medikamente|impfung|blutung|knochenbruch|tumor|metastasen|chemotherapie"
        "|angststörung|burn-out|suizid|insulinpflichtig|schilddrüse|gastritis|nausées|vomissements"
        "|vertiges|toux|migraine|asthme|avc|infarctus|dépression|tentative de suicide|anxiété"
        "|comprimés|antibiotiques|vaccin|césarienne|thyroïde|mareos|náuseas|vómitos|dolor de cabeza"
        "|dolor de pecho|asma|embarazo|depresión|ansiedad|infarto|ictus|cáncer|pastillas|antibiótico"
        "|cirugía|tiroides|tontura|enjoo|tosse|gravidez|grávida|depressão|ansiedade|cirurgia"
        "|pressão alta|nausea|vomito|vertigini|mal di testa|gravidanza|depressione|chirurgia|pressione"
        "|duizelig|misselijk|hoesten|koorts|zwanger|depressie|kanker|ból głowy|kaszel|ciąża|depresja"
        "|кашель|боль|рак|депрессия|беременность");
}

void add_conditions(Topic& t) {
  t.add(kWhat, 1,
        "diabetes|diabetic|hypertension|cancer|carcinoma|tumour|lymphoma|leukemia|leukaemia|melanoma"
        "|chemotherapy|chemo|radiotherapy|metastasis|metastatic|asthma|copd|pneumonia|bronchitis"
        "|hepatitis|hepatitis c|hepatitis b|hiv|chlamydia|syphilis|herpes|tuberculosis|covid|influenza"
        "|sepsis|stroke|infarct|myocardial infarction|heart attack|heart failure|angina|arrhythmia"
        "|atrial fibrillation|tachycardia|bradycardia|epilepsy|seizure|seizures|migraines|parkinson's"
        "|alzheimer's|dementia|multiple sclerosis|depression|bipolar|schizophrenia|ptsd|adhd|autism"
        "|anxiety|suicidal|suicidal ideation|self-harm|overdose|alcoholism|anorexia|bulimia|arthritis"
        "|osteoporosis|fracture|fractured|stenosis|ulcer|crohn's|colitis|cirrhosis|pancreatitis"
        "|appendicitis|kidney stones|renal failure|dialysis|thyroid|hypothyroidism|anemia|anaemia"
        "|thrombosis|embolism|eczema|psoriasis|inflammation|otitis|caries|root canal|gingivitis"
        "|miscarriage|pregnancy|pregnant|preeclampsia|endometriosis|pcos|menopause|infertility|ivf"
        "|abortion|std test|nosebleeds|nosebleed|vomiting|nauseous|nauseated|diarrhea|fever|chills"
        "|dizzy|dizziness|lightheadedness|lightheaded|vertigo|chest pain|shortness of breath"
        "|breathlessness|headache|headaches|back pain|abdominal pain|stomach pain|joint pain|numbness"
        "|swollen|palpitations|fatigue|insomnia|cough|sore throat|allergy|allergies|anaphylaxis"
        "|hallucinations|ovaries|uterus|cervix|hearing loss|concussion|burnout|obesity|lupus"
        "|fibromyalgia|gout|sciatica|glaucoma|cataract|covid-19|long covid|addiction|rehab");
  t.add(kWhat, 1,
        "zuckerkrankheit|bluthochdruck|krebs|herzinfarkt|schlaganfall|lungenentzündung|fraktur"
        "|schmerzen|fieber|depressionen|blutdruck|fracture du col|fémur|fièvre|douleur|douleurs"
        "|diabète|hypertension artérielle|tumeur|chimiothérapie|grossesse|enceinte|allaitement"
        "|traitement|prothèse|pth|fiebre|dolor|embarazada|quimioterapia|tratamiento|diagnóstico"
        "|alergia|hipertensión|febre|câncer|febbre|dolore|incinta|gorączka|nadciśnienie|диабет"
        "|гипертония|диагноз|температура|инфаркт");
  t.add(kWhat, 1.5,
        "甲状腺|结节|体检|检查发现|症状|心脏病|中风|骨折|发热|呕吐|药物|服用|艾滋|hiv阳性|糖尿病|高血压|癌|肿瘤|"
        "发烧|头痛|手术|过敏|化疗|血压|怀孕|抑郁|肺炎|胸痛"
        "|咳嗽|がん|高血圧|암|당뇨",
        scan::Edge::Any);
}

void add_care(Topic& t) {
  t.add(kWhat, 1,
        "warfarin|aspirin|ibuprofen|paracetamol|acetaminophen|metformin|insulin|lisinopril"
        "|atorvastatin|simvastatin|amlodipine|metoprolol|ramipril|losartan|omeprazole|sertraline"
        "|fluoxetine|citalopram|escitalopram|venlafaxine|lithium|quetiapine|olanzapine|risperidone"
        "|diazepam|lorazepam|alprazolam|xanax|prozac|zoloft|ritalin|adderall|methylphenidate"
        "|amoxicillin|penicillin|azithromycin|ciprofloxacin|doxycycline|antibiotic|antibiotics"
        "|prednisone|prednisolone|dexamethasone|albuterol|salbutamol|levothyroxine|gabapentin|tramadol"
        "|codeine|tylenol|morphine|oxycodone|fentanyl|methadone|heparin|apixaban|rivaroxaban"
        "|clopidogrel|furosemide|hydrochlorothiazide|tamoxifen|methotrexate|statin|statins"
        "|antidepressant|antidepressants|ssri|opioid|opioids|contraceptive|ozempic|semaglutide|humira"
        "|adalimumab|truvada|antiretroviral|inhaler|b.i.d.|q.d.|medication|medications|prescription"
        "|inr|hba1c|a1c|creatinine|egfr|hemoglobin|haemoglobin|wbc|platelets|cholesterol|troponin"
        "|blood pressure|heart rate|spo2|o2 sat|blood sugar|glucose|blood test|biopsy|mri|ct scan"
        "|x-ray|xray|ultrasound|ekg|ecg|e k g|colonoscopy|endoscopy|mammogram|surgery|surgeries"
        "|transplant|icu|emergency room|oncology|oncologist|cardiology|cardiologist|psychiatrist"
        "|neurologist|physiotherapy|vaccine|vaccinated|diagnosed|prognosis|white blood cell"
        "|sinus tachycardia|cervical|lumbar|bilateral|ibuprofeno|metformina|paracétamol|doliprane"
        "|ibuprofène|insulina|insuline|blutwerte|mrt|krankenhaus|hôpital|rendez-vous médical");
  t.add(kWhat, 1.5, "mg|mcg|mmhg|bpm|mg/dl|mmol/l|ml|µg|mg/day|ng/ml|g/dl|°c", scan::Edge::AfterDigit);
}

void add_ambiguous(Topic& t) {
  t.add(kMaybe, 1,
        "aids|allergie|ansia|benign|bid|bleeding|bp|bypass|cad|coma|condition|crp|diagnose|diagnosi|diagnosis|"
        "diagnostic|disc|disease|dor|dosage|dose|epidural|er|hernia|hip|hospital|ibs|illness|infected|infection|"
        "iu|iv|kidney|knee|ligament|liver|lump|lung|operation|p.o.|periods|prn|psa|qd|rak|rash|recovery|"
        "rehabilitation|relapse|sick|spine|sprain|std|stent|sti|swelling|symptom|symptoms|tablet|tablets|tension|"
        "therapie|therapy|tid|torn|tos|treatment|tsh|unconscious|units|uti|ward|withdrawal");
}

// Beginnings of words that the languages of Europe share, so that one entry stands for all their endings.
void add_stems(Topic& t) {
  t.add(
      kWhat, 1,
      "diabet|hepatit|pneumon|bronchit|bronquit|epileps|leukäm|leucémi|leucemi|karzinom|carcinom|metasta|métasta|"
      "melanom|lymphom|linfom|biops|radiother|radioter|chemother|chemio|chimio|quimio|kemoter|cytosta|dialys|"
      "dialis|"
      "hämodial|antibiot|hyperton|hipertens|ipertens|nadciśn|infarkt|infarct|infart|apople|asthm|astma|demenz|"
      "demenc|"
      "demenza|démence|alzheimer|parkinson|skleros|sclérose|esclerosis|schizo|esquizo|psychos|psicosi|psychiat|"
      "psiquiat|"
      "psichiat|onkolog|oncolog|cardiolog|kardiolog|neurolog|gynäko|gyneco|thrombo|trombo|anäm|anémi|anemi|oedem|"
      "ödem|"
      "fibrill|fibril|stenos|estenos|fraktur|frattur|fratur|złaman|zakaże|zapalen|niewydoln|duszno|gorączk|"
      "nowotwor|"
      "hospitali|ospedal|ricover|ingresad|internad|opgenomen|opname|krankenhaus|szpital|nemocnic|больниц|госпитал|"
      "опухол|перелом|инсульт|диабет|склероз|давлени|температур|интерферон|инсулин|химиотерап|таблет|укол|"
      "антибиот|"
      "беремен|аллерг|операц|онколог|лейкоз|hjerte|hjärt|kræft|kreft|cancer|feber|yskä|kuume|syöpä|syöv|verenpai|"
      "kanser|"
      "tümör|ameliyat|hamile|şeker "
      "hast|tansiyon|ilaç|rákos|cukorbet|rakovin|těhoten|zánět|eclampsi|eklampsi|präeklamp|"
      "pre-eclamp|vergiftung|überdosis|sepsi|mamma-ca|mammakarz|ablati|laparosk|laparosc|cholecyst|appendic|"
      "blinddarm|"
      "kaiserschnitt|cesáre|cesare|cesarean|embaraz|gravid|incinta|enceinte|schwanger|zwanger|ciąż|migrän|"
      "emicrani|"
      "migrañ|allergisch|allergiqu|alergi|vomit|erbrech|vymiot|hemipar|hémipar|ictus|paralys|lähm|kolosk|colonosc|"
      "gastrosk|endosk|suizid|suicid|trauma-|anorex|bulim|burnout|burn-out|endometri|fibromyal|pancreat|pankreat|"
      "cirrho|zirrhose|cirros|herz-|herzins|cardiopat|arritm|arrhythm|vorhofflimmern|nierenins|insuffisance|"
      "insuficiencia|insufficienza|insuficiênc|reumat|rheuma|osteopor|tuberkul|tuberculo",
      scan::Edge::Start);
  t.add(
      kWhat, 1.5,
      "metform|furosemid|amoxicil|ibuprof|paracetam|insulin|warfarin|héparin|heparin|enoxap|sertralin|fluoxet|"
      "escitalop|venlafax|levothyrox|levotirox|prednis|ramipril|bisoprol|amlodip|atorvast|simvast|pantopraz|"
      "omepraz|"
      "clopidog|ondansetr|valpro|lamotrig|levetirac|quetiap|olanzap|risperid|lorazep|diazep|tramadol|morphin|"
      "morfin|"
      "oxycod|fentanyl|tamoxif|pembroliz|nivolumab|rituxim|trastuz|methotrex|metotrex|ceftriax|ciproflox|azithro|"
      "azitro|clarithro|dexameth|dexamet|hydrocort|salbutam|budeson|spironol|torasem|candesart|losartan|valsart|"
      "apixab|rivarox|semaglut|ozempic|mirtazap|citalop|duloxet|gabapent|pregabal|methylphen|metilfen|interferon|"
      "levodop|donepez|allopurin|alopurin|bevaciz|cisplat|carboplat|doxorub|paclitax",
      scan::Edge::Start);
  t.add(kWhat, 1.5,
        "乳腺癌|血糖|二甲双胍|透析|白血病|住院|确诊|复查|靶向|胰岛素|癫痫|心梗|脑梗|抑郁症|认知症|认知障碍|服药|"
        "药片|"
        "カリウム|インスリン|抗生物質|腫瘍|手術|血圧|うつ病|認知症|発熱|熱が|喘息|てんかん|脳梗塞|心筋梗塞|妊娠|"
        "乳がん|"
        "抗がん剤|錠を|通院|항암|수술|혈압|치매|우울증|임신|골절|고열|투석|입원|폐렴|뇌졸중|심근경색|처방|약을 "
        "먹|복용|"
        "كسر|السكري|سرطان|ضغط الدم|عملية جراحية|كيماوي|حمى|दवा|बुखार|कैंसर|मधुमेह|रक्तचाप|ऑपरेशन|סוכרת|סרטן|לחץ דם|ניתוח|"
        "חום גבוה|כימותרפיה",
        scan::Edge::Any);
}

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

void add_more_notes(Topic& t) {
  t.add(kNote, 3,
        "\"resourcetype\":\"observation\"|\"resourcetype\": "
        "\"observation\"|\"resourcetype\":\"condition\"|\"resourcetype\": "
        "\"condition\"|\"resourcetype\":\"patient\"|\"resourcetype\": "
        "\"patient\"|\"resourcetype\":\"medicationrequest\"|\"resourcetype\": "
        "\"medicationrequest\"|\"resourcetype\":\"encounter\"|\"resourcetype\":\"diagnosticreport\"",
        scan::Edge::Any);
  t.add(kNote, 3,
        "operative note|op note|ward round|under ga|pathology:|ultrasound report|mri report|ct report|echo "
        "report|discharge letter|epikrise|przyjęty z powodu|przyjęta z powodu|karta informacyjna|wypis ze "
        "szpitala|выписной эпикриз|анамнез|lettera di dimissione|carta de alta|nota de "
        "evolución|overdracht|ontslagbrief|epikriz|utskrivningsanteckning");
  t.add(
      kNote, 2,
      "came back positive|test was positive|tested positive|tested negative|signed off for|off sick|on sick leave|"
      "called in sick|day clinic|intensive care|second cycle|first cycle|cycle of|post-op|postop|post-induction|"
      "stage 1|stage 2|stage 3|stage 4|stage iii|cxr|hpi|pmh|nkda|o/e|on examination|ebl|presents w/|presenting "
      "w/|"
      "hb|plt|spo2|sats|ecog|tnm|g2p1|hospitalised|hospitalized|was rushed to|wurde aufgenommen|"
      "diagnostiziert|wurde diagnostiziert|diagnostiquée|diagnostiqué|diagnosticada|diagnosticado|diagnosticaron|"
      "diagnosticato|diagnosticata|hanno diagnosticato|zdiagnozowano|rozpoznanie|rozpoznano|przyjęty|przyjęta|"
      "diagnostizierten|diagnosticeerd|gediagnosticeerd|vastgesteld|verdenking|ter observatie|диагностировали|"
      "назначили|диагноз|выписали|teşhisi|tanısı|tanı|diagnosoitiin|diagnostiserades|diagnosticerades|inlagd|"
      "indlagt|"
      "innlagt|hospitalizado|hospitalizada|krankschreibung|krankenstand|en arrêt|de baja|in malattia|z.n.|v.a.|"
      "st.p.|zust. n.");
  t.add(kNote, 2, "确诊|住院|术后|入院を|診断され|と診断|진단받|진단을|입원", scan::Edge::Any);
}

// What is said in a consultation, without names before the lines: a doctor's questions, what he does and advises.
void add_consultations(Topic& t) {
  t.add(kNote, 2.5,
        "[doctor]|[patient]|[nurse]|[clinician]|[physician]|[therapist]|[arzt]|[patientin]|[médecin]|[médico]|"
        "[paciente]|[medico]|[paziente]|[guest_family]",
        scan::Edge::Any);
  t.add(
      kNote, 2,
      "any chest pain|any shortness of breath|any fever|any fevers|any nausea|any vomiting|any numbness|"
      "any allergies to|allergic to any|any medical history|any medical conditions|any past medical|"
      "any history of|any surgeries|any changes in appetite|any change in appetite|any change in bowel|"
      "any blood in|any weight loss|any night sweats|any trouble breathing|any problems sleeping|"
      "how long have you had|when did it start|when did the pain|where is the pain|where does it hurt|"
      "does it hurt when|does that hurt|when i press|when i push|take a deep breath|let me examine|"
      "i'm going to examine|let's examine|let me take a look at your|on your exam|on examination of your|"
      "are you taking any|what medications|on any medications|regular medications|"
      "i've prescribed|i'm going to prescribe|i'll prescribe|i will prescribe|refill of|refills of|"
      "out of ten|scale of one to ten|looking at your x-ray|your x-ray|your mri|your blood work|your lab results|"
      "conservative management|painkillers help|pain level|follow-up visit");
  t.add(
      kNote, 1,
      "do you smoke|do you drink alcohol|smoke cigarettes|packs a day|recreational drugs|family doctor|"
      "how are you feeling today|what brings you in|your symptoms|your medical history|your pain|your breathing");
  t.add(kWho, 2,
        "i have been experiencing|i've been experiencing|i am experiencing|i'm experiencing|i have been having|"
        "i've been having|i have been feeling|i've been feeling|wrong with me|i have been suffering|"
        "i've been suffering|i was admitted|i had surgery|i had an operation");
  t.add(kWhat, 1,
        "stiffness|itchy|itch|weakness|discharge|menstruation|menstrual|involuntary movements|muscle pain|"
        "muscle pains|facial pain|leg pain|ear pain|neck pain|knee pain|shoulder pain|pelvic pain|hip pain|"
        "eye pain|chest tightness|difficulty breathing|trouble sleeping|nasal congestion|urination|spasm|spasms|"
        "paralysis|paresthesia|hoarse|hoarseness|pimples|lesion|lesions|sweating|cramp|lump|seizure|ibuprofen|"
        "antihistamine|antihistamines|antihypertensive|dioralyte|appetite|bowels|bowel movements|nosebleed");
}

// The notes of practices, and what was done and seen in an operation: in the past, of one body. Lessons say how it
// is done.
void add_procedures(Topic& t) {
  t.add(kNote, 2,
        "worsening sx|safety netted|safety net|safety-netted|to call back if|nil radiation|opening bowels|hx of|"
        "was incised|were incised|was dissected|were dissected|was ligated|were ligated|was excised|were excised|"
        "hemostasis was|haemostasis was|was irrigated|was cannulated|was catheterised|was catheterized|"
        "was sutured|were sutured|was debrided|was cauterized|was cauterised|was intubated|was transfused|"
        "was curetted|was anastomosed|was biopsied|was aspirated|was resected|was clamped|"
        "bovie|vicryl|prolene|electrocautery|the patient tolerated|patient tolerated|recovery room|"
        "foley catheter|estimated blood|sterile drapes|preoperative diagnosis|postoperative diagnosis|"
        "was taken to the operating|brought to the operating|cc of blood");
  t.add(kWhat, 1,
        "hemostasis|haemostasis|fascia|mucosa|peritoneum|umbilicus|subcutaneous|suture|sutures|tourniquet|"
        "guidewire|speculum|curette|prostatectomy|regurgitation|hypertrophy|atrial|ventricular|"
        "effusion|obstruction|hydronephrosis|malleolus|tympanic|oropharynx|turbinate");
  t.add(
      kNote, 2,
      "se practicó|se objetivó|se objetiva|se apreció|se evidenció|se apreciaba|a la exploración|"
      "exploración física|fue intervenido|fue intervenida|intervención quirúrgica|durante su ingreso|a su ingreso|"
      "al ingreso|al alta|se inició tratamiento|se inicia tratamiento|es derivado|es derivada|se derivó|"
      "anatomía patológica|estudio histológico|el postoperatorio|postoperatorio inmediato|seguimiento en "
      "consultas|"
      "l'examen clinique|à l'examen|l'évolution a été|l'évolution était|suites opératoires|à l'admission|"
      "a objectivé|avait objectivé|montrait|l'irm a|l'échographie a|l'échographie montre|le scanner a|"
      "la biopsie a|le bilan biologique|histoire de la maladie|sans antécédents|patiente âgée|patient âgé|"
      "veniva sottoposto|veniva sottoposta|è stato sottoposto|è stata sottoposta|esame obiettivo|alla dimissione|"
      "decorso post-operatorio|decorso postoperatorio|giungeva alla nostra|veniva ricoverato|veniva ricoverata|"
      "foi submetido|foi submetida|ao exame físico|evoluiu com|deu entrada|alta hospitalar|"
      "es zeigte sich|zeigte sich ein|zeigte sich eine|postoperativer verlauf|bei aufnahme|stationäre aufnahme|"
      "werd opgenomen|bij lichamelijk onderzoek|w badaniu przedmiotowym|wypisano do domu");
  t.add(kWho, 2, "我宝宝|我的宝宝|我家宝宝|我家小孩|我爸|本人患|本人有|我的检查|我老爸|我公公|我婆婆|我姥姥",
        scan::Edge::Any);
  t.add(kWhat, 1,
        "乙肝|大三阳|小三阳|转氨酶|两对半|胃病|胃胀|胃痛|恶心|支气管炎|感冒|头晕|胸闷|口吐白沫|四肢抽搐|化验|大便|"
        "腹痛|肝功能",
        scan::Edge::Any);
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
