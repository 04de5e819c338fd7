#!/usr/bin/env python3
"""Writes tests/golden/identifiers.txt: identifiers with right and wrong check digits, for src/sense/check.

    tools/golden/identifiers.py > tests/golden/identifiers.txt

Each check is computed here from the published definition in a way of its own (big integers, searched check digits,
permutation composition), not as in src/sense/check, so that a common mistake is unlikely. Lines:
`validator value ok|bad`. All numbers come from a seeded generator; none is meant to be anybody's.
"""
import random

RNG = random.Random(20260901)


def digits(n, first="0123456789"):
    return RNG.choice(first) + "".join(RNG.choice("0123456789") for _ in range(n - 1))


def letters(n):
    return "".join(RNG.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(n))


def search(stem, place, alphabet, good):
    """The stem with the one character at `place` that makes it good; None if there is none."""
    for c in alphabet:
        candidate = stem[:place] + c + stem[place + 1:]
        if good(candidate):
            return candidate
    return None


def luhn(s):
    odd = [int(c) for c in s[-1::-2]]
    even = [divmod(2 * int(c), 10) for c in s[-2::-2]]
    return (sum(odd) + sum(a + b for a, b in even)) % 10 == 0


def as_number(s):
    return int("".join(str(int(c, 36)) for c in s))


def iban(s):
    return as_number(s[4:] + s[:4]) % 97 == 1


def verhoeff(s):
    def mul(a, b):  # D5: 0-4 rotations, 5-9 reflections
        if a < 5:
            return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
        return 5 + (a - b) % 5 if b < 5 else (a - b) % 5
    perm = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    c = 0
    for i, d in enumerate(map(int, reversed(s))):
        for _ in range(i % 8):
            d = perm[d]
        c = mul(c, d)
    return c == 0


def sum_mod(s, weights, mod):
    return sum(int(c) * w for c, w in zip(s, weights)) % mod


def cpf(s):
    for n in (9, 10):
        r = sum(int(c) * (n + 1 - i) for i, c in enumerate(s[:n])) * 10 % 11 % 10
        if r != int(s[n]):
            return False
    return True


def dni(s):
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(s[:8].translate(str.maketrans("XYZ", "012"))) % 23] == s[8]


def codice(s):
    odd = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21)))
    odd.update(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ",
                   (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)))
    total = sum(odd[c] if i % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65) for i, c in enumerate(s[:15]))
    return chr(65 + total % 26) == s[15]


def nir(s):
    n = int(s[:13].replace("2A", "19").replace("2B", "18"))
    return (n + int(s[13:])) % 97 == 0


def steuer_id(s):
    counts = sorted(s[:10].count(d) for d in set(s[:10]))
    if counts[-1] not in (2, 3) or s[0] == "0":
        return False
    p = 10
    for c in s[:10]:
        p = ((int(c) + p) % 10 or 10) * 2 % 11
    return (int(s[10]) + p) % 10 == 1


def resident_id(s):
    value = sum((10 if c == "X" else int(c)) * pow(2, 17 - i, 11) for i, c in enumerate(s)) % 11
    return value == 1


def my_number(s):
    total = sum(int(d) * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(s[:11]), 1))
    r = total % 11
    return int(s[11]) == (0 if r <= 1 else 11 - r)


def nric(s):
    total = sum(int(c) * w for c, w in zip(s[1:8], (2, 7, 6, 5, 4, 3, 2))) + (4 if s[0] in "TG" else 0)
    table = "JZIHGFEDCBA" if s[0] in "ST" else "XWUTRQPNMLK"
    return table[total % 11] == s[8]


def hetu(s):
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(s[:6] + s[7:10]) % 31] == s[10]


def curp(s):
    alphabet = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ"
    return (sum(alphabet.index(c) * (18 - i) for i, c in enumerate(s[:17])) + int(s[17])) % 10 == 0


def rut(s):
    n, total, factor = int(s[:-1]), 0, 0
    while n:
        total += n % 10 * (2 + factor % 6)
        n //= 10
        factor += 1
    return {10: "K", 11: "0"}.get(11 - total % 11, str(11 - total % 11)) == s[-1]


def tckn(s):
    d = [int(c) for c in s]
    return (7 * sum(d[0:9:2]) - sum(d[1:8:2])) % 10 == d[9] and sum(d[:10]) % 10 == d[10]


