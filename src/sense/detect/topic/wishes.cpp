// Stated wishes: "keep this local", "do not send this to the cloud". Only an instruction about this text counts,
// so a sentence is read whole: it must forbid sending this somewhere, or say where alone this may be worked on;
// one that asks, explains or speaks of others ("how do I keep a variable local", "employees must not upload
// files") is none. A wish missed sends a text out, a wish imagined keeps it in: doubt is decided for the wish.
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sense/detect/context/words.h"
#include "sense/detect/topic/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr std::size_t kLongest = 280;  // bytes of a sentence that are read

// One language a line group; every pattern reads one sentence in lower case. `G` is what stands between.
#define G "[^.!?]*?"

constexpr char kEnglish[] =
    // do not / never / without ... send ... this ... cloud
    R"(\b(?:do not|don'?t|don’t|never|must not|mustn'?t|may not|should not|shouldn'?t|can ?not|can'?t|not to|not be|without|no|isn'?t to|avoid|refrain from|nothing|none|instead of|rather than)\b)" G
    R"((?:\b(?:send|sent|sending|uploads?|uploaded|uploading|transmit\w*|forward\w*|submit\w*|leak\w*|relay\w*|calling|contacting)\b|)"
    R"(\b(?:share|shared|sharing|pass|passed|passing|route|routed|routing|leaves?|leaving|go|goes|going|process\w*|use|using|expose\w*|hand|give|put|putting|post|posted|call|involve|travel|reach|store|push|let|run)\b)" G
    R"(\b(?:this|it|these|that|anything|everything|nothing|any of|my|our|what i (?:write|say|type|paste)|the (?:following|text|document|content|contents|below|above|file|conversation|data|note|message|attached)|for this)\b|)"
    R"(\b(?:this|these|nothing|it|(?:the|this|my|our) (?:following|text|document|contents?|file|conversation|data|notes?|message)(?: \w+)?) (?:should|must|may|can|is|are|will|shall)\b)" G
    R"(\b(?:shared?|pass(?:ed)?|routed?|leave|leaving|go|processed|used|exposed|handed|given|put|posted|stored|pushed)\b))" G
    R"(\b(?:clouds?|cloud-based|third[- ]part\w+|external\w*|outside(?: (?:of|our|the (?:company|network|building|firm|hospital)|this|my|world|providers?|services?|parties)|\s*$|\s*[,;)])|hosted|remote|internet|openai|chatgpt|anthropic|claude|gemini|google|azure|aws|vendors?|providers?|off[- ]?site|off[- ]?prem\w*|other servers?|any(?:one else's)? servers?|your servers|someone else's|any api|an api|apis|any llm service|saas|)"
    R"((?:our|the|my|this|your|these|local|company|internal|own) (?:\w+ ){0,2}?(?:network|premises|machines?|computer|building|company|organi[sz]ation|servers?|infrastructure|laptop|device|data ?cent(?:er|re)|office|house|box|host|environment|firewall|perimeter|hospital|firm|country|intranet|workstation))\b|)"
    R"(\b(?:this|these|nothing|it|(?:the|this|my|our) (?:following|text|document|contents?|file|conversation|data|notes?|message)(?: \w+)?) (?:should|must|may|can|is|will|shall)(?: not|not| never)\b)" G
    R"(\b(?:leave|go|be (?:sent|shared|processed|uploaded|passed|stored))\b)" G
    R"(\b(?:cloud|third[- ]part\w+|external\w*|outside|hosted|internet|openai|providers?|network|premises|machine|computer|building|company|organi[sz]ation|servers?|infrastructure|laptop|device|office|house|firewall|hospital|firm)\b|)"
    R"(\b(?:do not|don'?t|don’t|never|must not|cannot|can'?t|not)\b)" G R"(\b(?:this|these|it|any of this)\b)" G
    R"(\b(?:go|going|leave|leaving|be sent|be uploaded|be shared|end up|land|processed|sent|uploaded)\b)" G
    R"(\b(?:cloud|third[- ]part\w+|external\w*|outside|hosted|internet|openai|providers?|network|premises|machine|computer|building|company|organi[sz]ation|servers?)\b|)"
    R"(\b(?:nothing|none)\b)" G R"(\b(?:pass(?:ed)?|shared?|go|goes|given|handed|sent)\b)" G
    R"(\b(?:outside|external\w*|third[- ]part\w+|cloud|providers?|internet)\b|)"
    R"(\b(?:answer|reply|do (?:this|it)|process|work|solve|translate|summari[sz]e)\b)" G
    R"(\bwithout (?:the |any |using (?:the |any )?)?(?:cloud|external (?:service|api|provider|tool|model)s?|internet|online)|)"
    R"(\bonly use (?:the |a |our )?(?:model|llm|ai|engine|system)s? (?:that|which) (?:runs?|is|are|stays?) (?:on|in|at) (?:our|this|my|the local)|)"
    R"(\b(?:none|nothing|no part|not a word|not one word) of (?:this|it|that|these|the \w+)\b)" G
    R"((?:cloud|third[- ]part\w+|external\w*|hosted|internet|openai|providers?|network|premises|machine|building|company|organi[sz]ation|servers?)|)"
    R"(\b(?:local|on[- ]?prem(?:ises)?|in[- ]house|self-hosted) (?:model|models|llm|inference|processing|engine),? (?:please|pls|for this)\b|)"
    R"((?:^|please |pls |, ?)(?:stay|remain) (?:local|on[- ]?prem|in[- ]house|on[- ]device)\b|)"
    R"(\b(?:stay|remain|keep|kept)\b)" G
    R"(\b(?:off|out of|away from) (?:the |any )?(?:cloud|internet|third|external|hosted)|)"
    // keep this local
    R"((?:^|[,;:(\-–—]\s?|please |pls |and |but |so |must |to |should |needs? to |has to |have to |let'?s |just )(?:keep|leave|hold|process|handle|run|answer|analy[sz]e|treat|do|summari[sz]e|work on|translate|read)\b ?)"
    R"((?:all |everything in |all of |the whole of )?(?:this|it|these|that|everything|all|them|(?:this|the|these|my|our|that) (?:data|texts?|document|contents?|conversation|chat|request|message|files?|prompt|note|notes|e-?mail|contract|record|records|thread|discussion|one|material|report|answer|session|information|query|table|letter|transcript)(?: \w+)?)?,? ?)"
    R"((?:strictly |purely |only |just |completely |all |entirely |100 ?% |fully |here and |exclusively )*)"
    R"((?:local|locally|local only|on[- ]?prem\w*|in[- ]house|on[- ]device|offline|inside|within|on (?:this|our|my|the local|the internal|a local|your local|local|internal|our own|my own) (?:own )?(?:machines?|servers?|hardware|computer|laptop|device|infrastructure|network|model|models|box|host|gpu|system|systems))\b)"
    R"((?: (?:the|our|this|my) (?:\w+ )?(?:network|company|building|organi[sz]ation|firewall|house|machine|premises|hospital|firm|perimeter))?)"
    R"((?:\s*$|\s*[,;:)\-–—"'…]| please| pls| and | only| but | for | with | thanks| thx| ok| when| as | since| because| -|\s+(?:to|on|in) (?:our|my|this)|(?: model))|)"
    // only on-prem, local processing only
    R"((?:only|strictly|exclusively|purely|solely) (?:\w+ ){0,4}?(?:locally|(?:a |the |our |your )?local (?:models?|machine|server|llm|instance|processing|inference|hardware|engine)|on[- ]?prem\w*|in[- ]house|on[- ]device|internal model|our own (?:model|server|hardware|machine)\w*|this machine|self-hosted))" G
    R"((?:this|it|these|for|here|please|answer|process|run|use|$)|)"
    R"(\b(?:use|process\w*|handle|run|keep|answer|stay|stick|treat|only|please|with|for)\b)" G
    R"(\b(?:local|on[- ]?prem\w*|in[- ]house|on[- ]device|self-hosted|internal)(?: (?:model|models|processing|inference|llm|use|handling|machine|server))? only\b|)"
    R"(^\W*(?:note: ?|important: ?|nb: ?|reminder: ?)?(?:strictly )?(?:local|on[- ]?prem(?:ises)?|in[- ]house|on[- ]device|offline)(?: (?:model|processing|inference|handling|use))?(?: only|-only)|)"
    R"(\b(?:this|it|these|that|everything here|(?:this|the|my|our) (?:data|text|document|content|conversation|file|request|prompt|message|note|record|chat|contract)s?) (?:must|should|has to|have to|needs? to|is to|are to|may only|can only|stays?|shall|is meant to|is only allowed to|ought to|will)(?: (?:only|always|strictly))?(?: (?:stay|remain|be kept|be processed|be handled|run|be run|be answered))? ?(?:only |strictly )?(?:local\b|locally|on[- ]?prem|in[- ]house|on[- ]device|on our|on this|on my|inside|within our|within the (?:company|network|building|hospital|firm)|offline)|)"
    R"(^\W*(?:must|should|has to|needs to|to) (?:only )?(?:stay|remain|be kept|be processed|be handled) (?:strictly )?(?:local|on[- ]?prem|in[- ]house|on[- ]device|on our|offline|inside)|)"
    R"(\b(?:local|on[- ]?prem(?:ises)?|in[- ]house|self-hosted|internal) (?:model|models|llm|inference|processing|engine) only\b|)"
    R"((?:^|[,;:(\-–—]\s?|please,? |and )no (?:cloud|external|third[- ]party|hosted|remote|outside|online)(?: (?:apis?|services?|providers?|processing|models?|ai|tools?|llms?|calls?|upload|uploads))?,?(?: ?(?:please|for this|for that|on this|here|with this|for these)|\s*[.!:;)]|\s*$|,))";

