// Judges lines of {"id", "text"} and prints predictions in the format of the scorer beside a labelled set:
//   bench_sense_jsonl ../shared/detection-dev/dev.jsonl > pred.jsonl && python3 ../shared/detection-dev/score.py
//   pred.jsonl
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "json/doc.h"
#include "json/writer.h"
#include "sense/sense.h"

namespace {

std::string prediction(const std::string& id, const sluice::sense::Judgement& judgement) {
  sluice::json::Writer w;
  w.object().member("id", id).member("level", sluice::sense::class_name(judgement.label.cls));
  w.key("labels").array();
  for (const auto category : judgement.label.categories.list()) w.value(sluice::sense::category_name(category));
  w.end().key("spans").array();
  for (const auto& finding : judgement.findings) {
    if (finding.type.empty()) continue;
    w.object().member("start", std::uint64_t{finding.start}).member("end", std::uint64_t{finding.end});
    w.member("type", finding.type).end();
  }
  const double ms = std::chrono::duration<double, std::milli>(judgement.took).count();
  return w.end().member("ms", ms).end().take();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_sense_jsonl FILE.jsonl\n");
    return 2;
  }
  auto judge = sluice::sense::Judge::create();
  if (!judge) {
    std::fprintf(stderr, "%s\n", judge.error().to_string().c_str());
    return 1;
  }
  std::ifstream file(argv[1]);
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    auto doc = sluice::json::Doc::parse(line);
    if (!doc) {
      std::fprintf(stderr, "%s\n", doc.error().to_string().c_str());
      return 1;
    }
    const auto id = (*doc)->root()["id"].string(), text = (*doc)->root()["text"].string();
    if (!id || !text) continue;
    std::printf("%s\n", prediction(*id, (*judge)->judge_text(*text, {})).c_str());
  }
  return 0;
}