def date6(order):
    y, m, d = "%02d" % RNG.randrange(100), "%02d" % RNG.randrange(1, 13), "%02d" % RNG.randrange(1, 29)
    return {"ymd": y + m + d, "dmy": d + m + y}[order]


DIGITS = "0123456789"
IBANS = {"DE": 18, "FR": 23, "ES": 20, "NL": None, "IT": None, "GB": None, "CH": 17, "AT": 16, "PL": 24, "NO": 11}


def make_iban(country, length):
    body = digits(length) if length else {"NL": letters(4) + digits(10), "IT": letters(1) + digits(22),
                                          "GB": letters(4) + digits(14)}[country]
    check = 98 - as_number(body + country + "00") % 97
    return "%s%02d%s" % (country, check, body)


def stems():
    """validator, maker of a stem, place of the check character, its alphabet, predicate."""
    yield "luhn", lambda: digits(16, "45"), 15, DIGITS, luhn
    yield "luhn", lambda: "37" + digits(13), 14, DIGITS, luhn
    yield "verhoeff", lambda: digits(12), 11, DIGITS, verhoeff
    yield "india_aadhaar", lambda: digits(12, "23456789"), 11, DIGITS, verhoeff
    yield "aba_routing", lambda: "0" + digits(8, "123456789"), 8, DIGITS, lambda s: sum_mod(s, (3, 7, 1) * 3, 10) == 0
    yield "spain_dni", lambda: digits(8) + "A", 8, "ABCDEFGHJKLMNPQRSTVWXYZ", dni
    yield "spain_dni", lambda: RNG.choice("XYZ") + digits(7) + "A", 8, "ABCDEFGHJKLMNPQRSTVWXYZ", dni
    yield "italy_codice_fiscale", lambda: letters(6) + digits(2) + "A" + digits(2) + "H" + digits(3) + "A", 15, \
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ", codice
    yield "germany_tax_id", lambda: digits(11, "123456789"), 10, DIGITS, steuer_id
    yield "netherlands_bsn", lambda: digits(9, "123456789"), 8, DIGITS, \
        lambda s: sum_mod(s, (9, 8, 7, 6, 5, 4, 3, 2, -1), 11) == 0
    yield "poland_pesel", lambda: date6("ymd") + digits(5), 10, DIGITS, \
        lambda s: (10 - sum_mod(s, (1, 3, 7, 9) * 2 + (1, 3), 10)) % 10 == int(s[10])
    yield "sweden_personnummer", lambda: date6("ymd") + digits(4), 9, DIGITS, luhn
    yield "finland_hetu", lambda: date6("dmy") + RNG.choice("-A") + digits(3) + "0", 10, \
        "0123456789ABCDEFHJKLMNPRSTUVWXY", hetu
    yield "uk_nhs", lambda: digits(10, "4567"), 9, DIGITS, lambda s: sum_mod(s, range(10, 0, -1), 11) == 0
    yield "canada_sin", lambda: digits(9, "1234567"), 8, DIGITS, luhn
    yield "australia_tfn", lambda: digits(9, "123456789"), 8, DIGITS, \
        lambda s: sum_mod(s, (1, 4, 3, 7, 5, 8, 6, 9, 10), 11) == 0
    yield "china_resident_id", lambda: "110105" + "19%02d%02d%02d" % (RNG.randrange(30, 99), RNG.randrange(1, 13),
                                                                      RNG.randrange(1, 29)) + digits(4), 17, \
        DIGITS + "X", resident_id
    yield "japan_my_number", lambda: digits(12, "123456789"), 11, DIGITS, my_number
    yield "singapore_nric", lambda: RNG.choice("STFG") + digits(7) + "A", 8, "ABCDEFGHIJKLMNPQRTUWXZ", nric
    yield "south_africa_id", lambda: date6("ymd") + digits(4) + "08" + digits(1), 12, DIGITS, luhn
    yield "mexico_curp", lambda: letters(4) + date6("ymd") + "H" + letters(5) + "0" + "0", 17, DIGITS, curp
    yield "chile_rut", lambda: digits(8, "12") + "0", 8, DIGITS + "K", rut
    yield "romania_cnp", lambda: RNG.choice("1256") + date6("ymd") + digits(6), 12, DIGITS, \
        lambda s: int(s[12]) == (sum_mod(s, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9), 11) % 10 if sum_mod(
            s, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9), 11) != 10 else 1)