constexpr char kGerman[] =
    R"(\b(?:nicht|nie|niemals|keinesfalls|auf keinen fall|keine?|ohne|nichts)\b)" G
    R"((?:cloud|extern\w*|internet|dritt\w*|openai|chatgpt|fremde\w*|außerhalb|online|anbieter\w*|us-server\w*|api\b|außer haus|aus (?:dem|unserem) (?:haus|netz|netzwerk|unternehmen)))" G
    R"((?:send\w*|schick\w*|hochlad\w*|hochgeladen|übertrag\w*|weitergeb\w*|weitergegeben|geben|gegeben|übermitt\w*|geschickt|gesendet|beantwort\w*|verarbeit\w*|teilen|geteilt|nutz\w*|verwend\w*|lad\w*|gehen|gelangen|landen|verlassen|leiten|weiterleit\w*)|)"
    R"(\b(?:das|dies|diese[nrs]?|es|den text|die daten|meine|unsere|bitte)\b)" G
    R"(\b(?:nicht|nie|niemals|keinesfalls|auf keinen fall)\b)" G
    R"((?:in die cloud|an die cloud|in der cloud|ins internet|an dritte|an externe|nach außen|nach draußen|an eine (?:externe |fremde )?api|an openai|an chatgpt|außer haus|(?:haus|netz|netzwerk|unternehmen|rechner|server|gebäude|firma) verlassen)|(?:haus|netz|netzwerk|unternehmen|rechner|server|gebäude|firma) (?:nicht|nie|niemals) verlassen|)"
    R"(\b(?:nur|ausschließlich|rein|bitte|unbedingt|strikt|strictly)\b ?(?:\S+ ){0,3}?(?:lokal|intern|on[- ]?prem\w*|vor ort|im haus|inhouse|auf (?:diesem|unserem|unseren|meinem|dem eigenen|eigenen|eigener) (?:eigenen )?(?:rechner|server|servern|gerät|hardware|systemen|maschine)\w*|hausintern)\b ?(?:\S+ ){0,2}?(?:verarbeit\w*|bearbeit\w*|auswert\w*|ausgewertet|behandel\w*|behalten|halten|laufen|bleiben|bleibt|bleibe|nutzen|lassen|belassen|ausführ\w*|zusammenfass\w*|übersetz\w*|rechnen|$|[!.,:;)])|)"
    R"(^\W*(?:bitte )?(?:nur|ausschließlich|rein|strikt) (?:lokal|on[- ]?prem\w*|intern|inhouse)\b\W|)"
    R"(\b(?:das|dies|dieser text|diese\w* \w+|es|der text|alles|die daten)\b (?:muss|müssen|soll|sollen|darf|dürfen|bleibt|bleiben))" G
    R"((?:lokal|im haus|intern|bei uns|in unserem (?:haus|netz|netzwerk)|auf unseren|auf unserem))" G
    R"((?:bleib\w*|verarbeit\w*|$|[.!,;:)])|)"
    R"(\b(?:verarbeite|behandle|bearbeite|halte|behalte|lass|belasse|werte|fasse|übersetze)\b)" G
    R"(\b(?:lokal|intern|on[- ]?prem\w*|vor ort|inhouse|auf (?:diesem|unserem|meinem) (?:rechner|server|gerät))\b(?:\s*$|\W| zusammen| aus)|)"
    R"(\bbleib(?:e|t|en sie)? (?:bitte )?lokal|\bkeine? (?:cloud(?:-\w+)?|externen? (?:dienste?|api\w*|anbieter|server)|drittanbieter)\b(?: bitte| verwenden| nutzen| hierfür| dafür| benutzen|\s*[,.!:;)]|\s*$))";

