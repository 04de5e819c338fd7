// How records are written: what doctors ask, examine, do and note, which articles do not say so.
#include "sense/detect/topic/health_words.h"

namespace sluice::sense::detect::health {

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

}  // namespace sluice::sense::detect::health
