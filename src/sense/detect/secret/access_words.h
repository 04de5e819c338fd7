// Words that speak of access, in the languages that users write, for the detectors of secrets. Lower case, '|'
// between.
#pragma once

#include <string_view>

namespace sluice::sense::detect {

// A password by name. Parts of longer words count: DB_PASSWORD, Startpasswort, wachtwoorden.
inline constexpr std::string_view kPasswordNames =
    "password|passwd|passphrase|passcode|pre-shared key|preshared "
    "key|presharedkey|事前共有|共有キー|プリシェアード|pwd|passwort|kennwort|contraseña|contrasena|"
    "mot de passe|senha|wachtwoord|hasło|lösenord|пароль|пароля|parola d'ordine|密码|密碼|口令|パスワード|"
    "비밀번호|비번|암호:|암호는|passwörter|contrasenya|contrasinal|pasahitza|slaptažod|salasõna|"
    "kata sandi|kata laluan|mật khẩu|mat khau|nenosiri|wagwoord|лозинк|парола|паролата|"
    "κωδικός πρόσβασης|κωδικό πρόσβασης|κωδικού πρόσβασης|รหัสผ่าน|รหัสไวไฟ|พาสเวิร์ด|كلمة مرور|كلمة سر|باسورد|"
    "باسوورد|الرقم السري|رمز عبور|گذرواژه|پسورد|סיסמת|סיסמא|palavra-passe|palavra "
    "passe|şifre|parola|пароли|पासवर्ड|पासवर्ड|كلمة المرور|كلمة السر|סיסמה|kodeord|salasana|"
    "adgangskode|passord|jelszó|heslo|lozinka|convertto-securestring|p4ssw0rd|passw0rd|p4ssword|pa55word|pa$$"
    "word|"
    "p a s s w o r d|p-a-s-s-w-o-r-d|p.a.s.s.w.o.r.d";

// Whole words only: as parts they are in many others. ("pass" is a verb of every manual, and stands in
// passwords.cpp.)
inline constexpr std::string_view kPasswordShorts =
    "pw|pin code|psk|wifi key|wi-fi key|clave|root pw|logon|mdp|psw|het ww|mijn ww|ww is|ww "
    "voor|parool|geslo|sandi wifi|code wifi|code "
    "wi-fi|wifi code";

// What a password is a half of, and inflected names of it.
inline constexpr std::string_view kCredentialWords =
    "credential|creds|zugangsdaten|anmeldedaten|inloggegevens|identifiants|credenciales|credenciais|credenziali|"
    "dane logowania|giriş bilgi|hasła|hasłem|hasłami|haseł|парол|lösen|contraseñas|mots de "
    "passe|senhas|heslem|hesla|"
    "jelszav|salasanan|salasanat|şifre|passphrase|secret code|codeword|passwd";

// Whoever speaks of these may tell a password with no name for it.
inline constexpr std::string_view kAccessWords =
    "login|log in|log on|logging in|logged in|log into|signin|sign in|sign-in|signing in|username|user|account|"
    "root|admin|access|vpn|wifi|wi-fi|wlan|ssid|reset|unlock|ssh|sftp|ftp|smtp|imap|router|switch|portal|mailbox|"
    "server|database|backup|laptop|locked out|authenticat|type in|enter |rdp|remote "
    "desktop|jumphost|console|dashboard|"
    "einlogg|eingelogg|anmeld|angemeld|einwahl|zugang|zugriff|benutzer|nutzer|konto|postfach|rechner|"
    "zurückgesetzt|"
    "gesperrt|freischalt|datenbank|"
    "se connecter|connexion|connecte|compte|utilisateur|accès|accéder|réinitialis|déverrouill|boîte mail|serveur|"
    "iniciar sesión|inicio de sesión|usuario|cuenta|acceso|acceder|entrar|restablec|desbloque|servidor|"
    "accesso|accedere|utente|account|entrare|reimpost|sblocc|"
    "aceder|acessar|acesso|utilizador|usuário|conta |redefini|"
    "inlog|aanmeld|gebruiker|toegang|opnieuw ingesteld|ontgrendel|"
    "zalog|logowa|użytkownik|dostęp|odblok|zresetowa|"
    "logga in|användar|åtkomst|konto|återställ|inlogg|"
    "giriş|kullanıcı|hesap|hesab|erişim|sıfırla|oturum|"
    "войти|вход|логин|учётн|учетн|доступ|сброс|пользовател|"
    "přihlas|přihláš|uživatel|přístup|bruger|adgang|käyttäjä|kirjaudu";

// A machine's secret by name, wherever it stands in an identifier.
inline constexpr std::string_view kSecretNames =
    "/reset?|/invite?|/invite/|/magic|/verify?|/confirm?|"
    "secret|token|api_key|apikey|api-key|api key|access key|accesskey|access_key|_key|private key|signing key|"
    "encryption "
    "key|bearer|webhook|credential|密钥|秘钥|令牌|apiキー|トークン|키|schlüssel|geheimnis|clé|jeton|clave|llave|"
    "chiave|chave|segreto|segredo|secreto|klucz|ключ|токен|секрет|sleutel|geheim|nyckel|hemlig|nøgle|anahtar|"
    "kulcs|klíč";

inline constexpr std::string_view kKeyWords =
    "key|keys|api|auth|authorization|session|cookie|sid|dsn|license|licence|x-api|401|403|unauthorized|forbidden|"
    "invalid_client|appid|client id|oauth|jwt|sas|hmac|leaked|revoke|revoked|rotate|rotated";

// What is long, drawn by machines and no secret.
inline constexpr std::string_view kPublicNames =
    "commit|checksum|sha1|sha-1|sha2|sha-2|sha3|sha512|sha384|md5|hash|digest|integrity|fingerprint|public "
    "key|publickey|"
    "public_key|pubkey|ssh-|etag|uuid|guid|trace|request "
    "id|request_id|requestid|build|nonce|certificate|serial|revision|"
    "image|docker|signature|block|base64|data:|prüfsumme|empreinte|signatur|öffentliche|clé publique|clave "
    "pública|"
    "chiave pubblica|correlation|transaction|tx |wallet|cursor|video|watch?v|docs.google|boundary";

}  // namespace sluice::sense::detect