constexpr char kFrench[] =
    R"(\b(?:ne|n'|n’|jamais|sans|aucun\w*|pas)\b? ?)" G
    R"((?:envo\w+|transmet\w*|partag\w+|télévers\w+|charge[rz]?|diffus\w+|sort\w*|quitt\w+|pass\w+|utilis\w+|communiqu\w+|mett\w+|divulgu\w+|traiter|publi\w+)\b)" G
    R"((?:cloud|nuage|extern\w+|internet|tiers|openai|chatgpt|hors de|en ligne|prestataire|hébergé\w*|fournisseur\w*|(?:notre|nos|le|mon|ce|l'|votre) ?(?:réseau|entreprise|serveurs?|ordinateur|machine|locaux|infrastructure|société|poste|hôpital|cabinet))|)"
    R"((?:uniquement|seulement|exclusivement|strictement|que|rester|reste|restent|garde[rz]?|conserve[rz]?|traite[rz]?|traitement|analyse[rz]?|merci de|veuillez|résume[rz]?|laisse[rz]?)\b)" G
    R"((?:en local|localement|sur (?:place|site|cette machine|mon ordinateur|ce poste|nos serveurs|notre serveur|notre infrastructure)|en interne|on[- ]?prem\w*|hors ligne)\b|)"
    R"(\b(?:pas de|aucun|sans) (?:cloud|service externe|api externe|prestataire externe|services? tiers)\b(?: merci| pour| s'il|\s*[,.!:;)]|\s*$)|)"
    R"(^\W*en local (?:uniquement|seulement|svp|s'il)|\blocal uniquement\b)";

constexpr char kSpanish[] =
    R"(\b(?:no|nunca|sin|jamás|tampoco|ningún|ninguna)\b ?)" G
    R"((?:env[ií]\w*|mand\w+|sub\w+|compart\w+|transmit\w+|sal\w*|sac\w+|pas\w+|us[ae]\w*|utili\w+|proces\w+|reenv\w+|carg\w+|public\w+|abandon\w+)\b)" G
    R"((?:nube|cloud|extern\w+|internet|terceros|openai|chatgpt|fuera|en línea|proveedor\w*|(?:nuestr[oa]s?|la|mi|este|esta|el) (?:red|empresa|servidor\w*|ordenador|equipo|máquina|oficina|infraestructura|computadora|hospital|despacho|organización))|)"
    R"((?:solo|sólo|solamente|únicamente|exclusivamente|mant[eé]n\w*|procesa\w*|conserva\w*|guarda\w*|deja\w*|qued[ae]\w*|permane\w+|analiza\w*|trata\w*|usa|hazlo|trabaja)\b)" G
    R"((?:en local|de forma local|localmente|en (?:nuestra red|la red interna|nuestra empresa)|en (?:nuestros|mis|este|nuestro|mi|esta) (?:propios? )?(?:servidor\w*|equipo|ordenador|máquina|infraestructura|computadora)|on[- ]?prem\w*|internamente|sin conexión)\b|)"
    R"(^\W*(?:solo|sólo|únicamente) (?:en )?local\b|\b(?:nada de|sin) (?:nube|cloud|servicios externos|apis externas)\b(?: por favor|\s*[,.!:;)]|\s*$))";

