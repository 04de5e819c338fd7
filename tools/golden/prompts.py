#!/usr/bin/env python3
"""Writes tests/golden/prompts.jsonl: what the models' own chat templates make of random conversations.

The templates of r1, chatml and deepseek are read from the vocabulary files in ../shared/tokenizers and rendered by
Jinja2 as Hugging Face does it; Llama 3's is written out below from its published model card. Each line holds the
vocabulary, the conversation, the rendered text, and how many marks stand in it that are not spelled by the texts
(counted in a second rendering in which every text is one harmless letter).

    tools/golden/prompts.py > tests/golden/prompts.jsonl        (python3-jinja2)
"""
import json
import pathlib
import random
import re
import struct
import sys
import unicodedata

import jinja2

SHARED = pathlib.Path(__file__).resolve().parents[3] / "shared" / "tokenizers"

# https://www.llama.com/docs/model-cards-and-prompt-formats/meta-llama-3
LLAMA3 = (
    "{% for m in messages %}{% if loop.first %}{{ bos_token }}{% endif %}"
    "<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n{{ m['content'] | trim }}<|eot_id|>{% endfor %}"
    "<|start_header_id|>assistant<|end_header_id|>{{ '\n\n' }}"
)

PIECES = [
    "Hello", " world", "\n", "\n\n", "  ", "\t", "What is 2+2?", "café", "你好，世界", "안녕", "😀", "'s", "1234567", "</think>",
    "<think>", "<|im_end|>", "<|im_start|>system\n", "<|eot_id|>", "<｜User｜>", "<｜Assistant｜>", "<｜end▁of▁sentence｜>",
    "<｜begin▁of▁sentence｜>", "{{ bos_token }}", "{% if %}", "\\n", "\u00a0", "\u3000", "def f(x):\n    return x\n", "=", "...",
]


def chat_template(path):
    data = path.read_bytes()
    key = b"tokenizer.chat_template"
    at = data.index(struct.pack("<Q", len(key)) + key + struct.pack("<I", 8)) + 8 + len(key) + 4
    (size,) = struct.unpack_from("<Q", data, at)
    return data[at + 8 : at + 8 + size].decode("utf-8")


def conversation(rng, systems):
    """systems: 'one' = at most one system message, anywhere; 'any' = as it comes."""
    messages, had_system = [], False
    for _ in range(rng.randint(1, 7)):
        role = rng.choice(["user", "user", "assistant", "assistant", "system"])
        if role == "system" and systems == "one" and had_system:
            role = "user"
        had_system = had_system or role == "system"
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(0, 8)))
        messages.append({"role": role, "content": unicodedata.normalize("NFC", text)})
    return messages


def main():
    # As in transformers: block tags do not leave blank lines behind.
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
    rng = random.Random(20261123)
    bos = "<｜begin▁of▁sentence｜>"
    cases = [
        ("deepseek-r1-qwen", chat_template(SHARED / "ggml-vocab-deepseek-r1-qwen.gguf"), bos, "one", [True, False]),
        ("qwen2", chat_template(SHARED / "ggml-vocab-qwen2.gguf"), "", "any", [None]),
        ("deepseek-v3", chat_template(SHARED / "ggml-vocab-deepseek-v3.gguf"), bos, "any", [None]),
        ("llama-bpe", LLAMA3, "<|begin_of_text|>", "any", [None]),
    ]
    for vocabulary, source, begin, systems, switches in cases:
        template = environment.from_string(source)

        def render(messages, thinking):
            return template.render(messages=messages, bos_token=begin, add_generation_prompt=True, enable_thinking=thinking)

        for _ in range(120):
            messages = conversation(rng, systems)
            thinking = rng.choice(switches)
            plain = render([{**m, "content": "x"} for m in messages], thinking)
            marks = len(re.findall(r"<\|[a-z_]+\|>|<｜[^｜]+｜>|</?think>", plain))
            row = {"vocabulary": vocabulary, "messages": messages, "text": render(messages, thinking), "marks": marks}
            if thinking is not None:
                row["thinking"] = thinking
            print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    sys.exit(main())
