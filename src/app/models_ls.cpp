#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "app/commands.h"
#include "app/progress.h"
#include "engine/shelf.h"
#include "json/writer.h"

namespace sluice::app {
namespace {

using Row = std::vector<std::string>;

std::string parameters_words(std::uint64_t parameters) {
  const auto n = static_cast<double>(parameters);
  if (n >= 1e9) return fmt::format("{:.1f} B", n / 1e9);
  return n >= 1e6 ? fmt::format("{:.1f} M", n / 1e6) : fmt::format("{:.0f} k", n / 1e3);
}

// A file's name and what it says of itself go to a terminal: nothing of it may steer that.
std::string tame(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

void print_table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + (i + 1 < row.size() ? std::string(widths[i] - row[i].size() + 2, ' ') : "");
    std::printf("%s\n", line.c_str());
  }
}

void print_json(const std::vector<engine::ShelfEntry>& entries) {
  for (const engine::ShelfEntry& e : entries) {
    json::Writer w;
    w.object().member("file", e.file).member("parts", e.parts).member("bytes", e.bytes);
    if (e.problem.empty()) {
      w.member("name", e.name).member("architecture", e.architecture).member("family", e.family);
      w.member("quantisation", e.quantisation).member("parameters", e.parameters).member("context", e.context);
      w.member("verified", engine::verified_name(e.verified));
    } else {
      w.member("problem", e.problem);
    }
    w.end();
    std::printf("%s\n", w.take().c_str());
  }
}

}  // namespace

std::string models_folder(const std::string& given) {
  if (!given.empty()) return given;
  const char* folder = std::getenv("SLUICE_MODELS");
  return folder && *folder ? folder : "models";
}

int models_ls(const ShelfOptions& options) {
  const auto entries = engine::list_models(models_folder(options.path));
  if (!entries) return complain(entries.error());
  if (options.json) {
    print_json(*entries);
    return 0;
  }
  std::vector<Row> rows{{"FILE", "FAMILY", "SIZE", "QUANTISATION", "CONTEXT", "PARAMETERS", "CHECKED"}};
  std::vector<const engine::ShelfEntry*> bad;
  for (const engine::ShelfEntry& e : *entries) {
    if (!e.problem.empty()) {
      bad.push_back(&e);
      continue;
    }
    const std::string parts = e.parts > 1 ? " (" + std::to_string(e.parts) + " parts)" : "";
    rows.push_back({tame(e.file) + parts, tame(e.family), bytes_words(static_cast<double>(e.bytes)),
                    e.quantisation, std::to_string(e.context), parameters_words(e.parameters),
                    engine::verified_name(e.verified)});
  }
  if (rows.size() > 1) print_table(rows);
  if (entries->empty()) std::printf("no .gguf files in %s\n", models_folder(options.path).c_str());
  if (!bad.empty()) std::printf("%sCan't be used:\n", rows.size() > 1 ? "\n" : "");
  for (const engine::ShelfEntry* e : bad)
    std::printf("%s  %s  %s\n", tame(e->file).c_str(), bytes_words(static_cast<double>(e->bytes)).c_str(),
                tame(e->problem).c_str());
  return 0;
}

}  // namespace sluice::app