constexpr char kItalian[] =
    R"(\b(?:non|mai|senza|nessun\w*)\b ?)" G
    R"((?:invi\w+|mand\w+|caric\w+|condivid\w+|trasmett\w+|trasmess\w+|usc\w+|esc\w+|pass\w+|us\w+|utilizz\w+|elabor\w+|inoltr\w+|mett\w+|lasci\w+)\b)" G
    R"((?:cloud|nuvola|estern\w+|internet|terz[ie]|openai|chatgpt|fuori|online|fornitor\w+|(?:la nostra|il nostro|i nostri|nostr[aoi]|la mia|mio|questo|questa|dalla|dal|la|il) ?(?:\w+ )?(?:rete|azienda|server|computer|macchina|sede|infrastruttura|ufficio|ospedale|studio))|)"
    R"((?:solo|soltanto|esclusivamente|unicamente|elabor\w+|tien\w+|tratta\w*|conserva\w*|mantien\w+|rest\w+|riman\w+|lascia\w*|riassumi\w*|fallo|usa)\b)" G
    R"((?:in locale|localmente|sul nostro server|sui nostri server|su questa macchina|su questo computer|on[- ]?prem\w*|internamente|offline)\b|)"
    R"(^\W*solo (?:in )?locale\b|\b(?:niente|senza) (?:cloud|servizi esterni|api esterne)\b(?: per favore|\s*[,.!:;)]|\s*$))";

constexpr char kPortuguese[] =
    R"((?:^|[\s,;:(])(?:não|nunca|jamais|sem|nenhum\w*|nada)\b ?)" G
    R"((?:env\w+|mand\w+|carreg\w+|compartilh\w+|partilh\w+|transmit\w+|sai\w*|sair|pass\w+|us\w+|utiliz\w+|process\w+|sub\w+|encaminh\w+|pode\w* sair|coloqu\w+)\b)" G
    R"((?:nuvem|cloud|extern\w+|internet|terceiros|openai|chatgpt|fora|online|fornecedor\w*|provedor\w*|(?:noss[oa]s?|da|do|a|o|minha|meu|esta|este) (?:nossa |nosso )?(?:rede|empresa|servidor\w*|computador|máquina|infraestrutura|escritório|hospital))|)"
    R"((?:só|apenas|somente|exclusivamente|mant[eé]\w*|manter|process\w+|guard\w+|trat\w+|fiqu\w+|fica\w*|permane\w+|deix\w+|analis\w+|use|faça)[\s,])" G
    R"((?:localmente|em local|no local|de forma local|nos nossos servidores|apenas no nosso servidor|no nosso servidor|neste computador|nesta máquina|on[- ]?prem\w*|internamente|offline)\b|)"
    R"(^\W*(?:só|apenas|somente) (?:local|localmente)\b|\b(?:nada de|sem) (?:nuvem|cloud|serviços externos|apis externas)\b(?: por favor|\s*[,.!:;)]|\s*$))";

constexpr char kDutch[] =
    R"((?:netwerk|bedrijf|gebouw|kantoor|pand) (?:niet|nooit) (?:verlaten|uit)|\b(?:niet|nooit|geen|zonder|niets)\b)" G
    R"((?:cloud|extern\w*|internet|derde\w*|openai|chatgpt|buiten|online|api\b|aanbieder\w*|(?:ons|het|mijn|dit|onze) (?:netwerk|bedrijf|server\w*|computer|laptop|gebouw|kantoor))|)"
    R"(\b(?:alleen|uitsluitend|enkel|houd|hou|verwerk|laat|blijf\w*|blijven|bewaar|gebruik)\b)" G
    R"((?:\blokaal\b|lokale (?:model|verwerking)|on[- ]?prem\w*|intern\b|op (?:deze|onze|mijn|eigen) (?:eigen )?(?:machine|server\w*|computer|laptop|hardware)))";

constexpr char kNordic[] =
    R"(\b(?:inte|ikke|aldrig|aldri|ej|utan|uden|uten|ingen|inga)\b)" G
    R"((?:molnet|moln|skyen|sky|cloud|extern\w*|ekstern\w*|internet|nettet|tredje\w*|openai|chatgpt|utanför|utenfor|udenfor|api\b|vårt nätverk|vores netværk|nettverket vårt|vårt nettverk|lämna vår\w*|forlade vores|forlate vårt)|)"
    R"(\b(?:endast|bara|enbart|kun|udelukkende|bare|behåll|behold|hold|håll|behandla|behandl|behandle|kör|kør|kjør)\b)" G
    R"(\b(?:lokalt|internt|on[- ]?prem\w*|på (?:denna|vår|våra|denne|vores|vår egen) (?:egen |egna )?(?:maskin|dator|server\w*|computer))\b|)"
    R"((?:älä|ei saa|älkää|ilman)\s)" G
    R"((?:pilve\w+|ulkopuol\w+|verkkoon|internet\w*|kolmann\w+|openai|chatgpt)|)"
    R"((?:vain|ainoastaan|pidä|käsittele)\b)" G
    R"((?:paikallisesti|paikallisena|paikallinen|omalla palvelimella|omilla palvelimilla))";

