#include "wire/token_logprobs.h"

#include "json/writer.h"
#include "wire/answer_parts.h"

namespace sluice::wire {
namespace {

using json::Type;
using json::Value;

void write_token(json::Writer& w, Value element) {
  std::string token = element["token"].string().value_or("");
  w.object().member("token", token).key("logprob");
  if (Value p = element["logprob"]; p.is(Type::Number)) {
    w.raw(p.raw());
  } else {
    w.value(-9999.0);  // as OpenAI says for "too improbable to tell"
  }
  w.key("bytes");
  if (Value bytes = element["bytes"]; bytes.is(Type::Array)) {
    w.raw(one_line(std::string(bytes.raw())));
  } else {
    w.array();
    for (char c : token) w.value(int(static_cast<unsigned char>(c)));
    w.end();
  }
}

}  // namespace

std::string token_logprobs(Value array) {
  if (!array.is(Type::Array) || array.size() == 0) return "";
  json::Writer w;
  w.array();
  for (Value element : array) {
    write_token(w, element);
    w.key("top_logprobs").array();
    for (Value other : element["top_logprobs"]) {
      write_token(w, other);
      w.end();
    }
    w.end().end();
  }
  std::string all = w.end().take();
  return all.substr(1, all.size() - 2);
}

}  // namespace sluice::wire
