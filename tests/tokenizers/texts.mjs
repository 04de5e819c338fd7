// Random texts with the ids that the Hugging Face tokenizer (its JavaScript port, package @lenml/tokenizer-*) gives
// them, one JSON line each:   node texts.mjs deepseek_v3 100000 > texts.jsonl
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [name, count, from] = process.argv.slice(2);
const found = createRequire(pathToFileURL((from ?? process.cwd()) + "/")).resolve(`@lenml/tokenizer-${name}`);
const tokenizer = (await import(pathToFileURL(found))).fromPreTrained();

// Texts with characters that one side's Unicode tables do not know yet (PCRE2's in Debian 12: Unicode 14) may differ.
// U+FEFF is left out: JavaScript's \s has it, and the \s of the models' own tokenizers has not.
let state = 12345n;  // SplitMix64
const next = (below) => {
  state = (state + 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn;
  let z = state;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & 0xffffffffffffffffn;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & 0xffffffffffffffffn;
  return Number((z ^ (z >> 31n)) % BigInt(below));
};
const words = ["the", "Hello", " world", "can't", "I'LL", "x", "1234567", "3.14", "你好", "，世界", "東京", "안녕", "привет", "été", "naïve",
  "e\u0301", "\u0301", "🦙", "👩\u200d🔬", "\u00a0", "\u3000", "\t", "\n", "\r\n", "  ", "   ", "...", "!?", "(a+b)", "_id", "$", "\u200b",
  "مرحبا", "१२३", "٣٤", "ⅷ", "ﬁ", "\u2028", "func(x){", "</div>", "<p>"];
const ranges = [[0x20, 0x7e], [0xa0, 0x24f], [0x370, 0x52f], [0x590, 0x6ff], [0x900, 0xd7f], [0x1e00, 0x22ff], [0x2e80, 0x33ff], [0x4e00, 0x9fff],
  [0xac00, 0xd7a3], [0xf900, 0xfefe], [0x10000, 0x105ff], [0x1f300, 0x1faff], [0x20000, 0x2ffff], [0x0, 0x1f]];
const text = () => {
  let out = "";
  for (let n = next(12); n > 0; --n) {
    if (next(2) === 0) {
      out += words[next(words.length)];
    } else {
      const [low, high] = ranges[next(ranges.length)];
      for (let k = next(5); k >= 0; --k) out += String.fromCodePoint(low + next(high - low + 1));
    }
  }
  return out;
};
for (let i = 0; i < Number(count); ++i) {
  const t = text();
  console.log(JSON.stringify({ text: t, ids: tokenizer.encode(t, { add_special_tokens: false }) }));
}