def two_checks():
    """Validators with two check digits, found by trying all hundred."""
    yield "brazil_cpf", lambda: digits(9), cpf
    yield "france_nir", lambda: RNG.choice("12") + date6("ymd")[:4] + digits(8, "0123456789"), nir
    yield "turkey_tckn", lambda: digits(9, "123456789"), tckn
    yield "norway_fnr", lambda: date6("dmy") + digits(3), \
        lambda s: sum_mod(s, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), 11) == 0 and \
        sum_mod(s, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), 11) == 0
    yield "belgium_rrn", lambda: date6("ymd") + digits(3), lambda s: (int(s[:9]) + int(s[9:])) % 97 == 0 and s[9:] != "00"


# Identifiers whose last character follows from the others: any other one there is wrong. Each is made, not searched.

def number(n):
    return digits(n, "123456789")


def weigh(s, weights):
    return sum(int(c) * w for c, w in zip(s, weights))


def birth():
    return RNG.randint(1945, 2004), RNG.randint(1, 12), RNG.randint(1, 28)


def until(make):
    value = make()
    while value is None:
        value = make()
    return value


def luhn_cd(s):
    return next(c for c in "0123456789" if luhn(s + c))


AL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TWL = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


def grp(s, size, separator):
    return s


def make_germany_pension():
    y, m, dy = birth()
    s=RNG.choice(['12', '15', '65', '53'])+'%02d%02d%02d'%(dy, m, y%100)
    l=RNG.choice(AL)
    k='%02d'%RNG.randint(0, 99)
    z=s+'%02d'%(ord(l)-64)+k
    t=0
    for c, w in zip(z, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]):
        x=int(c)*w
        t+=x//10+x%10
    return s[:2]+' '+s[2:]+' '+l+' '+k+str(t%10)


def make_germany_id_card():
    s=RNG.choice('LMPRTVWXYCFGHJK')+''.join(RNG.choice('0123456789CFGHJKLMNPRTVWXYZ') for _ in range(8))
    t=sum(int(c, 36)*w for c, w in zip(s, [7, 3, 1]*3))
    return s+str(t%10)


def make_portugal_nif():
    s=RNG.choice('12')+digits(7)
    c=11-weigh(s, [9, 8, 7, 6, 5, 4, 3, 2])%11
    return s+str(0 if c>=10 else c)


def make_poland_nip():
    def f():
        s=number(9)
        c=weigh(s, [6, 5, 7, 2, 3, 4, 5, 6, 7])%11
        return s+str(c) if c<10 else None
    return until(f)


def make_czech_birth_number():
    def f():
        y, m, dy = birth()
        y=max(y, 1955)
        s='%02d%02d%02d'%(y%100, m+RNG.choice([0, 50]), dy)+digits(3)
        c=int(s)%11
        return s+str(c%10) if c<10 else None
    return until(f)


def make_baltic_code():
    y, m, dy = birth()
    s=str(RNG.choice([3, 4]) if y<2000 else RNG.choice([5, 6]))+'%02d%02d%02d'%(y%100, m, dy)+digits(3)
    c=weigh(s, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1])%11
    if c==10:
        c=weigh(s, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3])%11
        c=0 if c==10 else c
    return s+str(c)


def make_austria_svnr():
    def f():
        y, m, dy = birth()
        s=number(3)
        b='%02d%02d%02d'%(dy, m, y%100)
        c=(weigh(s, [3, 7, 9])+weigh(b, [5, 8, 4, 2, 1, 6]))%11
        return None if c==10 else s+str(c)+' '+b
    return until(f)


def make_switzerland_ahv():
    s='756'+digits(9)
    c=(10-sum(int(x)*(3 if i%2 else 1) for i, x in enumerate(s))%10)%10
    s+=str(c)
    return s[:3]+'.'+s[3:7]+'.'+s[7:11]+'.'+s[11:]


def make_bulgaria_egn():
    y, m, dy = birth()
    y=min(y, 1999)
    s='%02d%02d%02d'%(y%100, m, dy)+digits(3)
    return s+str(weigh(s, [2, 4, 8, 5, 10, 9, 7, 3, 6])%11%10)


