// The only file that knows yaml-cpp. It listens to the parser's events instead of using YAML::Node, which
// resolves aliases, keeps duplicate keys and forgets whether a scalar was quoted.
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "config/reader.h"
#include "config/tree.h"
#include "text/utf8.h"

namespace sluice::config {
namespace {

// yaml-cpp counts columns in bytes from 0; people count characters from 1.
class Places {
 public:
  explicit Places(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] == '\n') starts_.push_back(i + 1);
  }
  Place of(const YAML::Mark& mark) const {
    if (mark.line < 0) return {1, 1};
    std::size_t line = std::min(std::size_t(mark.line), starts_.size() - 1);
    std::size_t length = std::min(std::size_t(std::max(mark.column, 0)), text_.size() - starts_[line]);
    return {int(line) + 1, int(text::count_code_points(text_.substr(starts_[line], length))) + 1};
  }
  Place of_offset(std::size_t offset) const {
    auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
    std::size_t start = *std::prev(next);
    // The bytes before `offset` may end in the invalid byte's predecessor only: they are valid.
    return {int(next - starts_.begin()), int(text::count_code_points(text_.substr(start, offset - start))) + 1};
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

struct Trouble {
  Place place;
  std::string what, message, hint;
};

class Builder : public YAML::EventHandler {
 public:
  Builder(Tree& tree, const Places& places) : tree_(tree), places_(places) {}
  std::optional<Trouble> trouble;  // the first one; later events are ignored
  // The list or map that is not closed yet.
  Place innermost() const { return open_.empty() ? Place{1, 1} : tree_.items[open_.back()].place; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_anchor(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "unsupported", "aliases (*name) are not allowed", "write the value out where it is needed");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add(mark, anchor, Node::Type::Null); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    if (!check_tag(mark, tag)) return;
    if (auto index = add(mark, anchor, Node::Type::Scalar)) {
      tree_.items[*index].scalar = value;
      tree_.items[*index].plain = tag == "?";
    }
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open_collection(mark, tag, anchor, Node::Type::List);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open_collection(mark, tag, anchor, Node::Type::Map);
  }
  void OnSequenceEnd() override {
    if (!trouble) open_.pop_back();
  }
  void OnMapEnd() override {
    if (trouble) return;
    check_keys(tree_.items[open_.back()]);
    open_.pop_back();
  }

 private:
  void refuse(const YAML::Mark& mark, std::string what, std::string message, std::string hint) {
    if (!trouble) trouble = Trouble{places_.of(mark), std::move(what), std::move(message), std::move(hint)};
  }
  void refuse_anchor(const YAML::Mark& mark) {
    refuse(mark, "unsupported", "anchors (&name) are not allowed", "write the value out where it is needed");
  }
  bool check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return true;
    refuse(mark, "unsupported", "tags (!name) are not allowed", "leave the tag out");
    return false;
  }
  std::optional<std::size_t> add(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Type type) {
    if (anchor != YAML::NullAnchor) refuse_anchor(mark);
    if (trouble) return std::nullopt;
    std::size_t index = tree_.items.size();
    Tree::Item& item = tree_.items.emplace_back();
    item.type = type;
    item.place = places_.of(mark);
    if (!open_.empty()) tree_.items[open_.back()].children.push_back(index);
    return index;
  }
  void open_collection(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, Node::Type type) {
    if (open_.size() >= std::size_t(kMaxYamlDepth)) {
      return refuse(mark, "syntax", "nesting deeper than " + std::to_string(kMaxYamlDepth) + " levels",
                    "flatten the file");
    }
    if (!check_tag(mark, tag)) return;
    if (auto index = add(mark, anchor, type)) open_.push_back(*index);
  }
  // Keys are texts, each once.
  void check_keys(const Tree::Item& map) {
    std::map<std::string_view, Place> seen;
    for (std::size_t i = 0; i + 1 < map.children.size() && !trouble; i += 2) {
      const Tree::Item& key = tree_.items[map.children[i]];
      if (key.type != Node::Type::Scalar || key.scalar.empty()) {
        trouble = Trouble{key.place, "type", "expected a name as key", "write it as name: value"};
      } else if (key.scalar == "<<") {
        trouble = Trouble{key.place, "unsupported", "merge keys (<<) are not allowed", "write the values out"};
      } else if (auto [first, fresh] = seen.emplace(key.scalar, key.place); !fresh) {
        trouble = Trouble{key.place, "duplicate_key",
                          "\"" + key.scalar + "\" stands here for the second time, first in line " +
                              std::to_string(first->second.line),
                          "keep one of them"};
      }
    }
  }

  Tree& tree_;
  const Places& places_;
  std::vector<std::size_t> open_;
};

void name_paths(Tree& tree) {
  for (std::size_t i = 0; i < tree.items.size(); ++i) {
    const Tree::Item& parent = tree.items[i];
    bool map = parent.type == Node::Type::Map;
    for (std::size_t c = 0; c < parent.children.size(); ++c) {
      Tree::Item& child = tree.items[parent.children[c]];
      if (map) {
        const std::string& key = tree.items[parent.children[c & ~std::size_t(1)]].scalar;
        child.path = parent.path.empty() ? key : parent.path + "." + key;
      } else {
        child.path = parent.path + "[" + std::to_string(c) + "]";
      }
    }
  }
}

// Bytes that no readable file contains; yaml-cpp would guess an encoding or repair them in silence.
std::optional<Trouble> check_bytes(std::string_view yaml, const Places& places) {
  for (std::size_t i = 0; i < yaml.size(); ++i) {
    unsigned char c = static_cast<unsigned char>(yaml[i]);
    if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
      return Trouble{places.of_offset(i), "syntax", "a control character (byte " + std::to_string(c) + ")",
                     "save the file as plain UTF-8 text"};
  }
  return std::nullopt;
}

std::optional<Trouble> build(std::string_view yaml, Tree& tree, const Places& places) {
  Builder builder(tree, places);
  // yaml-cpp takes a quote that is still open at the end for closed if white space follows it.
  yaml = yaml.substr(0, yaml.find_last_not_of(" \t\r\n") + 1);
  try {
    std::istringstream stream{std::string(yaml)};
    YAML::Parser parser(stream);
    bool any = parser.HandleNextDocument(builder);
    if (builder.trouble) return builder.trouble;
    if (!any || tree.items.empty())
      return Trouble{{1, 1}, "syntax", "the file is empty", "it needs at least one key"};
    std::size_t size = tree.items.size();
    if (parser.HandleNextDocument(builder)) {
      if (builder.trouble) return builder.trouble;
      Place place = tree.items.size() > size ? tree.items[size].place : tree.items[0].place;
      return Trouble{place, "syntax", "a second document in the same file", "keep one document, without ---"};
    }
    return builder.trouble;
  } catch (const YAML::Exception& e) {
    if (builder.trouble) return builder.trouble;
    if (e.msg.starts_with("end of"))  // yaml-cpp's place for these is arbitrary
      return Trouble{builder.innermost(), "syntax", "what opens here is not closed", "add the missing ] or }"};
    return Trouble{places.of(e.mark), "syntax", "not valid YAML: " + e.msg,
                   "check indentation, colons, quotes and brackets here and in the line before"};
  } catch (const std::exception&) {
    return Trouble{{1, 1}, "syntax", "the YAML parser gave up", "simplify the file"};
  }
}

}  // namespace