constexpr char kSlavic[] =
    R"((?:^|[\s,;:(])(?:nie|nigdy|bez|żadn\w+|ne|nikdy|nesmí)[\s,])" G
    R"((?:chmur\w+|zewnętrzn\w+|internet\w*|trzeci\w+|openai|chatgpt|poza nasz\w+|na zewnątrz|opuszcz\w+ nasz\w+|naszej sieci|cloudu?|externí\w*|mimo naš\w+|třetí\w*)|)"
    R"((?:^|[\s,;:(])(?:tylko|wyłącznie|jedynie|pouze|jen|jenom|zachowaj|przetwarzaj|przetwórz|trzymaj|zpracuj|zpracovat|nech)[\s,])" G
    R"((?:lokalnie|lokalně|lokálně|na miejscu|on[- ]?prem\w*|na (?:naszych|naszym|tym|moim) (?:serwer\w+|komputer\w+|maszyn\w+|sprzę\w+)|w naszej sieci)|)"
    R"((?:^|[\s,;:(])(?:не|нельзя|никогда|без|никаких|ни в коем)[\s,])" G
    R"((?:облак\w*[^\s,.]*|внешн[^\s,.]+|интернет[^\s,.]*|сторонн[^\s,.]+|третьи[^\s,.]+|openai|chatgpt|за пределы|наружу|покида[^\s,.]+)|)"
    R"((?:^|[\s,;:(])(?:только|исключительно|лишь|оставь[^\s,.]*|обрабатывай[^\s,.]*|обработай[^\s,.]*|храни[^\s,.]*)[\s,])" G
    R"((?:локально|локальн[^\s,.]+ (?:модел[^\s,.]+|машин[^\s,.]+)|на (?:нашем|нашей|этом|этой|моём|моем|своём) (?:сервер[^\s,.]*|компьютер[^\s,.]*|машин[^\s,.]*)|внутри (?:компании|сети)|у нас))";

// "use only the local model"
constexpr char kLocalModel[] =
    R"((?:only|just|solely) (?:use |with |on |by )?(?:the |a |our |your )?(?:local|on[- ]?prem\w*|in[- ]house|self-hosted) (?:\w+ )?(?:model|llm|engine|ai)|)"
    R"((?:nur|ausschließlich) (?:mit |auf |über )?(?:dem |das |ein |einem |unser\w* )?(?:lokale[nms]?|eigene[nms]?|interne[nms]?) (?:modell|ki|llm|server)|)"
    R"((?:uniquement|seulement|exclusivement|que) (?:avec |sur )?(?:le |un |notre )?modèle local|modèle local (?:uniquement|seulement)|)"
    R"((?:solo|sólo|solamente|únicamente|soltanto|esclusivamente) (?:con |en )?(?:el |un |il |nuestro )?model(?:o|lo) locale?|)"
    R"((?:apenas|somente|só) (?:com )?(?:o |um |nosso )?modelo local|)"
    R"((?:alleen|uitsluitend) (?:met )?(?:het |een |ons )?lokale model|)"
    R"((?:tylko|wyłącznie) (?:z )?(?:lokalnego|lokalnym) model|)"
    R"((?:bara|endast|kun|bare) (?:den |det |med den )?lokala? ?(?:modell|model)|(?:kun|bare) (?:den |det )?lokale model|)"
    R"((?:pouze|jen) lokální model|vain paikallista mallia)"
    R"(|\b(?:entirely|exclusively|completely|fully|strictly) (?:by|with|on|in|through) (?:the |a |our |my |your )?(?:local|own|on[- ]?prem\w*|in[- ]house|self-hosted|internal) (?:\w+ )?(?:model|llm|engine|ai|servers?|machines?|hardware|systems?))"
    R"(|\b(?:process|handle|run|answer|analy[sz]e|translate|summari[sz]e|do|keep)\b)" G
    R"(\bon (?:our|my) (?:own )?(?:hardware|servers?|machines?|computers?|laptop|premises|infrastructure) only)"
    R"(|\b(?:don'?t|do not|never|without) (?:involv\w+|us\w+|ask\w*|query\w*) any (?:cloud|external|hosted|third[- ]party|outside|remote) (?:ai|model|llm|service|api|provider|tool|system)s?\b)"
    R"(|\b(?:darf|dürfen|soll|sollen|sollte) (?:auf keinen fall |bitte |keinesfalls )?(?:nicht|nie|niemals)? ?(?:ins internet|in die cloud|nach außen|nach draußen|aus dem haus|an dritte)\b)"
    R"(|(?:doit|doivent|devrait) (?:impérativement |absolument )?rester (?:chez nous|en interne|en local|ici|dans nos murs)|ne l'envo\w+ nulle part)"
    R"(|(?:prohibido|prohibida|queda prohibido|vietato|proibido|é proibido) (?:enviar|subir|compartir|mandar|inviare|caricare|condividere|enviar|compartilhar)\b)" G
    R"((?:terceros|nube|cloud|fuera|extern|internet|terzi|nuvem|terceiros))"
    R"(|(?:en|sui|nos|nei) (?:nuestr[oa]s?|nostri|nossos) (?:propios |propri )?(?:servidores|server|sistemas|sistemi|equipos) (?:únicamente|solamente|solo|sólo|exclusivamente|soltanto|esclusivamente|apenas|somente))"
    R"(|(?:ma|musi|powinno|niech) (?:to )?(?:zostać|zostanie|pozostać) (?:u nas|lokalnie|w firmie|na miejscu)|(?:должно|пусть|должен) (?:\S+ )?оста\S+ (?:у нас|внутри|локально|здесь))"
    R"(|\b(?:alles|das|dies|es|bitte|text) (?:\S+ )?lokal (?:lassen|halten|belassen|bleiben|behalten)|^\W*not for (?:any |the )?(?:cloud|external|hosted|third[- ]party|outside))"
    R"(|\bonly (?:use )?(?:the |a |our )?(?:model|llm|ai|engine|system)s? (?:that|which) (?:runs?|is|are|stays?) (?:on|in|at) (?:our|this|my|the local))"
    R"(|(?:moet|moeten|laat dit) (?:bij ons|lokaal|intern|hier) blijven|(?:ska|skal|må) (?:stanna|blive|bli|forblive) (?:hos oss|hos os|lokalt|internt))";

