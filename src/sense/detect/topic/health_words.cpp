// What is clinical: complaints, diseases, drugs, treatments and those who treat, in the languages that users
// write.
#include "sense/detect/topic/health_words.h"

namespace sluice::sense::detect::health {

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
      "mounjaro|entresto|keytruda|herceptin|prolia|accutane|viagra|cialis|biktarvy|paxlovid|tamiflu|"
      "adenopathy|lymphadenopathy|petechiae|ulcerations|axillae|axillary|flank pain|ureteral|ureter|cephalosporin|"
      "cephalosporins|c. difficile|c. diff|oedema|rhonchi|tonsillectomy|can't breathe|can not breathe|cannot "
      "breathe|"
      "weeks to live|months to live|new heart|new kidney|new liver|lost her sight|lost his sight|lost my sight");
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

}  // namespace sluice::sense::detect::health
