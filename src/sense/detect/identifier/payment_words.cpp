#include "sense/detect/identifier/payment_words.h"

namespace sluice::sense::detect {
namespace {

void add_paying(Words& words) {
  words.add(
      kPayWord,
      "pay me|pay me back|pay you back|pay her back|pay him back|pay us|pay us back|pays into|pay it into|pay to|"
      "send it to|send the money|transfer it|transfer to|transfer me|bank transfer|bacs|faster payment|"
      "standing order|direct debit|refund to|refund|owe me|owe you|rent|deposit|payee|vippse|vippsa|vipps|"
      "vipps meg|betale|betal til|swish|bizum|landlord|rückzahlung|remboursement|loyer|rembourser|utaljuk|"
      "utalja|utalni|utalj|számlára|számlámra|számlaszámra|számláról|közös költség");
  words.add(kFromWord,
            "payment from|payments from|pays into|pay into|paid into|pay it into|credited to|debited from|wire to|"
            "wired to|deposited into|deposit into|direct deposit to|pulled from|withdrawn from");
  words.add(kFromWord | kPayWord, "standing order from|standing order to|direct debit from|direct debits from");
  words.add(kCheckLine, "⑆", scan::Edge::Any);
  words.add(kBranchName, "branch|branches|which branch|my branch|standing order");
  words.add(kBankName | kShortName,
            "국민|신한|우리|하나|기업|카카오|토스|케이뱅크|수협|씨티|제일|산업|대구|부산|광주|전북|경남|제주",
            scan::Edge::Any);
}

void add_accounts(Words& words) {
  words.add(
      kAccountWord,
      "securities account|custody account|brokerage account number|trading account number|depot|depot-nr|"
      "depot-nr.|depotnummer|depotnr|depotnr.|wertpapierdepot|depotkonto|girokonto|sparkonto|sparbuch|"
      "tagesgeldkonto|"
      "festgeldkonto|verrechnungskonto|bausparvertrag|darlehenskonto|kredit-nr|kreditnummer|darlehensnummer|"
      "compte-titres|compte titres|compte-titres n°|compte joint|compte épargne|compte chèques|livret a|livret|"
      "pea|numéro du compte|rib|prêt n°|cuenta de valores|cuenta n.º|cuenta nº|nº cuenta|n.º de cuenta|"
      "número de la cuenta|libreta|cuenta vista|cuenta rut|conta de títulos|conta n.º|conta nº|conta-corrente|"
      "conta corrente n.º|nº da conta|n.º da conta|agência e conta|conto titoli|deposito titoli|conto deposito|"
      "c/c|c/c n.|conto corrente n.|libretto|mutuo n.|effectenrekening|beleggingsrekening|spaarrekening|"
      "betaalrekening|rekening nr|rekening nr.|værdipapirdepot|vp-konto|depotnr.|reg.nr.|kontonr|kontonr:|"
      "kontonumer|aktiedepå|värdepappersdepå|depånummer|depå|isk-konto|isk|sparkonto nr|bankkonto nr|bankkontonr|"
      "arvo-osuustili|tili|tilinumero|pankkitili|tilinro|rachunek maklerski|rachunku|nr rachunku|konta nr|"
      "numer rachunku bankowego|číslo účtu|č. účtu|č.ú.|č. ú.|účet č.|bankovní účet|číslo účtu v banke|"
      "számlaszám|bankszámlaszám|bankszámla|értékpapírszámla|számlaszámom|számla|cont bancar|nr. cont|"
      "contul nr.|žiro račun|broj računa|tekući račun|številka računa|arvelduskonto|kontonumber|konta numurs|"
      "sąskaitos numeris|hesap|hesabım|hesap no:|yatırım hesabı|"
      "nomor rekening|no rekening|no. rekening|no rek|norek|no. rek|nomor akun bank|số tài khoản|stk|số tk|"
      "akaun bank|no akaun|no. akaun|acct num|acctno|acct#|acc no|acc no.|acc. no.|acc number|a/c number|"
      "bank a/c|accno|account nos|account num|iban or account|bban|giro account|sipp account|isa account|"
      "loan account number|mortgage account|mortgage account number|super fund account|member account");
  words.add(kAccountWord,
            "acc0unt|acc0unt n0|acc0unt n0.|account n0|account n0.|acct n0|acct n0.|roll number|roll no|"
            "счёт|счёта|счета|на счёт|на счет|счёту|счету|számlára|számlámra|számlaszámra|számlaszámom");
  words.add(kAccountWord, "р/сч|р/с №|расч. счет|расчётный счёт №|рахунок №|iban/konto|konto nr.|konto-nr.");
  words.add(kAccountWord,
            "брокерский счет|брокерский счёт|счет депо|счёт депо|лицевой счет|лицевой "
            "счёт|р/с|р/с:|л/с|к/с|рахунок|лична сметка|"
            "номер рахунку|розрахунковий рахунок|р/р|сметка|банкова сметка|номер на сметка|рачун|број рачуна|"
            "жиро рачун|αρ. λογαριασμού|αριθμός λογαριασμού|λογαριασμός|λογαριασμού");
  words.add(kAccountWord,
            "証券口座|証券総合口座|普通口座|当座口座|（普通）|(普通)|（当座）|(当座)|支店 普通|支店普通|支店 当座|"
            "支店 (普|貯金口座|記号番号|店番|证券账户|资金账号|资金账户|賬號|户头|戶口|帳戶號碼|증권계좌|예금주|"
            "رقم الحساب|شماره حساب|حساب بنكي|מספר חשבון|חשבון בנק|חשבון|หมายเลขบัญชี|เลขที่บัญชี|บัญชี|खाता संख्या|"
            "खाता नंबर|হিসাব নম্বর|கணக்கு எண்",
            scan::Edge::Any);
}

}  // namespace

void add_payment_words(Words& words) {
  words.add(
      kCardWord,
      "card|cards|credit card|debit card|visa|mastercard|amex|maestro|discover|american express|"
      "cvv|cvc|cvv2|expiry|expires|exp|pan|kreditkarte|karte|kartennummer|carte|carte bancaire|"
      "carte bleue|tarjeta|cartão|cartao|carta di credito|kaart|karta|карта|карты|payment|billing|"
      "charge|charged|declined|kreditkartennummer|numero della carta|carta|número de tarjeta|numero de tarjeta|"
      "tarjeta de crédito|cartão de crédito|carte de crédit|numéro de carte|kart|kart numarası|kortnummer|kort|"
      "номер карты|карте|карту|kredietkaart|karty|numer karty|кредитная карта|cc|credit|debit|refund|"
      "kreditkort|bankkort|cardholder|card number|ccnum|unionpay|rupay|jcb|diners|troy|mir");
  words.add(kCardWord, "卡号|信用卡|银行卡|卡號|カード|카드|कार्ड|بطاقة|כרטיס|บัตร", scan::Edge::Any);
  words.add(kOtherNumber,
            "regon|siret|siren|cnpj|krs|nip|tva|ust-idnr|article|article code|ean|isbn|imei|tracking|tracking "
            "number|sku|upc|gtin|serial|"
            "serial number|order number|order id|invoice number|ticket number|random|seed|hash|timestamp|"
            "imei|imsi|iccid|trace id|request id|product code|part number|barcode|reference number|luhn");
  words.add(kAccountWord,
            "account|account number|account no|account no.|account #|acct|acct no|acct.|a/c|a/c no|"
            "bank account|checking account|savings account|savings bank account|kontonummer|konto|"
            "konto-nr|kontonr|numéro de compte|compte|compte bancaire|número de cuenta|cuenta|"
            "cuenta bancaria|conta|conta corrente|número da conta|conto corrente|rekeningnummer|"
            "numer konta|clabe|cbu|id number|номер счета|расчетный счет|номер счёта|расчётный счёт|счет|numero di "
            "conto|numero conto|conto|conto bancario|conto n.|rekening|bankrekening|rekeningnr|konto "
            "nr|kontonr.|bankkonto|nr konta|kto|kto.|kto-nr|rachunek|numer rachunku|n° de compte|compte n°|compte "
            "courant|cuenta "
            "n.º|cuenta corriente|"
            "nº de cuenta|cuenta de ahorros|conta bancária|conta poupança|hesap no|hesap numarası|banka hesabı|"
            "kontonummeret|bankgiro|plusgiro|account_number|accountnumber|acct_no|cta.|cbu|cvu|nuban|clave "
            "interbancaria|account "
            "no:|iban/account|beneficiary account|deposit account|current account|brokerage account|loan number|"
            "loan account|demat|folio number|policy account");
  words.add(kAccountWord,
            "口座（普通|口座(普通|口座（当座|口座(当座|普通預金|当座預金|账号|账户|帳號|帳戶|口座番号|계좌번호|"
            "계좌|حساب|खाता",
            scan::Edge::Any);
  words.add(kRoutingWord,
            "routing|routing number|routing no|aba|aba number|rtn|ifsc|ifsc code|swift|"
            "swift code|bic|blz|bankleitzahl|transit number|wire transfer");
  words.add(
      kBankWord,
      "bank|banking|pay into|paid into|pay in "
      "to|barclays|lloyds|natwest|hsbc|santander|halifax|monzo|starling|nationwide|tsb|chase|wells "
      "fargo|citibank|bsb|rib|zelle|venmo|deposit|direct deposit|iban|wire|savings|checking|loan|payroll|routing|"
      "transaction|transfer|balance|sort code|sepa|überweisung|virement|transferencia|holder|debit|"
      "finance|financial|cheque|cheques|bankkonto|pankki|banka|bankası|banco|banca|banque|банк|банка|τράπεζα|"
      "itaú|building "
      "society|asb|anz|bnz|kiwibank|westpac|commbank|bradesco|nubank|santander|wertpapier|wertpapiere|titres|"
      "titoli|portefeuille|"
      "securities|dividend|dividende|przelew|převod|"
      "utalás|utalást|maksu|betaling|overføring|insättning|uttag|giro|kontoauszug|relevé|extracto|estratto");
  words.add(kRoutingWord | kTransitWord, "transit|transit nr|transit #|branch transit");
  words.add(kDepositWord, "checking|savings|chequing|dda");
  words.add(kBankName, "은행|뱅크|농협|신협|새마을금고|우체국", scan::Edge::Any);
  words.add(kBranchWord, "clearing|clearingnr|clearingnummer|clearing-nr|reg|reg.nr|reg. nr|regnr|reg nr");
  words.add(kBranchWord | kBankWord, "agência|agencia|ag.");
  words.add(kBranchWord, "ag");
  words.add(kBranchWord, "支店(|支店（|支店 |店番|店番号|支店コード", scan::Edge::Any);
  words.add(kRoutingWord | kSortWord,
            "sort code|sort|sortcode|sort codes|branch sort code|sc no|bsb|bsb number|bsb no|sort c0de",
            scan::Edge::Name);
  words.add(
      kRoutingWord,
      "routing #|rtn no|aba routing|aba rtn|transit no|institution number|bank code|bankcode|bank routing|"
      "bank_routing|routing_no|routing_number|clearingnummer|clearing-nr|clearing no|clearingnr|código del banco|"
      "iban/bic|swift/bic|bic/swift|micr|r0uting|ifs code|支店コード|支店番号|銀行コード|联行号");

  add_accounts(words);
  add_paying(words);
}

}  // namespace sluice::sense::detect