constexpr char kTurkish[] =
    R"((?:bulut[^\s,.]*|harici|dış|internet[^\s,.]*|üçüncü|openai|chatgpt|dışarı[^\s,.]*|ağımızdan|şirket dışı[^\s,.]*)[^.!?]*(?:gönderme|gönderilme|yükleme|yüklenme|paylaşma|paylaşılma|aktarma|aktarılma|çıkma|çıkarma|kullanma|iletme)|)"
    R"((?:sadece|yalnızca|yalnız)[^.!?]*(?:yerel[^\s,.]*|şirket içi[^\s,.]*|bu bilgisayar[^\s,.]*|kendi sunucu[^\s,.]*)|yerelde (?:kal[^\s,.]*|tut[^\s,.]*|işle[^\s,.]*))";

constexpr char kEastAsian[] =
    R"((?:不要|别|請勿|请勿|勿|不得|禁止|不能|不可|切勿|不許|不许|不准|別|无需|避免)[^。！？]*(?:云端|雲端|云上|云服务|外部|第三方|互联网|外网|公网|openai|chatgpt|境外|在线服务|api|公司网络|内网)|)"
    R"((?:只|仅|僅|只能|必须|請在|请在|仅限|限于|限在)[^。！？]*(?:本地|本機|本机|内网|內部|本公司服务器|我们的服务器|我们自己的服务器|内部服务器)|(?:保留|留|保持|放)在(?:本地|本机|本機|内网|公司内部)|)"
    R"((?:クラウド|外部|社外|第三者|インターネット|openai|chatgpt|外のサーバー?|api|社内ネットワーク|ネットワーク)[^。！？]*(?:送らない|送信しない|アップロードしない|出さない|渡さない|使わない|共有しない|送信禁止|送信不可|アップロード禁止|持ち出さない|送るな|使用しない|送信せず|送らず|出さず|経由しない)|)"
    R"((?:ローカル|社内|オンプレ[^\s,.]*|手元|この端末)[^。！？]*(?:のみ|だけ|限定)|(?:ローカル|社内|オンプレ[^\s,.]*|手元)[^。！？]*(?:処理して|処理してください|留めて|とどめて|に留め|完結)|)"
    R"((?:클라우드|외부|제3자|인터넷|openai|chatgpt|api|사외|회사 밖|네트워크)[^.!?]*(?:보내지|전송하지|업로드하지|올리지|공유하지|유출하지|내보내지|사용하지|나가지|나가면 안|전송 금지|보내면 안|나가선)|)"
    R"((?:로컬|사내|온프레미스|이 컴퓨터|우리 서버|내부)[^.!?]*(?:만 |에서만|으로만|로만|전용)|)"
    R"((?:क्लाउड|बाहरी|इंटरनेट)[^।!?]*(?:मत|न भेजें|नहीं)|(?:केवल|सिर्फ)[^।!?]*(?:स्थानीय|लोकल)|)"
    R"((?:لا|عدم|دون|بدون|ممنوع)[^.!؟?]*(?:السحابة|سحابة|سحابي|خارجي|خارج|الإنترنت|طرف ثالث)|(?:محليا|محليًا|محلياً) فقط|فقط (?:محليا|محليًا|محلياً)|)"
    R"((?:אל|לא|אין|בלי)[^.!?]*(?:לענן|בענן|חיצוני|צד שלישי)|(?:רק|אך ורק)[^.!?]*(?:מקומי|מקומית))";

// Talk about sending and keeping, in a question, an explanation, or of others.
constexpr char kAgainst[] =
    R"(^\W*(?:(?:so|and|but|also|hi|hello|hey|ok|okay)[, ]+)?(?:(?:how|why|what|what's|which|when|where|who|does)\b|do (?:i|we|you|they|companies|people|users)|did|is|are|was|can i|can we|can (?:a|the|an)|should|could i|could we|would|explain|describe|compare|define|discuss|wie |warum|wieso|was |welche|wann|ist |sind |kann (?:ich|man)|darf |soll|erkläre|erklären sie|comment |pourquoi|qu'|quel|est-ce|que signifie|puis-je|peut-on|explique|cómo|como |por qué|por que|qué |cuál|puedo|se puede|explica|o que |qual |posso|come |perché|che cosa|cos'|cosa |qual è|spiega|hoe |waarom|wat |welke|kan ik|mag |leg uit|hur |varför|vad |hvad |hvordan|hvorfor|hva |jak |dlaczego|co |czy |как |почему|что |зачем|можно ли|bedeutet|nasıl|neden|nedir|miten|miksi|mikä|什么|什麼|为什么|为何|如何|怎么|是否|なぜ|どう|왜|어떻게|무엇))";
