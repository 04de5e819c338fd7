// Several whole answers of chat completions as one.
#include "base/check.h"
#include "json/splice.h"
#include "wire/openai_chat_parts.h"

namespace sluice::wire {
namespace {

using json::Type;
using json::Value;

// `first` with every number in it the sum of those at its place in all of them; the rest as in the first.
void add_up(json::Writer& w, const std::vector<Value>& all) {
  Value first = all.front();
  if (first.is(Type::Object)) {
    w.object();
    for (Value member : first) {
      std::string key = member.key();
      std::vector<Value> members;
      for (Value value : all) members.push_back(value[key]);
      add_up(w.key(key), members);
    }
    w.end();
  } else if (first.integer()) {
    std::int64_t sum = 0;
    for (Value value : all) sum += value.integer().value_or(0);
    w.value(sum);
  } else {
    w.raw(first.raw());
  }
}

}  // namespace

std::string join_openai_chat(const std::vector<std::string>& answers) {
  SLUICE_CHECK(!answers.empty(), "there is no answer to join");
  std::vector<std::shared_ptr<const json::Doc>> docs;
  std::vector<Value> usages;
  std::string choices = "[";
  for (const std::string& answer : answers) {
    auto doc = json::Doc::parse(answer);
    SLUICE_CHECK(doc.has_value() && (*doc)->root().is(Type::Object), "an answer to join is an object");
    docs.push_back(*doc);
    Value root = docs.back()->root();
    if (root["usage"].is(Type::Object)) usages.push_back(root["usage"]);
    Value choice = root["choices"].at(0);
    if (!choice.is(Type::Object)) continue;
    auto alone = json::Doc::parse(std::string(choice.raw()));
    json::Splice splice(**alone);
    if (choices.size() > 1) choices += ',';
    choices += splice.set((*alone)->root(), "index", std::to_string(docs.size() - 1)).apply();
  }
  Value root = docs.front()->root();
  json::Splice splice(*docs.front());
  splice.set(root, "choices", choices + "]");
  if (!usages.empty()) {
    json::Writer sum;
    add_up(sum, usages);
    splice.set(root, "usage", sum.take());
  }
  return splice.apply();
}

}  // namespace sluice::wire