def make_croatia_oib():
    s=number(10)
    p=10
    for c in s:
        x=(int(c)+p)%10 or 10
        p=x*2%11
    return s+str((11-p)%10)


def make_greece_afm():
    s='1'+digits(7)
    return s+str(weigh(s, [256, 128, 64, 32, 16, 8, 4, 2])%11%10)


def make_greece_amka():
    y, m, dy = birth()
    s='%02d%02d%02d'%(dy, m, y%100)+digits(4)
    return s+luhn_cd(s)


def make_ukraine_rnokpp():
    s=RNG.choice('23')+digits(8)
    return s+str(weigh(s, [-1, 5, 7, 9, 4, 6, 10, 5, 7])%11%10)


def make_russia_snils():
    s=number(9)
    t=weigh(s, [9, 8, 7, 6, 5, 4, 3, 2, 1])%101
    t=0 if t==100 else t
    return s[:3]+'-'+s[3:6]+'-'+s[6:]+' %02d'%t


def make_russia_inn():
    s=number(10)
    a=weigh(s, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8])%11%10
    s+=str(a)
    return s+str(weigh(s, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])%11%10)


def make_taiwan_id():
    l=RNG.choice('ABFHKT')
    s=RNG.choice('12')+digits(7)
    x=TWL.index(l)+10
    t=x//10+(x%10)*9+weigh(s, [8, 7, 6, 5, 4, 3, 2, 1])
    return l+s+str((10-t%10)%10)


def make_hong_kong_id():
    l=RNG.choice('ABCDEGHKPRVYZ')
    s=digits(6)
    t=36*9+ (ord(l)-55)*8+weigh(s, [7, 6, 5, 4, 3, 2])
    c=(11-t%11)%11
    return l+s+'('+('A' if c==10 else str(c))+')'


def make_new_zealand_ird():
    def f():
        s=RNG.choice(['10', '11', '12'])+digits(6)
        c=weigh(s.zfill(8), [3, 2, 7, 6, 5, 4, 3, 2])%11
        c=0 if c==0 else 11-c
        return None if c==10 else grp(s+str(c), 3, '-') if len(s)==8 else None
    return until(f)


def make_israel_id():
    s=RNG.choice('023')+digits(7)
    t=0
    for i, c in enumerate(s):
        x=int(c)*(1+i%2)
        t+=x-9 if x>9 else x
    return s+str((10-t%10)%10)


def make_brazil_cnpj():
    s=digits(8)+'0001'
    for w in ([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]):
        t=weigh(s, w)%11
        s+=str(0 if t<2 else 11-t)
    return s[:2]+'.'+s[2:5]+'.'+s[5:8]+'/'+s[8:12]+'-'+s[12:]


def make_argentina_cuit():
    def f():
        s=RNG.choice(['20', '27', '23'])+number(8)
        c=11-weigh(s, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])%11
        c=0 if c==11 else c
        return None if c==10 else s[:2]+'-'+s[2:]+'-'+str(c)
    return until(f)


def make_mexico_clabe():
    s=RNG.choice(['002', '012', '014', '072'])+digits(14)
    return s+str((10-sum(int(c)*w%10 for c, w in zip(s, [3, 7, 1]*6))%10)%10)


def make_us_npi():
    s=RNG.choice('12')+digits(8)
    return s+luhn_cd('80840'+s)


def make_us_dea():
    s=digits(6)
    return 'B'+letters(1)+s+str((int(s[0])+int(s[2])+int(s[4])+2*(int(s[1])+int(s[3])+int(s[5])))%10)


def make_vin():
    A='ABCDEFGHJKLMNPRSTUVWXYZ0123456789'
    v=dict(zip('ABCDEFGH', range(1, 9)))
    v.update(dict(zip('JKLMN', range(1, 6))))
    v.update(P=7, R=9)
    v.update(dict(zip('STUVWXYZ', range(2, 10))))
    v.update({c:int(c) for c in '0123456789'})
    s=list(RNG.choice(['1HG', 'WVW', 'JTD', '5YJ'])+''.join(RNG.choice(A) for _ in range(5))+'0'+''.join(RNG.choice(A) for _ in range(2))+digits(6))
    t=sum(v[c]*w for c, w in zip(s, [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]))%11
    s[8]='X' if t==10 else str(t)
    return ''.join(s)


