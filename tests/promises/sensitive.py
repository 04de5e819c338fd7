"""Makes prompts: half of them carry something sensitive at a chosen position, each with a mark of its own by which it
is found again in whatever an upstream received. All values are invented; numbers are valid by their checksums."""
import random
import string

PUBLIC = [
    "Explain how photosynthesis works in two sentences.", "Write a haiku about autumn.",
    "What is the difference between TCP and UDP?", "Give me three ideas for a birthday cake.",
    "Translate 'good morning' into French.", "Which planets have rings?",
    "Summarise the plot of a play about two rival families.", "How do I sharpen a kitchen knife?",
    "What does the word 'ephemeral' mean?", "Suggest a name for a bakery.",
]


def luhn(prefix, length, random_source):
    digits = prefix + "".join(random_source.choice(string.digits) for _ in range(length - len(prefix) - 1))
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def card(r):
    number = luhn(r.choice(["4539", "5281", "5412", "4716"]), 16, r)
    shape = r.choice(["{}{}{}{}", "{} {} {} {}", "{}-{}-{}-{}"])
    return "Please charge my card " + shape.format(*[number[i:i + 4] for i in range(0, 16, 4)]) + " expiring 11/29."


def ssn(r):
    return f"My SSN is {r.randint(100, 665):03}-{r.randint(10, 99):02}-{r.randint(1000, 9999):04}, please file the form."


def key(r):
    def chars(n, alphabet=string.ascii_letters + string.digits):
        return "".join(r.choice(alphabet) for _ in range(n))
    return r.choice([
        lambda: "Use the token ghp_" + chars(36) + " to push the branch.",
        lambda: "aws_access_key_id = AKIA" + chars(16, string.ascii_uppercase + "234567") +
                "\naws_secret_access_key = " + chars(40),
        lambda: "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA" + chars(48) + "\n" + chars(64) + "\n" + chars(64) +
                "\n-----END RSA PRIVATE KEY-----",
        lambda: "OPENAI_API_KEY=sk-proj-" + chars(48),
        lambda: "slack token xoxb-" + chars(12, string.digits) + "-" + chars(12, string.digits) + "-" + chars(24),
    ])()


def patient(r):
    name = r.choice(["Mrs. Okafor", "Mr. Lindqvist", "Ms. Tanaka", "Mr. Alvarez"])
    return r.choice([
        f"Patient {name}, {r.randint(40, 90)} y/o, admitted with chest pain and dyspnea. BP {r.randint(90, 180)}/{r.randint(60, 99)}, "
        f"HR {r.randint(55, 120)} bpm. History of type 2 diabetes, takes metformin 500 mg twice daily. Plan: ECG, troponin.",
        f"Clinic note: {name} presents with worsening cough for {r.randint(2, 9)} weeks. Chest x-ray shows an infiltrate in "
        f"the right lower lobe. Diagnosis: pneumonia. Prescribed amoxicillin 500 mg three times a day, follow-up in 7 days.",
        f"Discharge summary. The patient, {name}, MRN {r.randint(100000, 999999)}, underwent laparoscopic appendectomy. Post-op "
        f"course uneventful, afebrile, tolerating diet. Discharged on ibuprofen 400 mg as needed.",
    ])


def contract(r):
    return r.choice([
        f"This Agreement is entered into by and between Northwind Ltd. (hereinafter the \"Licensor\") and the Licensee as of "
        f"May {r.randint(1, 28)}. The Licensee shall indemnify and hold harmless the Licensor against any claims. This Agreement "
        f"shall be governed by the laws of Delaware.",
        f"Section {r.randint(2, 19)}. Termination. Either party may terminate this Agreement upon {r.randint(10, 90)} days' written "
        f"notice if the other party materially breaches any provision hereof. The Receiving Party shall not disclose Confidential "
        f"Information; the obligations hereunder shall survive termination.",
        "PRIVILEGED AND CONFIDENTIAL: attorney-client communication. Our counsel advises that the indemnification clause of the "
        f"share purchase agreement exposes the Buyer to a claim of EUR {r.randint(100, 900)},000; we recommend settlement.",
    ])


KINDS = {"card": card, "ssn": ssn, "key": key, "patient": patient, "contract": contract}
POSITIONS = ["system", "old turn", "tool result", "last turn"]


def messages(position, sensitive, question, tag):
    """A conversation of two user turns; `sensitive` (or a harmless sentence) stands at `position`."""
    say = {p: "You are helpful." if p == "system" else "The weather report says it is sunny." for p in POSITIONS}
    say["last turn"] = ""
    if sensitive:
        say[position] = sensitive
    tool_turn = [
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{\"what\":\"it\"}"}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": say["tool result"]},
    ]
    return [
        {"role": "system", "content": f"{say['system']} Case {tag}."},
        {"role": "user", "content": f"{say['old turn']} Remember that."},
        *(tool_turn if position == "tool result" else []),
        {"role": "assistant", "content": "I see."},
        {"role": "user", "content": (say["last turn"] + " " + question).strip()},
    ]


def cases(count, seed=20261123):
    """`count` dicts {tag, kind or None, position, sensitive, messages}; every second one is sensitive."""
    r = random.Random(seed)
    out = []
    for number in range(count):
        tag = f"case-{number:04}-" + "".join(r.choice(string.ascii_lowercase) for _ in range(8))
        position = POSITIONS[number // 2 % len(POSITIONS)]
        kind = list(KINDS)[number // 8 % len(KINDS)] if number % 2 else None
        sensitive = KINDS[kind](r) if kind else None
        out.append({"tag": tag, "kind": kind, "position": position, "sensitive": sensitive,
                    "messages": messages(position, sensitive, r.choice(PUBLIC), tag)})
    return out
