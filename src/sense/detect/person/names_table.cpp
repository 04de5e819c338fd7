#include "sense/detect/person/names_table.h"

#include <string>
#include <unordered_set>

#include "sense/scan/phrases.h"

namespace sluice::sense::detect {
namespace {

using Set = std::unordered_set<std::string_view>;

Set set_of(std::string_view words) {
  Set set;
  scan::for_each_phrase(words, [&](std::string_view word) { set.insert(word); });
  return set;
}

// Common given names; those that are common words too (will, mark, rose, hope, april, art, bill, may, grace, sky)
// are left out: a cue finds them.
constexpr std::string_view kGiven =
    // English
    "james|john|robert|michael|william|david|richard|joseph|thomas|charles|christopher|daniel|matthew|anthony|"
    "donald|"
    "steven|paul|andrew|joshua|kenneth|kevin|brian|george|timothy|ronald|edward|jason|jeffrey|ryan|jacob|gary|"
    "nicholas|"
    "eric|jonathan|stephen|larry|justin|scott|brandon|benjamin|samuel|gregory|alexander|frank|patrick|raymond|"
    "jack|"
    "dennis|jerry|tyler|aaron|jose|adam|nathan|henry|douglas|zachary|peter|kyle|noah|ethan|jeremy|walter|"
    "christian|keith|"
    "roger|terry|austin|sean|gerald|carl|harold|dylan|arthur|lawrence|jordan|jesse|bryan|billy|bruce|gabriel|joe|"
    "logan|"
    "albert|willie|alan|eugene|russell|vincent|philip|bobby|johnny|bradley|oliver|liam|lucas|mason|elijah|owen|"
    "caleb|"
    "isaac|luke|hugo|simon|martin|stuart|graham|neil|craig|ian|colin|derek|trevor|nigel|duncan|callum|desmond|"
    "marcus|"
    "tobias|felix|oscar|wendell|cornelius|bartholomew|marlon|dominic|sebastian|julian|theodore|leonard|stanley|"
    "clifford|"
    "mary|patricia|jennifer|linda|elizabeth|barbara|susan|jessica|sarah|karen|lisa|nancy|betty|margaret|sandra|"
    "ashley|"
    "kimberly|emily|donna|michelle|carol|amanda|dorothy|melissa|deborah|stephanie|rebecca|sharon|laura|cynthia|"
    "kathleen|"
    "amy|angela|shirley|anna|brenda|pamela|emma|nicole|helen|samantha|katherine|christine|debra|rachel|carolyn|"
    "janet|"
    "catherine|maria|heather|diane|ruth|julie|olivia|joyce|virginia|victoria|kelly|lauren|christina|joan|evelyn|"
    "judith|"
    "megan|andrea|cheryl|hannah|jacqueline|martha|gloria|teresa|ann|sara|madison|frances|kathryn|janice|jean|"
    "abigail|"
    "alice|julia|judy|sophia|denise|amber|doris|marilyn|danielle|beverly|isabella|theresa|diana|natalie|brittany|"
    "charlotte|marie|kayla|alexis|lori|imogen|harriet|felicity|bridget|rosalind|beatrice|eleanor|lucy|zoe|chloe|"
    "gemma|fiona|heidi|yolanda|keisha|shanice|annabel|marguerite|corinne|lucille|loretta|deshawn|tamsin|gwendolyn|"
    "ottoline|"
    "odette|delphine|jenny|jane|anne|kate|molly|ella|mia|ava|amelia|sophie|stella|nora|ellen|robin|alex|sam|ben|"
    "tom|"
    "tim|jim|mike|dave|steve|chris|matt|nick|tony|greg|jeff|josh|dan|ron|ken|rob|bob|ted|ed|fred|phil|doug|edgar|"
    "edwin|"
    // German, Dutch, Nordic
    "hans|klaus|jürgen|wolfgang|uwe|bernd|dieter|manfred|horst|günter|gerhard|helmut|heinz|karl|werner|rolf|ralf|"
    "stefan|andreas|matthias|markus|torsten|thorsten|lukas|jonas|leon|finn|moritz|florian|maximilian|philipp|"
    "fabian|"
    "johannes|friedrich|heinrich|ludwig|otto|ulrich|rainer|jens|sven|lars|björn|dirk|frieda|gudrun|ursula|monika|"
    "petra|sabine|renate|helga|karin|brigitte|ingrid|erika|gisela|birgit|claudia|anja|silke|katrin|kathrin|"
    "nadine|melanie|annika|anneliese|hannelore|lena|lea|leonie|greta|friederike|henrike|gundula|heike|ilse|elke|"
    "jana|"
    "johanna|katharina|franziska|marlene|jan|pieter|kees|willem|hendrik|maarten|bram|sander|joost|ruud|marijke|"
    "anneke|sanne|femke|maartje|lotte|fleur|saskia|erik|anders|magnus|olav|bjørn|henrik|mikkel|rasmus|søren|nils|"
    "gustav|axel|astrid|ingeborg|solveig|kirsten|mette|ebba|linnea|elin|freja|sigrid|matti|jukka|mikko|antti|"
    "timo|kari|aino|sari|päivi|tuula|helena|eero|ville|"
    // French
    "pierre|michel|alain|philippe|bernard|jacques|françois|laurent|nicolas|sébastien|olivier|guillaume|"
    "antoine|julien|thierry|christophe|frédéric|éric|didier|gérard|rené|louis|mathieu|rémi|baptiste|théo|théodore|"
    "gaël|bastien|benoît|cédric|étienne|nathalie|isabelle|sylvie|françoise|monique|céline|aurélie|émilie|camille|"
    "mathilde|élodie|solène|mireille|chantal|véronique|brigitte|valérie|sandrine|hélène|manon|inès|clémence|"
    "margaux|"
    "amandine|noémie|geneviève|josette|yvette|yves|"
    // Spanish, Portuguese, Italian
    "josé|juan|antonio|manuel|francisco|javier|carlos|miguel|alejandro|pedro|pablo|sergio|fernando|jorge|luis|"
    "alberto|"
    "álvaro|diego|adrián|raúl|enrique|ramón|vicente|andrés|jesús|rubén|iván|ignacio|gonzalo|santiago|mateo|"
    "carmen|josefa|isabel|dolores|pilar|mercedes|cristina|marta|lucía|elena|rosa|ana|beatriz|encarna|inmaculada|"
    "rocío|silvia|raquel|mónica|patricia|alba|irene|noelia|natalia|paula|sofía|valentina|camila|ximena|"
    "guadalupe|joão|paulo|tiago|gustavo|rafael|rodrigo|thiago|edson|leonardo|marcelo|mariana|juliana|fernanda|"
    "larissa|letícia|thaís|gabriela|bruna|aline|luciana|renata|giovanni|giuseppe|francesco|marco|andrea|"
    "luca|matteo|lorenzo|alessandro|davide|simone|roberto|stefano|paolo|salvatore|vincenzo|giulia|chiara|"
    "francesca|"
    "sara|martina|giorgia|alessia|elisa|ludovica|ginevra|paola|giovanna|caterina|federica|ilaria|"
    // Slavic, Romanian, Hungarian, Turkish, Greek
    "piotr|krzysztof|andrzej|tomasz|paweł|marcin|michał|jakub|wojciech|przemysław|grzegorz|zofia|agnieszka|"
    "katarzyna|"
    "małgorzata|magdalena|ewa|joanna|aleksandra|karolina|jiří|petr|tomáš|pavel|kateřina|lenka|tereza|ivan|dmitri|"
    "sergei|vladimir|mikhail|nikolai|alexei|olga|tatiana|svetlana|irina|natasha|ekaterina|anastasia|oksana|bogdan|"
    "andrei|mihai|ioana|gábor|zoltán|lászló|katalin|mehmet|mustafa|ahmet|ali|hüseyin|emre|elif|ayşe|fatma|zeynep|"
    "deniz|murat|giorgos|dimitris|kostas|yannis|eleni|katerina|sofia|"
    "иван|сергей|алексей|андрей|дмитрий|михаил|николай|владимир|александр|евгений|павел|олег|игорь|анна|мария|"
    "елена|"
    "ольга|наталья|татьяна|ирина|светлана|екатерина|марина|юлия|анастасия|людмила|галина|дарья|"
    // South and East Asia, Africa, Middle East (in Latin letters)
    "raj|rahul|amit|vijay|sanjay|suresh|ramesh|rajesh|anil|sunil|deepak|vikram|arjun|rohan|ravi|pranav|alok|aarav|"
    "priya|anjali|meera|ananya|ishita|pooja|neha|sunita|lakshmi|kavita|divya|saira|aisha|fatima|mohammed|mohamed|"
    "muhammad|ahmed|hassan|hussein|omar|khalid|yusuf|ibrahim|layla|leila|noor|zainab|wei|ming|xiao|li|jing|"
    "yuki|haruto|hiroshi|kenji|takashi|sakura|yoko|akira|min-jun|ji-hoon|seo-yeon|jisoo|minh|nguyen|thanh|linh|"
    "kwame|kofi|ama|chidi|ngozi|oluwaseun|tunde|amina|thabo|sipho|zanele|gurpreet|harpreet|tariq|imran|bilal|"
    "nadia|"
    "samira|yasmin|farid|reza|ezra|avi|noa|yael|shira|moshe";

constexpr std::string_view kNoName =
    "service|services|team|support|department|bank|street|road|avenue|lane|drive|university|hospital|clinic|"
    "school|"
    "college|company|inc|ltd|gmbh|llc|corp|ag|group|january|february|march|april|may|june|july|august|september|"
    "october|"
    "november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|number|name|names|date|address|"
    "account|"
    "customer|customers|client|patient|manager|hiring|sir|madam|damen|herren|north|south|east|west|new|united|the|"
    "this|"
    "these|that|i|please|and|or|but|not|no|yes|all|our|your|my|we|you|he|she|it|they|is|are|was|in|on|at|of|for|"
    "to|from|"
    "by|with|a|an|as|if|when|how|what|why|who|where|which|hello|hi|dear|thanks|best|kind|regards|id|ssn|dob|phone|"
    "email|"
    "tel|fax|office|board|committee|council|court|state|city|county|republic|kingdom|states|america|europe|"
    "germany|"
    "france|england|london|paris|berlin|york|angeles|francisco|street|park|hall|house|center|centre|museum|"
    "library|"
    "institute|association|foundation|society|church|act|law|agreement|contract|section|article|chapter|plan|"
    "policy|"
    "report|project|program|programme|system|systems|software|data|cloud|api|server|user|admin|test|example|"
    "sample|"
    "type|status|health|care|medical|insurance|security|social|national|federal|general|public|private|director|"
    "president|minister|doctor|dr|mr|mrs|ms|prof|professor|herr|frau|monsieur|madame|señor|señora|credit|card|"
    "order|invoice|payment|balance|total|amount|price|tax|code|form|file|page|table|figure|version|windows|linux|"
    "google|"
    "microsoft|apple|amazon|facebook|java|python|der|die|das|ein|eine|und|oder|le|les|el|los|las|ist|sind|est|"
    "sont|"
    "rechnung|vertrag|straße|konto|nummer|datum|geburtsdatum|anschrift|adresse|kundennummer|bitte|wir|sie|ihr|"
    "street|first|last|middle|full|given|family|middle|summary|subject|re|message|sent|draft|write|summarise|"
    "summarize|"
    "explain|translate|prepare|make|create|turn|reply|confirm|check|reach|send|ask|tell|call|text|ring|remind|"
    "book|"
    "english|french|german|spanish|italian|chinese|japanese|american|british|european|christmas|easter|day|week|"
    "month|"
    "year|today|tomorrow|here|there|income|bureau|agency|ministry|union|trust|partners|holdings|solutions|"
    "technologies|industries|logistics|energy|polymers|semiconductors|robotics|analytics|marine|foods|estate|"
    "hotel|"
    "restaurant|airport|station|bridge|river|lake|mountain|island|valley|beach|square|tower|prize|award|cup|"
    "league|"
    "information|leaflet|portal|record|records|intake|history|rights|safety|identifier|medicare|medicaid|blue|"
    "cross|shield|true|false|null|none|unknown";

constexpr std::string_view kNobody =
    "john doe|jane doe|jane roe|john roe|richard roe|john q. public|joe bloggs|john smith|jane smith|joe public|"
    "max mustermann|erika mustermann|jean dupont|juan pérez|juan perez|fulano de tal|mario rossi|jan kowalski|"
    "jan jansen|ivan ivanov|иван иванов|joe blow|foo bar|test user|test person|first last|john appleseed|"
    "alice smith|bob smith|alice bob|ola nordmann|kari nordmann|medel svensson|matti meikäläinen|"
    "sherlock holmes|romeo montague|harry potter|santa claus";

}  // namespace

bool is_given_name(std::string_view word) {
  static const Set kSet = set_of(kGiven);
  return kSet.contains(word);
}

bool is_no_name(std::string_view word) {
  static const Set kSet = set_of(kNoName);
  return kSet.contains(word);
}

bool is_placeholder_name(std::string_view name) {
  static const Set kSet = set_of(kNobody);
  return kSet.contains(name);
}

}  // namespace sluice::sense::detect