constexpr char kOthers[] =
    R"(\b(?:whether|(?:we|they|he|she|who) (?:do not|don't|never|doesn't|does not|did not|didn't|would never) (?:share|use|send|store|go|goes|sell|pass|process|upload|sent|rent)|librar(?:y|ies)|packages?|dependenc\w+|modules?|frameworks?|plugins?|ports?|load balancer|(?:api )?keys?|passwords?|sources?|plants?|winter|biblioth\w+|bibliotek\w*|bibliotec\w*|abhängigkeit\w*|paket\w*|dépendances?|dependencias?|employees?|staff|users|customers|companies|developers|people|citizens|policy|policies|guidelines?|slogan|code style|globals?|essay|article|variables?|functions?|closures?|scopes?|threads?|branch|commits?|git|restaurants?|food|shops?|farmers?|feature|setting|option|checkbox|the app|apps|software|vendor claims|sentence means|mitarbeiter\w*|richtlinie|variable|funktion|kunden|restaurants|unternehmen sollten|employés|politique|fonction|empleados|política|función|dipendenti|funcionários|medewerkers|pracownicy|сотрудник[^\s,.]+|local-first|firewall rule|load balancers?|unit tests?|lyrics|song|story|novel|poem|character)\b|员工|政策|变量|函数|库|ライブラリ|라이브러리|kütüphane|библиотек|パッケージ|패키지|従業員|変数|관광|직원|변수)";
constexpr char kPolite[] =
    R"(\b(?:please|pls|kindly|could you|can you|would you|will you|bitte|kannst du|können sie|könntest|s'il (?:te|vous) plaît|svp|merci|peux-tu|pouvez-vous|por favor|puedes|podrías|per favore|puoi|potresti|pode |poderia|alsjeblieft|alstublieft|aub|kun je|kunt u|snälla|tack|proszę|prosím|пожалуйста|lütfen|kiitos|venligst|vennligst)|请|請|ください|下さい|해 ?줘|해주세요|주세요|मत|कृपया|من فضلك|בבקשה)";

#undef G

// Whether what stands between the sentence's first and last quotation mark is the part that forbids.
bool is_quoted(std::string_view sentence, std::string_view found) {
  const auto at = static_cast<std::size_t>(found.data() - sentence.data());
  for (const char* mark : {"\"", " '", "“", "„", "«", "‘", "「", "『"}) {
    const std::size_t open = sentence.rfind(mark, at + 1);
    if (open == sentence.npos) continue;
    if (sentence.find_first_of("\"'", at + found.size()) != sentence.npos ||
        sentence.find("”", at) != sentence.npos || sentence.find("’", at + found.size()) != sentence.npos ||
        sentence.find("»", at) != sentence.npos || sentence.find("」", at) != sentence.npos)
      return open > 0;  // a sentence that is all quotation stands for itself
  }
  return false;
}

class Wishes : public scan::Detector {
 public:
  explicit Wishes(scan::PhraseSet& set)
      : places_(set), against_(std::string("(?:") + kAgainst + ")"), others_(kOthers), polite_(kPolite) {
    for (const char* pattern : {kEnglish, kGerman, kFrench, kSpanish, kItalian, kPortuguese, kDutch, kNordic,
                                kSlavic, kLocalModel, kTurkish, kEastAsian}) {
      wishes_.push_back(std::make_unique<RE2>(std::string("(") + pattern + ")"));
      SLUICE_CHECK(wishes_.back()->ok(), "our own patterns compile");
    }
    SLUICE_CHECK(against_.ok() && others_.ok() && polite_.ok(), "our own patterns compile");
    add_places();
  }

