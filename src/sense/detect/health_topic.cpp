// Health: information on one patient, named or not. Medical words alone are an encyclopaedia; with someone who has
// them they are a record. Groups: who (individual), what (clinical), how written (notes, dialogue), and against
// (general explanations).
#include <algorithm>

#include "sense/detect/detectors.h"
#include "sense/detect/topic.h"

namespace sluice::sense::detect {
namespace {

constexpr int kWho = 0, kWhat = 1, kNote = 2, kGeneral = 3;

double decide(const Sums& s) {
  const double who = s[kWho], what = s[kWhat], note = s[kNote];
  if (note >= 4 && what + who >= 1) return 0.9;  // the layout of a record or a consultation
  if (who + note < 1 || what + note < 2) return 0;
  const double score = std::min(who, 4.0) + std::min(what, 6.0) + note - 1.5 * s[kGeneral];
  if (score < 3.5) return 0;
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
  t.add(kWho, 1.5,
        "year-old|-year-old|-jährige|-jähriger|year old|jährige patientin|jähriger patient|ans|"
        "años de edad|jaar oud",
        scan::Edge::AfterDigit);
  t.add(kWho, 1.5,
        "mr|mr.|mrs|mrs.|ms.|miss|mme|monsieur|madame|herr|frau|señor|señora|sig.|sr.|sra.|г-н|г-жа|mlle");
  t.add(kWho, 1,
        "patient|pt|pt.|my|she|he|i have|i am|i'm|i've|her|his|elle|il|"
        "sie hat|er hat|ich habe|j'ai|tengo|paciente|paziente|pasient|pacjent|пациент|у меня|client");
  t.add(kWho, 2, "患者|病人|岁，|，女，|，男，|家属|我妈|我爸|我儿子|我女儿|母亲|父亲|先生|女士|환자|मरीज",
        scan::Edge::Any);
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
        "sick note|krankmeldung|arrêt maladie|lab results|impression:|findings:|rx:|dx:|icd-10|icd|"
        "hospital course|cartella clinica|prontuário");
  t.add(kNote, 2,
        "presents with|presented with|presenting with|complains of|c/o|h/o|s/p|was admitted|"
        "admitted to|admitted with|admitted for|discharged|diagnosed with|was prescribed|"
        "is prescribed|prescribed|started on|denies|follow-up appointment|status post|referred to|"
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
        "panic attack|panic attacks|panic disorder|ocd|eating disorder|relapse|herniated|herniated "
        "disc|disc|slipped disc|"
        "torn|ligament|sprain|meniscus|hip replacement|knee replacement|pacemaker|stent|bypass|catheter|hiv "
        "positive|"
        "hiv-positive|viral load|cd4|malignant|stage ii|stage iii|stage "
        "iv|hospice|palliative|exacerbation|exacerbations|"
        "dm2|t2dm|htn|cad|chf|ckd|gerd|uti|copd exacerbation|blood clot|kidney|liver|lungs|lung|heart condition|"
        "heart disease|spine|abdomen|belly|sick|illness|disease|condition|miscarried|labour "
        "pains|contractions|epidural|"
        "c-section|caesarean|sleep apnea|apnoea|celiac|coeliac|lactose intolerance|down syndrome|cerebral palsy|"
        "cystic fibrosis|sickle cell|haemophilia|hemophilia|meningitis|measles|chickenpox|shingles|malaria|dengue|"
        "hip|knee|fractures|amputation|paralysed|paralyzed|wheelchair|coma|unconscious|recovery|rehabilitation|"
        "therapy");
  t.add(kWhat, 1,
        "schwindel|übelkeit|erbrechen|kopfschmerzen|bauchschmerzen|rückenschmerzen|husten|atemnot|ausschlag|"
        "entzündung|schwanger|schwangerschaft|fehlgeburt|diabetiker|tabletten|antibiotikum|medikament|"
        "medikamente|impfung|blutung|knochenbruch|tumor|metastasen|chemotherapie|angststörung|burn-out|"
        "suizid|insulinpflichtig|schilddrüse|gastritis|nausées|vomissements|vertiges|toux|migraine|asthme|"
        "avc|infarctus|dépression|tentative de suicide|anxiété|comprimés|antibiotiques|vaccin|tension|"
        "césarienne|thyroïde|mareos|náuseas|vómitos|dolor de cabeza|dolor de pecho|tos|asma|embarazo|"
        "depresión|ansiedad|infarto|ictus|cáncer|tumor|pastillas|antibiótico|cirugía|tiroides|tontura|"
        "enjoo|tosse|gravidez|grávida|depressão|ansiedade|cirurgia|pressão alta|nausea|vomito|vertigini|"
        "mal di testa|gravidanza|ansia|depressione|chirurgia|pressione|duizelig|misselijk|hoesten|koorts|"
        "zwanger|depressie|kanker|ból głowy|kaszel|ciąża|depresja|rak|кашель|боль|рак|депрессия|беременность");
}

void add_conditions(Topic& t) {
  t.add(kWhat, 1,
        "diabetes|diabetic|hypertension|cancer|carcinoma|tumor|tumour|lymphoma|leukemia|leukaemia|"
        "melanoma|chemotherapy|chemo|radiotherapy|metastasis|metastatic|asthma|copd|pneumonia|"
        "bronchitis|hepatitis|hepatitis c|hepatitis b|hiv|aids|std|sti|chlamydia|syphilis|herpes|"
        "tuberculosis|covid|influenza|sepsis|stroke|infarct|myocardial infarction|heart attack|"
        "heart failure|angina|arrhythmia|atrial fibrillation|tachycardia|bradycardia|epilepsy|"
        "seizure|seizures|migraine|migraines|parkinson's|alzheimer's|dementia|multiple sclerosis|"
        "depression|bipolar|schizophrenia|ptsd|adhd|autism|anxiety|suicidal|suicidal ideation|"
        "self-harm|overdose|alcoholism|withdrawal|anorexia|bulimia|arthritis|osteoporosis|fracture|"
        "fractured|stenosis|hernia|ulcer|gastritis|crohn's|colitis|ibs|cirrhosis|pancreatitis|"
        "appendicitis|kidney stones|renal failure|dialysis|thyroid|hypothyroidism|anemia|anaemia|"
        "thrombosis|embolism|eczema|psoriasis|rash|infection|infected|inflammation|otitis|caries|"
        "root canal|gingivitis|miscarriage|pregnancy|pregnant|preeclampsia|endometriosis|pcos|"
        "menopause|infertility|ivf|abortion|std test|nosebleeds|nosebleed|bleeding|vomiting|nausea|"
        "nauseous|nauseated|diarrhea|fever|chills|dizzy|dizziness|lightheadedness|lightheaded|"
        "vertigo|chest pain|shortness of breath|breathlessness|headache|headaches|back pain|"
        "abdominal pain|stomach pain|joint pain|numbness|swelling|swollen|palpitations|fatigue|"
        "insomnia|cough|sore throat|lump|allergy|allergies|anaphylaxis|hallucinations|periods|"
        "ovaries|uterus|cervix|hearing loss|concussion|burnout|obesity|lupus|fibromyalgia|gout|"
        "sciatica|glaucoma|cataract|covid-19|long covid|addiction|rehab");
  t.add(kWhat, 1,
        "zuckerkrankheit|bluthochdruck|krebs|herzinfarkt|schlaganfall|lungenentzündung|fraktur|"
        "schmerzen|fieber|allergie|operation|depressionen|diagnose|blutdruck|therapie|"
        "fracture du col|fémur|fièvre|douleur|douleurs|diabète|hypertension artérielle|tumeur|"
        "chimiothérapie|grossesse|enceinte|allaitement|diagnostic|traitement|prothèse|pth|fiebre|"
        "dolor|embarazada|quimioterapia|tratamiento|diagnóstico|alergia|hipertensión|febre|dor|"
        "gravidez|câncer|febbre|dolore|incinta|diagnosi|gorączka|nadciśnienie|диабет|гипертония|"
        "диагноз|температура|инфаркт");
  t.add(kWhat, 1.5,
        "甲状腺|结节|体检|检查发现|症状|心脏病|中风|骨折|发热|呕吐|药物|服用|艾滋|hiv阳性|糖尿病|高血压|癌|肿瘤|"
        "发烧|头痛|手术|过敏|化疗|血压|怀孕|抑郁|肺炎|胸痛|咳嗽|がん|高血圧|암|당뇨",
        scan::Edge::Any);
}

void add_care(Topic& t) {
  t.add(kWhat, 1,
        "warfarin|aspirin|ibuprofen|paracetamol|acetaminophen|metformin|insulin|lisinopril|"
        "atorvastatin|simvastatin|amlodipine|metoprolol|ramipril|losartan|omeprazole|sertraline|"
        "fluoxetine|citalopram|escitalopram|venlafaxine|lithium|quetiapine|olanzapine|risperidone|"
        "diazepam|lorazepam|alprazolam|xanax|prozac|zoloft|ritalin|adderall|methylphenidate|"
        "amoxicillin|penicillin|azithromycin|ciprofloxacin|doxycycline|antibiotic|antibiotics|"
        "prednisone|prednisolone|dexamethasone|albuterol|salbutamol|levothyroxine|gabapentin|"
        "tramadol|codeine|tylenol|morphine|oxycodone|fentanyl|methadone|heparin|apixaban|rivaroxaban|"
        "clopidogrel|furosemide|hydrochlorothiazide|tamoxifen|methotrexate|statin|statins|"
        "antidepressant|antidepressants|ssri|opioid|opioids|contraceptive|ozempic|semaglutide|humira|"
        "adalimumab|truvada|antiretroviral|tablet|tablets|dose|dosage|inhaler|iv|p.o.|bid|tid|qd|"
        "b.i.d.|prn|q.d.|medication|medications|prescription|inr|hba1c|a1c|creatinine|egfr|"
        "hemoglobin|haemoglobin|wbc|platelets|cholesterol|ldl|troponin|crp|psa|tsh|bp|blood pressure|"
        "heart rate|spo2|o2 sat|blood sugar|glucose|blood test|biopsy|mri|ct scan|x-ray|xray|"
        "ultrasound|ekg|ecg|e k g|colonoscopy|endoscopy|mammogram|surgery|surgeries|operation|"
        "transplant|icu|hospital|er|emergency room|ward|oncology|oncologist|cardiology|cardiologist|"
        "psychiatrist|neurologist|physiotherapy|vaccine|vaccinated|symptom|symptoms|diagnosis|"
        "diagnosed|prognosis|treatment|therapy|white blood cell|sinus tachycardia|cervical|lumbar|"
        "bilateral|malignant|benign|ibuprofeno|metformina|paracétamol|doliprane|ibuprofène|insulina|"
        "insuline|blutwerte|mrt|krankenhaus|hôpital|rendez-vous médical");
  t.add(kWhat, 1.5, "mg|mcg|mmhg|bpm|mg/dl|mmol/l|ml|µg|units|mg/day|ng/ml|g/dl|°c|iu", scan::Edge::AfterDigit);
}

}  // namespace

Made make_health_topic(scan::PhraseSet& set) {
  Topic::Definition d{"health", scan::Kind::HealthTopic, decide};
  d.name_group = kWho;
  auto topic = std::make_unique<Topic>(set, d);
  add_people(*topic);
  add_notes(*topic);
  add_european(*topic);
  add_conditions(*topic);
  add_care(*topic);
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