def south():
    """Identifiers of src/sense/check/south.cpp: name, length, place of the check digit, what makes a number good."""
    # Sums that are congruent to zero with the check digit in them, where the check digit itself is no 10.
    def zero(weights, modulus=11):
        return lambda s: sum(w * int(c) for w, c in zip(weights, s)) % modulus == 0

    def pis(s):
        total = sum(w * int(c) for w, c in zip([3, 2, 9, 8, 7, 6, 5, 4, 3, 2], s))
        return (total + int(s[10])) % 11 == 0 if total % 11 > 1 else s[10] == "0"

    def iran(s):
        total = sum((10 - i) * int(c) for i, c in enumerate(s[:9]))
        return (total + int(s[9])) % 11 == 0 if total % 11 > 1 else total % 11 == int(s[9])

    def niss(s):
        return (sum(w * int(c) for w, c in zip([29, 23, 19, 17, 13, 11, 7, 5, 3, 2], s)) + int(s[10])) % 10 == 9

    def cui(s):
        return (sum((i + 2) * int(c) for i, c in enumerate(s[:8])) - int(s[8])) % 11 == 0

    rng = random.Random(20261127)

    def number(n, first="123456789"):
        return rng.choice(first) + "".join(rng.choice("0123456789") for _ in range(n - 1))

    yield from (
        ("brazil_pis", lambda: number(11), 10, pis, rng),
        ("brazil_health", lambda: number(15, "12789"), 14, zero(range(15, 0, -1)), rng),
        ("guatemala_cui", lambda: number(9) + "%02d" % rng.randrange(1, 23) + "%02d" % rng.randrange(1, 30), 8, cui, rng),
        ("portugal_niss", lambda: number(11, "12"), 10, niss, rng),
        ("iran_code", lambda: number(10), 9, iran, rng),
        ("dominican_cedula", lambda: number(11), 10, luhn, rng),
        ("mexico_nss", lambda: number(11), 10, luhn, rng),
        ("ontario_health", lambda: number(10), 9, luhn, rng))


def made():
    for name, make in sorted(globals().items()):
        if name.startswith("make_") and name != "make_iban":
            yield name[5:], make


def main():
    lines = set()
    for country, length in IBANS.items():
        for _ in range(12):
            good = make_iban(country, length)
            assert iban(good)
            lines.add(("iban", good, "ok"))
            i = RNG.randrange(4, len(good))
            if good[i].isdigit():
                bad = good[:i] + str((int(good[i]) + RNG.randrange(1, 10)) % 10) + good[i + 1:]
                lines.add(("iban", bad, "ok" if iban(bad) else "bad"))
    for name, make, place, alphabet, good in stems():
        for _ in range(25):
            value = search(make(), place, alphabet, good)
            if value is None:
                continue
            lines.add((name, value, "ok"))
            others = [c for c in alphabet if c != value[place]]
            wrong = value[:place] + RNG.choice(others) + value[place + 1:]
            lines.add((name, wrong, "ok" if good(wrong) else "bad"))
    for name, make, good in two_checks():
        for _ in range(25):
            stem = make()
            values = [stem + "%02d" % n for n in range(100) if good(stem + "%02d" % n)]
            if not values:
                continue
            lines.add((name, values[0], "ok"))
            wrong = stem + "%02d" % ((int(values[0][-2:]) + RNG.randrange(1, 97)) % 100)
            lines.add((name, wrong, "ok" if good(wrong) else "bad"))
    for name, make in made():
        for _ in range(25):
            value = "".join(c for c in make() if c.isalnum())
            lines.add((name, value, "ok"))
            others = [c for c in "0123456789" if c != value[-1]]
            lines.add((name, value[:-1] + RNG.choice(others), "bad"))
    for name, make, place, good, rng in south():
        for _ in range(25):
            value = search(make(), place, "0123456789", good)
            if value is None:
                continue
            lines.add((name, value, "ok"))
            wrong = value[:place] + rng.choice([c for c in "0123456789" if c != value[place]]) + value[place + 1:]
            lines.add((name, wrong, "ok" if good(wrong) else "bad"))
    print("# Made by tools/golden/identifiers.py: validator, value, verdict.")
    for line in sorted(lines):
        print(*line)


if __name__ == "__main__":
    main()