  const char* name() const override { return "wishes"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t read = 0;  // where the last sentence that was read ends
    for (const auto& hit : places_.hits(doc)) {
      if (hit.start < read) continue;
      const std::size_t start = sentence_start(doc.text, hit.start, read);
      const std::size_t end = sentence_end(doc.text, hit.end);
      read = end;
      std::string sentence = doc.lower.substr(start, end - start);
      std::replace(sentence.begin(), sentence.end(), '\n', ' ');
      if (!is_wish(sentence, doc.lower, end)) continue;
      hits.push_back({Kind::LocalWish, 0.8, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
      return {};  // one is enough
    }
    return {};
  }

 private:
  // Words that nearly every wish has one of: without, no sentence is read.
  void add_places() {
    places_.add(
        1,
        "cloud|clouds|the cloud|third party|third-party|third parties|third-parties|external|externally|outside|"
        "hosted|openai|chatgpt|anthropic|off-site|offsite|off-prem|any api|external apis|local|locally|on-prem|"
        "on-premises|on-premise|on prem|on premises|in-house|on-device|on device|our network|our premises|"
        "our servers|our own servers|our own hardware|this machine|this computer|my machine|my computer|our "
        "building|the building|our company|the company|our organisation|our organization|our infrastructure|"
        "this network|this laptop|my laptop|this device|our data centre|our data center|company network|internal "
        "network|our firewall|the firewall|the premises|the network|our hospital|our firm|self-hosted|offline|"
        "the internet|local-only|your servers|other servers|this server|this room|this house|our perimeter|"
        "intranet|my device|azure|an api|internal model|the hospital|the firm");
    places_.add(
        1,
        "local model|own hardware|our hardware|my hardware|ins internet|im internet|chez nous|nulle "
        "part|l'extérieur|dans nos murs|u nas|у "
        "нас|bij ons|"
        "hos oss|hos os|eigen server|onze server|aus dem haus|lokal|modèle local|modelo local|modello "
        "locale|lokale model|lokalem modell|lokalen modell|lokales modell|"
        "lokalnego modelu|lokala modellen|lokale modell|cloud service|lokal|extern|externe|externen|externer|an "
        "dritte|außer haus|im haus|inhouse|nach außen|unser netz|unser "
        "netzwerk|unser haus|das unternehmen|die firma|das gebäude|unser gebäude|unsere firma|unser "
        "unternehmen|eigenen servern|eigene server|eigenen server|eigener hardware|unserem "
        "netzwerk|unserem haus|das haus|das netz|hausintern|nach draußen|diesem "
        "rechner|unserem server|unseren servern|en local|localement|nuage|externes|tiers|en interne|notre réseau|"
        "nos serveurs|hors ligne|sur site|cette machine|ce poste|notre entreprise|local uniquement|nube|la nube|"
        "externa|externo|externos|terceros|localmente|nuestra red|nuestros servidores|nuestro servidor|nuestra "
        "empresa|in locale|"
        "esterna|esterne|esterni|esterno|terzi|nostra rete|nostri server|nuvem|terceiros|nossa rede|nosso "
        "servidor|nossos "
        "servidores|nossa empresa|lokaal|ons netwerk|onze servers|derden|derde "
        "partij|molnet|skyen|lokalt|eksternt|"
        "eksterne|vårt nätverk|vores netværk|tredje part|pilveen|paikallisesti|ulkopuolisille|lokalnie|lokálně|"
        "lokalně|naszej sieci|cloudu|na zewnątrz|zewnętrznych|zewnętrznego|naszych serwerach");
    places_.add(
        1, "chmur|zewnętrzn|облак|внешн|сторонн|локальн|bulut|yerel|harici|buluta|pilve|нашем сервер|за пределы",
        scan::Edge::Start);
    places_.add(1,
                "云端|雲端|外部|第三方|本地|本机|本機|内网|クラウド|ローカル|社外|社内|オンプレ|클라우드|로컬|"
                "외부로|외부에|외부 "
                "|사내|온프레미스|क्लाउड|स्थानीय|السحابة|محلي|לענן|מקומי|云服务|外网|公网|互联网",
                scan::Edge::Any);
  }

  static std::size_t sentence_start(std::string_view text, std::size_t at, std::size_t not_before) {
    std::size_t start = at;
    while (start > not_before && at - start < kLongest && !ends_sentence(text, start - 1)) --start;
    while (start < at && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) ++start;
    while (start < at && (text[start] == ' ' || text[start] == '\n')) ++start;
    return start;
  }

  static std::size_t sentence_end(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && end - at < kLongest && !ends_sentence(text, end)) ++end;
    return end;
  }

  // A mark that ends a sentence: not the point of a number, nor the line break of a wrapped line, behind which a
  // small letter goes on.
  static bool ends_sentence(std::string_view text, std::size_t at) {
    const char c = text[at], next = at + 1 < text.size() ? text[at + 1] : '\n';
    if (c == '!' || c == '?') return true;
    if (c == '\n') return !(next >= 'a' && next <= 'z') && !(static_cast<unsigned char>(next) >= 0xC3);
    if (c == '.') return next == ' ' || next == '\n';
    if (at < 2) return false;
    const std::string_view three = text.substr(at - 2, 3);
    return three == "。" || three == "！" || three == "？" || three == "।";
  }

  bool is_wish(std::string_view sentence, std::string_view text, std::size_t end) const {
    const re2::StringPiece piece(sentence.data(), sentence.size());
    re2::StringPiece found;
    const bool any = std::any_of(wishes_.begin(), wishes_.end(),
                                 [&](const auto& wish) { return RE2::PartialMatch(piece, *wish, &found); });
    if (!any) return false;
    if (is_quoted(sentence, std::string_view(found.data(), found.size()))) return false;
    if (RE2::PartialMatch(piece, others_)) return false;
    // "Send this nowhere: what is the capital of Chad?" asks something else.
    const std::size_t colon = sentence.find(": ", static_cast<std::size_t>(found.data() - sentence.data()));
    const bool ends_in_question = colon == sentence.npos && (text.substr(end).starts_with("?") ||
                                                             sentence.ends_with("？") || sentence.ends_with("؟"));
    const bool asks = ends_in_question || RE2::PartialMatch(piece, against_);
    return !asks || RE2::PartialMatch(piece, polite_);
  }

  Words places_;
  std::vector<std::unique_ptr<RE2>> wishes_;
  RE2 against_, others_, polite_;
};

}  // namespace

Made make_wishes(scan::PhraseSet& set) { return std::make_unique<Wishes>(set); }

}  // namespace sluice::sense::detect