Result<Node> parse_yaml(std::string_view yaml, const std::string& file, const std::string& room) {
  if (yaml.starts_with("\xEF\xBB\xBF")) yaml.remove_prefix(3);  // byte order mark of some editors
  auto tree = std::make_shared<Tree>();
  tree->file = file;
  tree->room = room;
  auto refuse = [&](const Trouble& t) {
    std::string where = file + ":" + std::to_string(t.place.line) + ":" + std::to_string(t.place.column);
    return fail(room + "." + t.what, t.message, where, t.hint);
  };
  if (yaml.size() > kMaxYamlBytes)
    return refuse({{1, 1}, "syntax", "larger than " + std::to_string(kMaxYamlBytes >> 20) + " MiB", "split it"});
  if (std::size_t bad = text::first_invalid(yaml); bad < yaml.size()) {
    Places before(yaml.substr(0, bad));
    return refuse({before.of_offset(bad), "syntax", "not valid UTF-8", "save the file as UTF-8"});
  }
  Places places(yaml);
  if (auto trouble = check_bytes(yaml, places)) return refuse(*trouble);
  if (auto trouble = build(yaml, *tree, places)) return refuse(*trouble);
  name_paths(*tree);
  return Node(std::move(tree), 0);
}

Result<std::string> read_text_file(const std::string& file, const std::string& room) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    return fail(room + ".unreadable", "the file cannot be opened", file, "check the path and the permissions");
  std::string text(kMaxYamlBytes + 1, '\0');
  stream.read(text.data(), std::streamsize(text.size()));
  if (stream.bad() || (stream.fail() && !stream.eof()))
    return fail(room + ".unreadable", "the file cannot be read", file, "is it a directory?");
  text.resize(std::size_t(stream.gcount()));
  if (text.size() > kMaxYamlBytes)
    return fail(room + ".unreadable", "larger than " + std::to_string(kMaxYamlBytes >> 20) + " MiB", file,
                "is it the right file?");
  return text;
}

}  // namespace sluice::config
