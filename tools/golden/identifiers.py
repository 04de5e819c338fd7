#!/usr/bin/env python3
"""Writes tests/golden/identifiers.txt: identifiers with right and wrong check digits, for src/sense/detect.

    tools/golden/identifiers.py > tests/golden/identifiers.txt

Each check is computed here from the published definition in a way of its own (big integers, searched check digits,
permutation composition), not as in src/sense/detect/checksum.cpp, so that a common mistake is unlikely. Lines:
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
    print("# Made by tools/golden/identifiers.py: validator, value, verdict.")
    for line in sorted(lines):
        print(*line)


if __name__ == "__main__":
    main()
