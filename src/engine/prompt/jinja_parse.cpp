#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/result.h"
#include "engine/prompt/jinja_tree.h"

namespace sluice::engine::jinja {
namespace {

constexpr int kDeepest = 100;

struct Token {
  enum class Kind { Name, Number, String, Operator, End } kind = Kind::End;
  std::string text;
  int line = 1;
};

// A piece of the template: words, an expression to print, or a statement.
struct Piece {
  enum class Kind { Words, Print, Tag } kind = Kind::Words;
  std::string text;
  int line = 1;
};

Failure error(const std::string& what, int line) {
  return fail("engine.template", "the chat template is not understood: " + what, "line " + std::to_string(line),
              "set sluice.prompt_format in the file's metadata to the format that the model was trained with");
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Cuts the source at its tags and takes away the white space that they eat: beside a minus all of it; blanks
// before a statement that begins its line, and the line break behind a statement or comment.
class Cutter {
 public:
  explicit Cutter(std::string_view source) : source_(source) {}
  Result<std::vector<Piece>> cut() {
    if (source_.ends_with('\n')) source_.remove_suffix(1);
    while (at_ < source_.size()) {
      const std::size_t open = next_tag();
      words(source_.substr(at_, open - at_), open);
      if (open == std::string_view::npos) break;
      SLUICE_TRY_VOID(tag(open));
    }
    return std::move(pieces_);
  }

 private:
  std::size_t next_tag() const {
    for (std::size_t at = source_.find('{', at_); at != std::string_view::npos; at = source_.find('{', at + 1))
      if (at + 1 < source_.size() && std::string_view("{%#").find(source_[at + 1]) != std::string_view::npos)
        return at;
    return std::string_view::npos;
  }

  void words(std::string_view text, std::size_t open) {
    std::string_view kept = text;
    if (strip_left_)
      kept.remove_prefix(std::min(kept.find_first_not_of(" \t\r\n\v\f"), kept.size()));
    else if (eat_line_ && kept.starts_with('\n'))
      kept.remove_prefix(1);
    if (open != std::string_view::npos) {
      const char sign = open + 2 < source_.size() ? source_[open + 2] : ' ';
      if (sign == '-') {
        while (!kept.empty() && is_space(kept.back())) kept.remove_suffix(1);
      } else if (source_[open + 1] != '{' && sign != '+') {
        const std::size_t line = kept.find_last_not_of(" \t");
        const bool begins = line == std::string_view::npos
                                ? (kept.size() == text.size() ? begins_line() : eaten_line(text, kept))
                                : kept[line] == '\n';
        if (begins) kept = kept.substr(0, line == std::string_view::npos ? 0 : line + 1);
      }
    }
    if (!kept.empty()) pieces_.push_back({Piece::Kind::Words, std::string(kept), line_});
    line_ += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }
  // Blanks alone before a tag: do they begin a line of the source?
  bool begins_line() const { return at_ == 0 || source_[at_ - 1] == '\n'; }
  static bool eaten_line(std::string_view text, std::string_view kept) {
    return text.size() > kept.size() && text[text.size() - kept.size() - 1] == '\n';
  }

  Status tag(std::size_t open) {
    const char kind = source_[open + 1];
    const std::string close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
    std::size_t end = open + 2;
    char quote = 0;
    for (; end < source_.size(); ++end) {
      const char c = source_[end];
      if (kind != '#' && quote != 0) {
        if (c == '\\') ++end;
        if (c == quote) quote = 0;
      } else if (kind != '#' && (c == '"' || c == '\'')) {
        quote = c;
      } else if (source_.substr(end).starts_with(close)) {
        break;
      }
    }
    if (end >= source_.size()) return error("a tag is not closed", line_);
    std::string_view inside = source_.substr(open + 2, end - open - 2);
    if (inside.starts_with('-') || inside.starts_with('+')) inside.remove_prefix(1);
    strip_left_ = inside.ends_with('-');
    if (strip_left_) inside.remove_suffix(1);
    eat_line_ = kind != '{';
    if (kind != '#')
      pieces_.push_back({kind == '{' ? Piece::Kind::Print : Piece::Kind::Tag, std::string(inside), line_});
    line_ += static_cast<int>(std::count(inside.begin(), inside.end(), '\n'));
    at_ = end + 2;
    return {};
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool strip_left_ = false, eat_line_ = false;
  std::vector<Piece> pieces_;
};

Result<std::vector<Token>> tokens_of(const Piece& piece) {
  std::vector<Token> out;
  const std::string& s = piece.text;
  int line = piece.line;
  for (std::size_t at = 0; at < s.size();) {
    const char c = s[at];
    if (c == '\n') ++line;
    if (is_space(c)) {
      ++at;
    } else if (c == '"' || c == '\'') {
      std::string text;
      for (++at; at < s.size() && s[at] != c; ++at) {
        if (s[at] != '\\' || at + 1 == s.size()) {
          text += s[at];
          continue;
        }
        const std::size_t known = std::string_view("nrt\\'\"").find(s[++at]);
        if (known == std::string_view::npos) return error(std::string("the escape \\") + s[at], line);
        text += "\n\r\t\\'\""[known];
      }
      ++at;
      out.push_back({Token::Kind::String, text, line});
    } else if (is_name(c)) {
      const bool number = c >= '0' && c <= '9';
      const std::size_t from = at;
      while (at < s.size() &&
             (is_name(s[at]) || (number && s[at] == '.' && at + 1 < s.size() && is_name(s[at + 1]))))
        ++at;
      out.push_back({number ? Token::Kind::Number : Token::Kind::Name, s.substr(from, at - from), line});
    } else {
      static constexpr std::array<std::string_view, 6> kTwo = {"==", "!=", "<=", ">=", "//", "**"};
      std::string text(1, c);
      for (const std::string_view two : kTwo)
        if (s.compare(at, 2, two) == 0) text = two;
      if (text.size() == 1 && std::string_view("+-*/%~<>=()[]{}.,:|").find(c) == std::string_view::npos)
        return error("the sign " + text, line);
      at += text.size();
      out.push_back({Token::Kind::Operator, text, line});
    }
  }
  out.push_back({Token::Kind::End, "", line});
  return out;
}

class ExpressionReader {
 public:
  explicit ExpressionReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}
  using E = Expression;

  const Token& peek() const { return tokens_[at_]; }
  int line() const { return peek().line; }
  bool ends() const { return peek().kind == Token::Kind::End; }
  bool sees(std::string_view text) const {
    return peek().text == text && (peek().kind == Token::Kind::Operator || peek().kind == Token::Kind::Name);
  }
  bool take(std::string_view text) {
    if (!sees(text)) return false;
    ++at_;
    return true;
  }
  Status expect(std::string_view text) {
    if (take(text)) return {};
    return error("\"" + std::string(text) + "\" is wanted, not \"" + peek().text + "\"", line());
  }
  Result<std::string> name() {
    if (peek().kind != Token::Kind::Name) return error("a name is wanted", line());
    return tokens_[at_++].text;
  }

  Result<E> expression() {
    if (++depth_ > kDeepest) return error("more than 100 levels in each other", line());
    SLUICE_TRY(E out, either());
    while (take("if")) {
      SLUICE_TRY(E condition, either());
      E choice = made(E::Kind::Choice);
      choice.parts = {std::move(out), std::move(condition)};
      if (take("else")) {
        SLUICE_TRY(E other, expression());
        choice.parts.push_back(std::move(other));
      }
      out = std::move(choice);
    }
    --depth_;
    return out;
  }
  // Several with commas are a tuple.
  Result<E> tuple() {
    SLUICE_TRY(E first, expression());
    if (!sees(",")) return first;
    E out = made(E::Kind::ListOf);
    out.parts.push_back(std::move(first));
    while (take(",") && !ends()) {
      SLUICE_TRY(E next, expression());
      out.parts.push_back(std::move(next));
    }
    return out;
  }
  Result<E> either() { return chain({"or"}, E::Kind::Or, &ExpressionReader::both); }

 private:
  using Reader = Result<E> (ExpressionReader::*)();
  E made(E::Kind kind) const {
    E out;
    out.kind = kind;
    out.line = line();
    return out;
  }
  static E constant(Value value, int line) {
    E out;
    out.value = std::move(value);
    out.line = line;
    return out;
  }

  Result<E> chain(std::initializer_list<std::string_view> signs, E::Kind kind, Reader next) {
    SLUICE_TRY(E left, (this->*next)());
    for (;;) {
      const auto sign = std::find_if(signs.begin(), signs.end(), [&](std::string_view s) { return sees(s); });
      if (sign == signs.end()) return left;
      E out = made(kind);
      out.name = *sign;
      ++at_;
      SLUICE_TRY(E right, (this->*next)());
      out.parts = {std::move(left), std::move(right)};
      left = std::move(out);
    }
  }
  Result<E> both() { return chain({"and"}, E::Kind::And, &ExpressionReader::denied); }
  Result<E> denied() {
    if (!sees("not")) return compared();
    E out = made(E::Kind::Not);
    ++at_;
    if (++depth_ > kDeepest) return error("more than 100 levels in each other", line());
    SLUICE_TRY(E inner, denied());
    --depth_;
    out.parts.push_back(std::move(inner));
    return out;
  }
  Result<E> compared() {
    SLUICE_TRY(E left, sum());
    for (;;) {
      E out = made(E::Kind::Binary);
      const bool negated = sees("not") && tokens_[at_ + 1].text == "in";
      if (negated) ++at_;
      if (!(sees("==") || sees("!=") || sees("<") || sees("<=") || sees(">") || sees(">=") || sees("in")))
        return left;
      out.name = (negated ? "not " : "") + peek().text;
      ++at_;
      SLUICE_TRY(E right, sum());
      out.parts = {std::move(left), std::move(right)};
      left = std::move(out);
    }
  }
  Result<E> sum() { return chain({"+", "-"}, E::Kind::Binary, &ExpressionReader::joined); }
  Result<E> joined() { return chain({"~"}, E::Kind::Binary, &ExpressionReader::product); }
  Result<E> product() { return chain({"*", "/", "//", "%"}, E::Kind::Binary, &ExpressionReader::unary); }
  Result<E> unary() {
    if (!sees("-")) {
      SLUICE_TRY(E plain, primary());
      return behind(std::move(plain), true);
    }
    E out = made(E::Kind::Minus);
    ++at_;
    if (++depth_ > kDeepest) return error("more than 100 levels in each other", line());
    SLUICE_TRY(E inner, unary());
    --depth_;
    out.parts.push_back(std::move(inner));
    return out;
  }

  Result<E> primary() {
    const Token token = peek();
    if (token.kind == Token::Kind::String) {
      std::string all;
      for (; peek().kind == Token::Kind::String; ++at_) all += peek().text;  // neighbours are one
      return constant(Value::of(Text::written(all)), token.line);
    }
    if (token.kind == Token::Kind::Number) {
      ++at_;
      const char* const end = token.text.data() + token.text.size();
      std::int64_t whole = 0;
      const auto read = std::from_chars(token.text.data(), end, whole);
      if (read.ec == std::errc() && read.ptr == end) return constant(Value::of(whole), token.line);
      const bool fraction = token.text.find('.') != std::string::npos;
      if (fraction && token.text.find_first_not_of("0123456789.") == std::string::npos && token.text.size() < 40)
        return constant(Value::of(std::strtod(token.text.c_str(), nullptr)), token.line);
      return error("the number " + token.text, token.line);
    }
    if (token.kind == Token::Kind::Name) return named();
    if (take("(")) {
      if (take(")")) return made(E::Kind::ListOf);
      SLUICE_TRY(E inner, tuple());
      SLUICE_TRY_VOID(expect(")"));
      return inner;
    }
    if (sees("[")) return list();
    if (sees("{")) return mapping();
    return error(token.kind == Token::Kind::End ? "something is missing" : "\"" + token.text + "\"", token.line);
  }

  Result<E> named() {
    const Token token = tokens_[at_++];
    const std::string& n = token.text;
    if (n == "true" || n == "True") return constant(Value::of(true), token.line);
    if (n == "false" || n == "False") return constant(Value::of(false), token.line);
    if (n == "none" || n == "None") return constant(Value::none(), token.line);
    E out = made(E::Kind::Name);
    out.name = n;
    return out;
  }

  Result<E> list() {
    E out = made(E::Kind::ListOf);
    ++at_;
    while (!take("]")) {
      SLUICE_TRY(E part, expression());
      out.parts.push_back(std::move(part));
      if (!sees("]")) {
        SLUICE_TRY_VOID(expect(","));
      }
    }
    return out;
  }
  Result<E> mapping() {
    E out = made(E::Kind::MappingOf);
    ++at_;
    while (!take("}")) {
      SLUICE_TRY(E key, expression());
      SLUICE_TRY_VOID(expect(":"));
      SLUICE_TRY(E value, expression());
      out.parts.push_back(std::move(key));
      out.parts.push_back(std::move(value));
      if (!sees("}")) {
        SLUICE_TRY_VOID(expect(","));
      }
    }
    return out;
  }

  // ( ... ) behind a name: parts, then those with names.
  Status arguments(E& call) {
    while (!take(")")) {
      const bool keyword = peek().kind == Token::Kind::Name && tokens_[at_ + 1].text == "=" &&
                           tokens_[at_ + 1].kind == Token::Kind::Operator;
      if (keyword) {
        call.keywords.push_back(peek().text);
        at_ += 2;
      } else if (!call.keywords.empty()) {
        return error("an argument without a name behind one with a name", line());
      }
      SLUICE_TRY(E part, expression());
      call.parts.push_back(std::move(part));
      if (!sees(")")) {
        SLUICE_TRY_VOID(expect(","));
      }
    }
    return {};
  }

  Result<E> item(E of) {
    E out = made(E::Kind::Item);
    out.parts.push_back(std::move(of));
    for (int i = 0;; ++i) {
      if (sees(":") || sees("]")) {
        out.parts.push_back(constant(Value(), line()));
      } else {
        SLUICE_TRY(E part, expression());
        out.parts.push_back(std::move(part));
      }
      if (take("]")) break;
      SLUICE_TRY_VOID(expect(":"));
      out.kind = E::Kind::Slice;
      if (i == 2) return error("a slice has three parts at most", line());
    }
    while (out.kind == E::Kind::Slice && out.parts.size() < 4) out.parts.push_back(constant(Value(), line()));
    return out;
  }

  Result<E> test(E of) {
    E out = made(E::Kind::Test);
    out.negated = take("not");
    SLUICE_TRY(out.name, name());
    out.parts.push_back(std::move(of));
    if (take("(")) {
      SLUICE_TRY_VOID(arguments(out));
    } else if (peek().kind == Token::Kind::String || peek().kind == Token::Kind::Number) {
      SLUICE_TRY(E part, primary());
      out.parts.push_back(std::move(part));
    }
    return out;
  }

  // Attributes, items and calls; then, for whole operands, filters and tests.
  Result<E> behind(E left, bool whole) {
    for (;;) {
      if (take(".")) {
        E out = made(E::Kind::Attribute);
        SLUICE_TRY(out.name, name());
        out.parts.push_back(std::move(left));
        left = std::move(out);
      } else if (take("[")) {
        SLUICE_TRY(left, item(std::move(left)));
      } else if (take("(")) {
        E out = made(E::Kind::Call);
        out.parts.push_back(std::move(left));
        SLUICE_TRY_VOID(arguments(out));
        left = std::move(out);
      } else if (whole && take("|")) {
        E out = made(E::Kind::Filter);
        SLUICE_TRY(out.name, name());
        out.parts.push_back(std::move(left));
        if (take("(")) {
          SLUICE_TRY_VOID(arguments(out));
        }
        left = std::move(out);
      } else if (whole && take("is")) {
        SLUICE_TRY(left, test(std::move(left)));
      } else {
        return left;
      }
    }
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

class TemplateReader {
 public:
  explicit TemplateReader(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  Result<Block> block(const std::vector<std::string_view>& ends, int depth) {
    if (depth > kDeepest) return error("more than 100 blocks in each other", line());
    Block out;
    for (; at_ < pieces_.size(); ++at_) {
      const Piece& piece = pieces_[at_];
      if (piece.kind == Piece::Kind::Words) {
        Statement words;
        words.text = Text::written(piece.text);
        out.statements.push_back(std::move(words));
        continue;
      }
      SLUICE_TRY(auto tokens, tokens_of(piece));
      ExpressionReader reader(std::move(tokens));
      if (piece.kind == Piece::Kind::Print) {
        Statement print{.kind = Statement::Kind::Print, .line = piece.line};
        SLUICE_TRY(Expression value, reader.tuple());
        if (!reader.ends()) return error("\"" + reader.peek().text + "\"", reader.line());
        print.conditions.push_back(std::move(value));
        out.statements.push_back(std::move(print));
        continue;
      }
      const std::string keyword = reader.peek().text;
      if (std::find(ends.begin(), ends.end(), keyword) != ends.end()) return out;
      SLUICE_TRY(Statement made, statement(reader, depth));
      out.statements.push_back(std::move(made));
    }
    if (!ends.empty()) return error("{% " + std::string(ends.back()) + " %} is missing", line());
    return out;
  }

 private:
  int line() const { return pieces_.empty() ? 1 : pieces_[std::min(at_, pieces_.size() - 1)].line; }
  std::string keyword() const {
    const auto tokens = tokens_of(pieces_[at_]);
    return tokens ? tokens->front().text : "";
  }

  Result<Statement> statement(ExpressionReader& reader, int depth) {
    SLUICE_TRY(const std::string keyword, reader.name());
    Statement out{.line = line()};
    if (keyword == "if") return branch(reader, std::move(out), depth);
    if (keyword == "for") return loop(reader, std::move(out), depth);
    if (keyword == "set") return assignment(reader, std::move(out), depth);
    if (keyword == "break" || keyword == "continue") {
      out.kind = keyword == "break" ? Statement::Kind::Break : Statement::Kind::Continue;
      return out;
    }
    return error("the statement " + keyword + " is not known here", line());
  }

  Result<Statement> branch(ExpressionReader& reader, Statement out, int depth) {
    out.kind = Statement::Kind::If;
    SLUICE_TRY(Expression first, reader.expression());
    out.conditions.push_back(std::move(first));
    for (;;) {
      ++at_;
      SLUICE_TRY(Block body, block({"elif", "else", "endif"}, depth + 1));
      out.branches.push_back(std::move(body));
      const std::string end = keyword();
      if (end == "endif") return out;
      if (end == "else") {
        if (out.branches.size() > out.conditions.size()) return error("a second else", line());
        continue;
      }
      SLUICE_TRY(auto tokens, tokens_of(pieces_[at_]));
      ExpressionReader next(std::move(tokens));
      next.take("elif");
      SLUICE_TRY(Expression condition, next.expression());
      out.conditions.push_back(std::move(condition));
    }
  }

  Result<Statement> loop(ExpressionReader& reader, Statement out, int depth) {
    out.kind = Statement::Kind::For;
    do {
      SLUICE_TRY(const std::string name, reader.name());
      out.names.push_back(name);
    } while (reader.take(","));
    SLUICE_TRY_VOID(reader.expect("in"));
    SLUICE_TRY(Expression list, reader.either());
    out.conditions.push_back(std::move(list));
    if (reader.take("if")) {
      SLUICE_TRY(Expression filter, reader.expression());
      out.conditions.push_back(std::move(filter));
    }
    if (!reader.ends()) return error("\"" + reader.peek().text + "\" in a for", line());
    ++at_;
    SLUICE_TRY(Block body, block({"else", "endfor"}, depth + 1));
    out.branches.push_back(std::move(body));
    if (keyword() == "endfor") return out;
    ++at_;
    SLUICE_TRY(Block otherwise, block({"endfor"}, depth + 1));
    out.branches.push_back(std::move(otherwise));
    return out;
  }

  Result<Statement> assignment(ExpressionReader& reader, Statement out, int depth) {
    out.kind = Statement::Kind::Set;
    SLUICE_TRY(const std::string name, reader.name());
    out.names.push_back(name);
    if (reader.take(".")) {
      SLUICE_TRY(const std::string attribute, reader.name());
      out.names.push_back(attribute);
      out.attribute = true;
    }
    if (reader.ends() && !out.attribute) {
      out.kind = Statement::Kind::SetBlock;
      ++at_;
      SLUICE_TRY(Block body, block({"endset"}, depth + 1));
      out.branches.push_back(std::move(body));
      return out;
    }
    SLUICE_TRY_VOID(reader.expect("="));
    SLUICE_TRY(Expression value, reader.tuple());
    if (!reader.ends()) return error("\"" + reader.peek().text + "\" in a set", line());
    out.conditions.push_back(std::move(value));
    return out;
  }

  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
};

}  // namespace

Result<std::shared_ptr<const Block>> parse_template(std::string_view source) {
  SLUICE_TRY(auto pieces, Cutter(source).cut());
  SLUICE_TRY(Block body, TemplateReader(std::move(pieces)).block({}, 0));
  return std::make_shared<const Block>(std::move(body));
}

}  // namespace sluice::engine::jinja
