#include "config/engine_models.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/test_folder.h"
#include "config/settings.h"

using namespace sluice;
using namespace sluice::config;

namespace {

struct Folder : TestFolder {
  Folder() { std::filesystem::create_directories(*this / "shelf"); }
  void file(const std::string& name) const { write(name, "GGUF"); }
  Result<Settings> parse(const std::string& yaml) const {
    return parse_settings(yaml, *this / "t.yaml", [](const char*) -> const char* { return nullptr; });
  }
};

std::string with(const std::string& models, const std::string& more = "") {
  return "deployments:\n  - {name: shelf, kind: engine, memory: 4GiB, slots: 2, models: " + models + "}\n" + more;
}

// "shelf/a=a.gguf shelf/b=b.gguf | a->shelf/a b->shelf/b"
std::string told(const Result<Settings>& settings) {
  if (!settings) return settings.error().to_string();
  std::string text;
  for (const Deployment& d : settings->deployments)
    text += d.name + "=" + std::filesystem::path(d.model).filename().string() + " ";
  text += "|";
  for (const Route& route : settings->routes) text += " " + route.model + "->" + route.deployments.front();
  return text;
}

}  // namespace

TEST_CASE("each of several models has a folder of its own for prefixes on disk") {
  Folder folder;
  for (const char* name : {"a.gguf", "b.gguf"}) folder.file(name);
  const auto settings = folder.parse(with("{small: a.gguf, ..: b.gguf}, cache: {memory: 8MiB, disk: kept}"));
  REQUIRE_MESSAGE(settings.has_value(), settings.error().to_string());
  REQUIRE(settings->deployments.size() == 2);
  CHECK(settings->deployments[0].cache_folder == folder / "kept/model-small");
  CHECK(settings->deployments[1].cache_folder == folder / "kept/model-..");
}

TEST_CASE("a folder, a list and a map of model files become a deployment and a route each") {
  Folder folder;
  for (const char* name :
       {"shelf/b.gguf", "shelf/a.gguf", "shelf/big-00001-of-00002.gguf", "shelf/big-00002-of-00002.gguf",
        "shelf/half.gguf.part", "shelf/.hidden.gguf", "c.gguf"})
    folder.file(name);
  CHECK(told(folder.parse(with("shelf"))) ==
        "shelf/a=a.gguf shelf/b=b.gguf shelf/big=big-00001-of-00002.gguf | a->shelf/a b->shelf/b big->shelf/big");
  CHECK(told(folder.parse(with("[shelf/b.gguf, c.gguf]"))) ==
        "shelf/b=b.gguf shelf/c=c.gguf | b->shelf/b c->shelf/c");
  const auto mapped =
      folder.parse(with("{small: c.gguf, x: shelf/a.gguf}", "routes: {chat: [shelf/x], x: [shelf/small]}\n"));
  CHECK(told(mapped) == "shelf/small=c.gguf shelf/x=a.gguf | chat->shelf/x x->shelf/small small->shelf/small");
  for (const Deployment& d : mapped->deployments) {
    CHECK(d.group == "shelf");
    CHECK(d.memory == std::uint64_t{4} << 30);
    CHECK(d.slots == 2);
    CHECK(d.zone == Zone::Device);
    CHECK(group_of(d.name) == "shelf");
  }
  CHECK(group_of("alone") == "alone");
}

TEST_CASE("what is wrong with models is told with its place, the key and the file") {
  Folder folder;
  std::filesystem::create_directories(folder / "empty");
  for (const char* name : {"shelf/a.gguf", "a.gguf", "b c.gguf", "bin"}) folder.file(name);
  const auto says = [&](const std::string& yaml, std::initializer_list<const char*> words) {
    const std::string text = told(folder.parse(yaml));
    for (const char* word : words) {
      CAPTURE(text);
      CHECK(text.find(word) != std::string::npos);
    }
  };
  says(with("empty"), {"config.value", "deployments[0].models", "no .gguf file in", "/empty"});
  says(with("nowhere"), {"config.unreadable", "/nowhere", "t.yaml:2:65"});
  says(with("[a.gguf, no.gguf]"), {"config.no_such_file", "deployments[0].models[1]", "/no.gguf"});
  says(with("[a.gguf, shelf/a.gguf]"), {"config.duplicate_name", "would both be named a", "name: path"});
  says(with("[b c.gguf]"), {"config.value", "b c.gguf needs a name"});
  says(with("[bin]"), {"config.value", "ends in .gguf"});
  says(with("[]"), {"config.value", "at least one file"});
  says(with("[a.gguf], model: a.gguf"), {"config.contradiction", "not both"});
  says("deployments:\n  - {name: s, kind: engine, models: shelf}\n", {"config.missing_key", "memory"});
  says("deployments:\n  - {name: s, kind: engine, model: a.gguf, memory: 1GiB}\nroutes: {a: [s]}\n",
       {"config.unsupported", "memory", "only a deployment with models"});
  says(with("shelf", "routes: {chat: [shelf]}\n"), {"config.value", "has several models", "shelf/a"});
  says(with("shelf", "routes: {chat: [shelf/b]}\n"), {"config.unknown_deployment", "shelf/a"});
  says(with("shelf", "  - {name: shelf, kind: engine, model: a.gguf}\n"), {"config.duplicate_name"});
  const char* other = "  - {name: other, kind: engine, memory: 1GiB, models: {a: a.gguf}}\n";
  says(with("shelf", other), {"config.duplicate_name", "shelf/a or other/a", "add it to routes"});
  CHECK(folder.parse(with("shelf", std::string(other) + "routes: {a: [other/a, shelf/a]}\n")).has_value());
}
