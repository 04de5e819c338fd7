// Business: company matters that are marked confidential or plainly internal, network configuration and security
// logs. Restricted: insider, classified, sealed, genetic, biometric and whistle-blower material.
#include <algorithm>

#include "sense/detect/topic/detectors.h"
#include "sense/detect/topic/topic.h"

namespace sluice::sense::detect {
namespace {

constexpr int kMarking = 0, kInternal = 1, kOwner = 2, kNetwork = 3, kGeneral = 4, kGenetic = 5;
constexpr int kTold = 6;         // news and plots (see add_reporting)
constexpr int kNetworkWord = 5;  // in the business topic; genetics is a matter of the restricted one

double decide_business(const Sums& s) {
  if (s[kMarking] >= 3 && (s[kGeneral] < 1 || (s[kGeneral] < 2 && s[kInternal] + s[kOwner] >= 2))) return 0.85;
  if (s[kNetwork] >= 1.5 && s[kNetwork] + s[kNetworkWord] >= 3 && s[kGeneral] < 1) return 0.8;
  const double owner = std::min(s[kOwner], 2.0);
  const double score = std::min(s[kMarking], 3.0) + s[kInternal] + owner - 1.5 * (s[kGeneral] + s[kTold]);
  const double needed = s[kGeneral] + s[kTold] > 0 ? 4.5 : 4;
  if (score < needed || s[kInternal] + s[kMarking] < 3 || (s[kOwner] < 1 && s[kMarking] < 2)) return 0;
  return 0.7;
}

double decide_restricted(const Sums& s) {
  const double general = s[kGeneral] + s[kTold] / 2;
  if (s[kMarking] >= 3 && general < 2) return 0.9;
  if (s[kGenetic] >= 2 && s[kGenetic] + s[kOwner] >= 3.5 && general < (s[kGenetic] >= 4 ? 2 : 1)) return 0.8;
  const double score = s[kMarking] + s[kInternal] + std::min(s[kOwner], 2.0) - 2 * (s[kGeneral] + s[kTold]);
  return score >= 5 && s[kMarking] + s[kInternal] >= 3 ? 0.75 : 0;
}

void add_markings(Topic& t) {
  t.add(kMarking, 3,
        "company confidential|strictly confidential|highly confidential|confidential:|confidential -|"
        "confidential and proprietary|confidential & proprietary|proprietary and confidential|"
        "business confidential|commercial in confidence|commercially sensitive|internal use only|"
        "internal only|internal - not for|company internal|internal memo:|"
        "board only|do not distribute|do not forward|do not share externally|not for distribution|"
        "not for external|not for release|not for publication|under nda|under embargo|"
        "embargoed until|not announced yet|not yet announced|not been announced|unannounced|"
        "before the announcement|pre-announcement|eyes only|management only|leadership only|"
        "draft - confidential|streng vertraulich|vertraulich:|vertraulich -|"
        "nur für den internen gebrauch|nur intern|betriebsgeheimnis|firmenvertraulich|"
        "nicht weitergeben|confidentiel :|confidentiel:|confidentiel -|strictement confidentiel|"
        "ne pas diffuser|usage interne|diffusion restreinte|confidencial:|confidencial -|"
        "estrictamente confidencial|uso interno|no difundir|no distribuir|não divulgar|"
        "estritamente confidencial|riservato|strettamente confidenziale|ad uso interno|"
        "strikt vertrouwelijk|vertrouwelijk:|intern gebruik|ściśle poufne|poufne|"
        "строго конфиденциально|конфиденциально|для служебного пользования|коммерческая тайна|gizli");
  t.add(kMarking, 3, "机密|内部资料|内部使用|商业秘密|请勿外传|不得外传|严禁外传|保密|社外秘|社内限定|대외비|기밀",
        scan::Edge::Any);
  t.add(kMarking, 1.5,
        "confidential|vertraulich|confidentiel|confidencial|proprietary|trade secret|trade secrets|"
        "internal faq|internal memo|internal document");
}

void add_matters(Topic& t) {
  t.add(
      kInternal, 2,
      "our largest customer|our biggest customer|renewal negotiation|renewal|we pay|we charge|supplier scorecard|"
      "supplier|suppliers|per unit|minutes|board minutes|approved restructuring|positions|announcement|pipeline "
      "coverage|"
      "miss the|below plan|above plan|unter plan|umsatz|revenue target|sales target|must not tell|not tell "
      "customers|"
      "customers yet|keep this quiet|keep it quiet|before we announce|not public yet|internal "
      "survey|reorg|spin-off|"
      "divestiture|write-down|profit margin|contribution margin|cost base|purchase volume|rebate|rebates|win-back|"
      "market entry|product launch plan|launch plan|feature freeze|beta customers|design partner|competitor "
      "analysis|"
      "competitive analysis|our strategy|our roadmap|our pricing|our margins|our margin|our costs|our forecast|"
      "our pipeline|our bid price|our offer|our cost|rfp response|rfp|escalation|outage report|root cause|"
      "customer complaints|security incident|breach report|access review|plan de despidos|se anuncia|"
      "plan de licenciement|plan de restructuration|werksschließung|vorstandsvorlage|aufsichtsrat|comité de "
      "direction|"
      "consejo de administración|plano de demissões|piano industriale|reorganisatie|zwolnienia grupowe");
  t.add(kInternal, 2,
        "win rate|deal desk|battle card|battlecard|churn|arr|mrr|gross margin|net retention|"
        "sales pipeline|pricing strategy|price increase|discount floor|floor price|list price|"
        "bill of materials|product roadmap|roadmap|layoff|layoffs|redundancies|restructuring|"
        "reorganisation|reorganization|headcount reduction|salary band|salary bands|bonus pool|"
        "performance improvement plan|board deck|board meeting|board minutes|acquisition target|"
        "due diligence|term sheet|cap table|burn rate|runway|forecast|quarterly results|go-to-market|"
        "launch date|code name|codename|project codename|customer list|account list|key accounts|"
        "supplier price|unit cost|cost per unit|penetration test|pentest|vulnerability report|"
        "incident report|post-mortem|postmortem|siem alert|security log|audit finding|audit findings|"
        "source selection|bid price|our bid|tender|unreleased|prototype|patent draft|"
        "invention disclosure|yield rate|formulation|recipe ratio|postes supprimés|réorganisation|"
        "stellenabbau|umstrukturierung|preiserhöhung|kundenliste|gehaltsliste|salary sheet|"
        "payroll sheet|personalabbau|reestructuración|despidos|lista de clientes|marge brute|"
        "licenciements|plan social|demissões|licenziamenti|strategic logos|win/loss|renewal price|"
        "contract value|rate card|budget cut|hiring freeze|merger|acquisition|internal memo|okrs|kpi|"
        "negotiation|walk-away price|counteroffer|quota|attrition");
  t.add(kInternal, 2.5, "裁员|降价|定价策略|客户名单|未发布|路线图|毛利率|底价|解雇|人員削減", scan::Edge::Any);
  t.add(kOwner, 1,
        "our|we|us|internal|internally|team|company|account managers|competitor|unser|unsere|wir|"
        "notre|nos|nous|nuestro|nuestra|nosso|nossa|nostra|q1|q2|q3|q4|fy24|fy25|fy26|fy27|"
        "leadership|the board|vp|ceo|cfo|confidential");
  t.add(kOwner, 1, "我们|公司|当社|弊社|우리", scan::Edge::Any);
}

// Matters told in confidence, and incidents.
void add_more_matters(Topic& t) {
  t.add(kMarking, 3,
        "(not public)|not for customers|keep this confidential|this is confidential|strictly internal|for "
        "internal eyes|"
        "noch nicht öffentlich|nicht öffentlich|pas encore public|pas encore annoncé|aún no es público|non ancora "
        "annunciato|"
        "ainda não anunciado|todavía no anunciado|jeszcze nie ogłoszono|nog niet aangekondigd|ej offentligt|"
        "internt bruk|intern användning|til internt brug|luottamuksellinen|şirkete özel|dahili kullanım|kurum içi|"
        "interní|důvěrné|bizalmas|uz internu upotrebu|confidențial:");
  t.add(kMarking, 1.5,
        "for internal use|not public|do not share|don't share|between us|under wraps|nobody knows yet|does not "
        "know about|doesn't "
        "know about|"
        "must not know|don't tell|haven't told|weiß noch nichts|wissen noch nichts|ne sait pas encore|no lo "
        "sabe|gizli|"
        "hemlig|hemmelig");
  t.add(
      kInternal, 2,
      "bid|bidder|second bidder|ceiling|comp band|comp bands|compensation bands|pay bands|poaching|salary ranges|"
      "headcount|memo for the partners|board pack|burn|margin|margins|bom|purchase price|our recall|recall|8d "
      "report|"
      "units in the field|our incident|breach notification|customer data leak|production yield|scrap rate|plant "
      "closure|"
      "close the plant|shut down|discontinue|sunset|drop the|launch in|kill the|not renew|lost deal|loss reason|"
      "sales target|revenue forecast|cash position|covenant breach|liquidity|investor update|valuation|series b|"
      "exit plan|earn-out|letter of intent|loi|non-binding offer|target list|price list|discount|discounts|"
      "margenplanung|marge|einkaufspreis|verkaufspreis|lieferant|angebot|angebotspreis|kalkulation|werk|"
      "schließung|"
      "betriebsrat|quartalszahlen|umsatzplan|appel d'offres|notre offre|fournisseur|fermeture|prix "
      "d'achat|licitación|"
      "proveedor|cierre|margen|precio de "
      "compra|fornitore|cessione|chiusura|margine|fornecedor|encerramento|margem|"
      "dostawca|zamknięcie|marża|leverancier|sluiting|поставщик|закрытие|маржа|себестоимость|tedarikçi|kapanış");
  t.add(kInternal, 2.5,
        "量产|成本目标|供应商|报价|投标|关闭工厂|値上げ|仕入れ値|原価|工場閉鎖|인수|구조조정|단가|입찰",
        scan::Edge::Any);
}

// Markings in the words that languages share, and what companies count and plan.
void add_shared_markings(Topic& t) {
  t.add(kMarking, 2,
        "vertraulich|confidentiel|confidentielle|confidencial|riservat|confidenzial|vertrouwelijk|poufn|конфиденц|"
        "luottamuks|bizalmas|důvěrn|confidenția",
        scan::Edge::Start);
  t.add(kMarking, 3,
        "not for circulation|not for external|panel only|for our sales leads only|intern:|"
        "for management only|need-to-know|need to know basis|not to be shared|must not be shared|must not leave|"
        "keep it internal|stays between us|nur für innendienst|nicht für kunden|wettbewerb darf es nicht|"
        "darf nicht nach außen|vorstandsvorlage|note confidentielle|documento riservato|documento confidencial|"
        "documento interno|documento reservado|nota interna|solo para uso|só para uso|alleen voor intern|"
        "tylko do użytku wewnętrznego|только для внутреннего|don't tell them|don't tell anyone|tell nobody|"
        "do not mention the outage|hush");
  t.add(kInternal, 2,
        "cash|receivables|payables|covenant|covenants|bank waives|unit margin|gross profit|ebitda|capex|opex|"
        "exec team|for the board|to the board|the board|talking points|lost the account|account over price|outage|"
        "sla breach|at risk accounts|renewal risk|top accounts|qbr|heat map|arr|mrr|candidate feedback|debrief|"
        "competing offer|offer at|panel|scorecard|move volume|volume to|walk-away|old contract|new offer|per kwh|"
        "negotiation plan|consensus|ir "
        "wants|guidance|fy26|fy27|kaufpreis|kaufpreisrahmen|übernahme|preisliste|händler|"
        "wettbewerb|innendienst|vertrieb|fermeture du site|comité|calendrier et coûts|esuberi|stabilimento|"
        "trattativa sindacale|meta de vendas|investidor|diretoria|overnamebod|plafond|сокращение|цеха|"
        "margen|marge|our billing portal|our portal|our platform|our network|unauthenticated|finding h-|"
        "remediation|cvss|exploit|privilege escalation|production outage|sev1|sev-1|rca");
}

// What one says of plans that others must not know yet.
void add_confidences(Topic& t) {
  t.add(
      kMarking, 3,
      "vertraulich!|strictement interne|strictement confidentiel|strictly private|internal: we|hausintern|interne "
      "mitteilung|nicht extern teilen|bitte nicht extern|nicht weiterleiten|información interna|"
      "la competencia no debe|no debe saberlo|riservatissimo|sigiloso|sigilosa|confidenziale|riservata|riservate|"
      "information interne|ne pas communiquer|à ne pas communiquer|informação interna|não compartilhar|"
      "informazione interna|non diffondere|niet delen|niet extern|nie udostępniać|do użytku wewnętrznego|"
      "не для распространения|внутренняя информация|dela inte|må ikke "
      "deles|paylaşmayın|取扱注意|社内限り|社内のみ|関係者限り|厳秘|部外秘|公開前|"
      "对外保密|不要对外|외부 유출 금지|사내용");
  t.add(kInternal, 2,
        "internal audit|draft the finding|board approved|battle card|discount authority|interne "
        "kalkulation|herstellkosten|"
        "händlerpreis|einkaufspreise|prix de revient|coste de fabricación|costo di produzione|custo de "
        "produção|koszt "
        "wytworzenia|kostprijs|себестоимость|closing two|closing of|staff will hear|can't hit|miss the "
        "number|tell the board|what i tell the board|win/loss|win-loss|lost "
        "because|undercut|undercut us|"
        "headcount plan|severance|severance budget|manager talking points|incident report|our incident|beacon|edr|"
        "zielpreis|schmerzgrenze|vergabeverfahren|umzug der zentrale|ankündigung|arrêt prévu|annonce interne|"
        "nous perdons|tarifas|argumentario|subiremos|offerta massima|acquisire|per il cda|produto antigo|"
        "plano de comunicação|oferta przetargowa|minimalna marża|uzasadnienie|churn|arr impact|post-mortem|"
        "commit|against a plan|account plan|competitor pricing|our competitor|our bid|target price|floor");
}

void add_network(Topic& t) {
  t.add(kNetwork, 1.5, ".internal|.intranet|.lan|.corp|.intra|.local|.prod|-prod|-stg", scan::Edge::End);
  t.add(
      kNetwork, 1.5,
      ".corp.|.intra.|.internal.|.hq.|.prod.|firewall export|access-list |iptables -|running-config|enable secret|"
      "ip route |snmp-server|switchport|failed password for|accepted publickey|accepted password|sshd[|"
      "authentication failure|src_ip|dst_ip|src=10.|dst=10.|event id 4625|event id 4624|remote-as|ip address |ids "
      "alert|"
      "snort[|suricata|lateral movement|pen test report|pentest report|penetration test report|"
      "vulnerability scan|siem alert|dc01|db01|vpn-prod|mimikatz|cobalt strike|crowdstrike alert|edr alert|"
      "defender alert|ransomware note|service principal|security group rule|dc02|svc_|nat gateway rule",
      scan::Edge::Any);
  t.add(kNetworkWord, 1,
        "allow|deny|permit|drop|tcp|udp|port|subnet|gateway|firewall|rule|vpn|hostname|interface|log|logs|"
        "vlan|neighbor|router|switch|host|server|domain controller|bastion|jump host|service account|"
        "active directory|ldap|kerberos|sql injection|reachable|from|root|ssh|login");
}

void add_restricted(Topic& t) {
  t.add(kMarking, 3,
        "classified: secret|classified:|top secret//|secret//|confidential//noforn|noforn|ts//sci|"
        "top secret/sci|rel to fvey|rel to nato|nato secret|nato restricted|nato confidential|"
        "cosmic top secret|secret//rel|eu restricted|restreint ue|secret ue|uk official-sensitive|"
        "official-sensitive|official sensitive|uk secret|uk eyes only|vs-nur für den dienstgebrauch|"
        "vs-nfd|vs-vertraulich|streng geheim|geheim:|secret défense|secret-défense|"
        "confidentiel défense|très secret|diffusion restreinte -|alto secreto|segreto di stato|tajne|"
        "ściśle tajne|совершенно секретно|секретно|insiders only|insider only|insider list|"
        "inside information|insider information|material non-public|material nonpublic|mnpi|"
        "project insiders|filed under seal|file under seal|"
        "sealed indictment|sealed filing|sealed court|sealed record|sealed by order|sealed juvenile|"
        "whistleblower report|whistleblower complaint|whistleblower:|"
        "whistleblower disclosure|hinweisgeber|lanceur d'alerte|protected disclosure|"
        "confidential source|confidential informant|insiderinformation|"
        "insiderinformationen|information privilégiée|información privilegiada|itar controlled|"
        "itar-controlled|export classification|us persons only|u.s. persons only|unblinding list|unblinded "
        "list|law enforcement sensitive|cui//");
  t.add(kMarking, 3, "绝密|机密★|国家秘密|秘密★|内幕信息|特定秘密|極秘|군사기밀|内部告発|举报人", scan::Edge::Any);
  t.add(kMarking, 2,
        "top secret|classified|whistleblower|insider|sealed|not public yet|not yet public|non-public|"
        "undisclosed|blackout period|embargo");
  t.add(kInternal, 1.5,
        "merger talks|merger|takeover|takeover bid|acquisition|tender offer|signing planned|earnings|"
        "guidance|profit warning|before the announcement|ad-hoc|share price|stock|listed company|ipo|"
        "reported anonymously|anonymous report|retaliation|compliance hotline|patrol|sector|"
        "deployment of troops|troop|convoy|clearance|intelligence|surveillance target|minor|juvenile|"
        "fraud by|bribe|bribes|kickback|kickbacks|falsified|cover-up|fusion|übernahme");
  t.add(kGenetic, 2,
        "brca1|brca2|genome|whole genome|exome|genotype|genetic test|genetic testing|dna test|"
        "dna profile|dna sample|pathogenic variant|variant of uncertain significance|heterozygous|"
        "homozygous|carrier of|carrier status|hla-b27|apoe|apoe4|huntington's gene|cag repeats|"
        "karyotype|rs429358|rs7412|snp|23andme|paternity test|gentest|test génétique|prueba genética|"
        "fingerprint template|iris template|iris scan|faceprint|face embedding|face embeddings|embedding "
        "template|biometric template|paternity|loci|str profile|"
        "fingerprint minutiae|voiceprint|biometric|retina scan|lynch syndrome|cftr|germline");
  t.add(kGenetic, 2, "基因检测|基因组|指纹模板|遺伝子検査|유전자 검사", scan::Edge::Any);
  t.add(kOwner, 1,
        "our|we|my|her|his|patient|employee|subject|client|signing|draft|script|planned|sample|"
        "result|results|positive|my brother|my father|my child|mr.|mrs.|ms.|participant");
  t.add(kMarking, 3,
        "insiders list|insider-list|wall-crossed|price-sensitive information|kursrelevant|insiderliste");
  t.add(kMarking, 1.5,
        "informant|grand jury|protective order|quiet period|restricted list|export controlled|witness protection");
  t.add(kMarking, 3, "filed under seal|filing under seal|kept under seal|is under seal");
  t.add(kMarking, 2.5, "under seal|subpoena to the carrier|sealed exhibit");
  t.add(kMarking, 2,
        "report my boss|report my employer|report my company|blow the whistle|blowing the whistle|report the "
        "company|"
        "report my hospital|meinen chef melden|dénoncer mon|denunciar a mi|hinweisgebersystem");
  t.add(kInternal, 1.5,
        "anonymously|anonymous tip|falsifies|falsifying|regulator|tell it is me|trace it back to me|without being "
        "identified|"
        "only three of us know|they must not find out|anonym|de manière anonyme|de forma anónima|retaliate|fired "
        "me if|"
        "illegally dumping|price-sensitive");
}

void add_general(Topic& t) {
  t.add(kGeneral, 1,
        "what is a|what is an|what does|what is the difference|difference between|definition of|"
        "dictionary|define|explain what|stand for|stands for|in general|novel|story|movie|film|"
        "screenplay|poem|essay|history of|how do companies|how does a|how do|best practices|what are|"
        "examples of|teach me|for beginners|template for|book|game|was bedeutet|que signifie|"
        "qué significa|what is insider|why is|why are");
  t.add(kGeneral, 1, "什么是|是什么意思", scan::Edge::Any);
}

constexpr int kTerm = 0, kMoney = 1, kPerson = 2, kStatement = 3, kAmount = 5, kHint = 6;

// The finances of somebody: terms, an amount, and a person whose they are.
double decide_finance(const Sums& s) {
  // The lines of a statement or a payslip, with amounts, are somebody's even without a name.
  if (s[kStatement] >= 3 && s[kAmount] + s[kMoney] >= 1 && s[kGeneral] < 1) return 0.7;
  // Names and "his" are in every piece of news.
  const double person = s[kPerson] + (s[kGeneral] < 1 ? std::min(s[kHint], 1.5) : 0);
  if (s[kMoney] < 1 || person < 1) return 0;
  const double score = std::min(s[kTerm], 6.0) + std::min(person, 2.0) - 1.5 * s[kGeneral];
  return s[kTerm] >= 2 && score >= 3.25 ? 0.7 : 0;
}

void add_statements(Topic& t) {
  t.add(
      kStatement, 1.5,
      "ending balance|opening balance|closing balance|available balance|payroll deposit|direct deposit|net "
      "pay|gross "
      "pay|"
      "payslip|pay stub|tax code|year to date|ytd|national insurance|ni contributions|withholding|federal "
      "tax|fica|"
      "statement period|account activity|my march statement|bank statement|account statement|direct "
      "debit|standing "
      "order|"
      "pos purchase|atm withdrawal|zelle|gehaltsabrechnung|gesamtbrutto|auszahlungsbetrag|lohnsteuer|"
      "rentenversicherung|kontoauszug|lastschrift|gutschrift|anfangssaldo|endsaldo|alter saldo|neuer saldo|"
      "relevé de compte|solde initial|solde final|net à payer|salaire brut|cotisations|extracto|saldo inicial|"
      "saldo final|nómina|líquido a percibir|salario bruto|irpf|estratto conto|saldo iniziale|netto in busta|"
      "retribuzione lorda|holerite|salário bruto|salário líquido|inss|irrf|extrato|wyciąg|saldo końcowe|"
      "wynagrodzenie brutto|do wypłaty|loonstrook|nettoloon|rekeningafschrift|eindsaldo|выписка|остаток на начало|"
      "lönespecifikation|nettolön|bordro|net maaş|hesap özeti");
  // The files that banks give out: QIF, OFX, CAMT and MT940.
  t.add(kStatement, 3, "!type:bank|!type:ccard|<stmttrn>|<bktocstmrstmt>|:60f:|:62f:", scan::Edge::Any);
  t.add(kStatement, 1,
        "gross|pension|deduction|deductions|rent|salary|deposit|balance|payroll|net|overtime|student "
        "loan|401k|debit|"
        "brutto|netto|miete|gehalt|solde|loyer|saldo|alquiler|affitto|aluguel|czynsz|huur");
  t.add(
      kStatement, 1.5,
      "期初余额|期末余额|应发工资|实发工资|个税|流水|残高|給与明細|差引支給額|社会保険料|급여명세서|실수령액|잔액",
      scan::Edge::Any);
}

void add_finance_stems(Topic& t) {
  t.add(
      kTerm, 2,
      "kredit|darlehen|hypothek|nettogehal|bruttogehal|gehaltsab|schuld|rückstand|dispo|hypoth|découvert|crédit|"
      "prêt|"
      "salair|salaires|loyer impay|hipotec|préstam|deuda|nómina|sueldo|tarjeta|mutuo|stipendi|debit|prestito|"
      "empréstim|salári|dívida|hipotec|kredyt|pożyczk|pensj|zadłuż|hypothe|lening|salaris|schulden|ипотек|кредит|"
      "зарплат|задолж|долг|lån|lön|gæld|gjeld|laina|palkka|kredi|maaş|borç|hypoték|půjčk|výplat",
      scan::Edge::Start);
  t.add(kStatement, 1.5, "paye|payslips|overtime|basic pay|net pay|take-home|ni");
}

void add_finance(Topic& t) {
  t.add(kTerm, 2,
        "behind with the rent|behind on|behind with|in default|late payments|owe|owed|missed three "
        "payments|missed payments|credit card debt|credit cards|child support|"
        "student loan|car loan|repossessed|unpaid|outstanding balance|in debt|wages|hourly wage|raise|pay rise|"
        "take-home pay|commission|expense claim|reimbursement|retirement account|roth ira|capital gains|"
        "dividend income|rent arrears|rückstand|zahlungsrückstand|lohn|überziehung|en retard de paiement|"
        "endetté|moroso|cuota impagada|inadimplente|arretrati|achterstand|zaległości|долги|задолженность");
  t.add(kTerm, 2,
        "owes|credit line|credit lines|line of credit|collections letter|missed payment|missed the|"
        "in arrears|arrears|overdue|past due|overdraft|net pay|gross pay|payslip|pay slip|pay stub|"
        "paystub|payroll|base salary|annual salary|salary|severance pay|bank statement|"
        "account statement|account balance|loan application|loan|mortgage|mortgage application|"
        "credit score|fico|tax return|w-2|1099|taxable income|net worth|bankruptcy|foreclosure|"
        "garnishment|wage garnishment|debt|defaulted|repayment|pension|brokerage|portfolio|401(k)|"
        "wire transfer|direct deposit|gehalt|nettogehalt|bruttogehalt|gehaltsabrechnung|"
        "lohnabrechnung|kredit|darlehen|kontostand|schulden|mahnung|salaire|bulletin de paie|"
        "fiche de paie|prêt|relevé de compte|découvert|dettes|impayé|nómina|sueldo|préstamo|hipoteca|"
        "deuda|extracto bancario|salário|empréstimo|dívida|holerite|stipendio|busta paga|mutuo|"
        "debito|зарплата|кредит|долг");
  t.add(kTerm, 2.5, "工资|薪资|贷款|欠款|余额|房贷|给与|給与|ローン|급여|대출", scan::Edge::Any);
  t.add(kTerm, 1,
        "balance|deposit|deposited|withdrawal|withdrew|income|refund|payment|credit|interest|"
        "installment|instalment|paid|earns|earning|bonus|expenses|savings|checking|account|"
        "transaction|statement|card on file|invoice|billing|monthly|annual|march payment");
  t.add(kHint, 0.5, "his|her|mr.|mrs.|ms.|mr|mrs");
  t.add(kPerson, 1,
        "my|i owe|owes me|ich|mein|meine|bekomme "
        "ich|mon|ma|je|mi|debo|cobro|tengo|mio|mia|devo|meu|minha|mijn|mój|moja|"
        "мой|моя|у меня|min|benim|employee|customer|client|borrower|account holder|applicant|"
        "tenant|herr|frau|monsieur|madame|señor|señora|i earn|i owe|debtor|guest|member");
}

}  // namespace

Made make_business_topic(scan::PhraseSet& set) {
  Topic::Definition d{"business", scan::Kind::BusinessTopic, decide_business};
  d.address_group = kNetwork;
  d.paragraph = 200;
  d.telling = 1u << kMarking | 1u << kInternal | 1u << kNetwork;
  auto topic = std::make_unique<Topic>(set, d);
  add_markings(*topic);
  add_matters(*topic);
  add_more_matters(*topic);
  add_shared_markings(*topic);
  add_confidences(*topic);
  add_network(*topic);
  add_general(*topic);
  add_reporting(*topic, kTold);
  return topic;
}

Made make_restricted_topic(scan::PhraseSet& set) {
  Topic::Definition d{"restricted", scan::Kind::RestrictedTopic, decide_restricted};
  d.name_group = kOwner;
  d.name_weight = 1.5;
  d.telling = 1u << kMarking | 1u << kGenetic;
  d.telling_weight = 1.5;
  auto topic = std::make_unique<Topic>(set, d);
  add_restricted(*topic);
  add_general(*topic);
  add_reporting(*topic, kTold);
  return topic;
}

Made make_finance_topic(scan::PhraseSet& set) {
  Topic::Definition d{"finance", scan::Kind::FinanceTopic, decide_finance};
  d.name_group = kHint;
  d.name_weight = 1;
  d.money_group = kMoney;
  d.amount_group = kAmount;
  d.window = 600;
  d.telling = 1u << kStatement | 1u << kTerm;
  d.telling_weight = 1.5;
  auto topic = std::make_unique<Topic>(set, d);
  add_finance(*topic);
  add_statements(*topic);
  add_finance_stems(*topic);
  add_general(*topic);
  add_reporting(*topic, kGeneral);
  return topic;
}

}  // namespace sluice::sense::detect
