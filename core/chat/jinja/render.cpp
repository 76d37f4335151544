#include "core/chat/jinja/render.h"

#include "core/base/text.h"
#include "core/chat/jinja/builtins.h"

#include <algorithm>

namespace ablate::chat::jinja {
namespace {

using Kind = Expression::Kind;

constexpr std::int64_t kMostSteps = 2'000'000;
constexpr std::size_t kMostText = 64u << 20;

enum class Flow { on, leave, next };

class Renderer {
  public:
    explicit Renderer(const Data& variables) {
        scopes_.emplace_back();
        for (const auto& [name, value] : variables.items()) scopes_.back()[name] = Value(value);
    }

    std::string all(const Statements& statements) {
        run(statements);
        return std::move(out_);
    }

  private:
    void count(int line) {
        if (++steps_ > kMostSteps) fail(line, "the template does not come to an end");
        if (out_.size() > kMostText) fail(line, "the template writes too much");
    }

    // A name gives a copy of its value: what a large one costs counts, or two million steps could take hours.
    void count_copy(const Value& value, int line) {
        steps_ += static_cast<std::int64_t>(kilobytes(value.data));
        count(line);
    }

    // Roughly: a member of a list or dictionary is a sixteenth, as it is allocated by itself.
    static std::size_t kilobytes(const Data& data) {
        if (data.is_string()) return data.get_ref<const std::string&>().size() / 1024;
        if (!data.is_structured()) return 0;
        std::size_t sum = data.size() / 16;
        for (const Data& member : data) sum += kilobytes(member);
        return sum;
    }

    Flow run(const Statements& statements) {
        for (const Statement& statement : statements) {
            count(statement.line);
            const Flow flow = run(statement);
            if (flow != Flow::on) return flow;
        }
        return Flow::on;
    }

    Flow run(const Statement& statement) {
        switch (statement.kind) {
            case Statement::Kind::text:
                out_ += statement.text;
                return Flow::on;
            case Statement::Kind::output:
                out_ += to_text(value(*statement.values[0]), statement.line);
                return Flow::on;
            case Statement::Kind::branch:
                for (std::size_t i = 0; i < statement.bodies.size(); ++i)
                    if (!statement.values[i] || is_true(value(*statement.values[i]))) return run(statement.bodies[i]);
                return Flow::on;
            case Statement::Kind::loop:
                return loop(statement);
            case Statement::Kind::assign:
                assign(statement);
                return Flow::on;
            case Statement::Kind::leave:
                return Flow::leave;
            case Statement::Kind::next:
                return Flow::next;
        }
        return Flow::on;
    }

    void assign(const Statement& statement) {
        Value assigned;
        if (statement.bodies.empty()) {
            assigned = value(*statement.values[0]);
        } else {
            std::string before = std::move(out_);
            out_.clear();
            run(statement.bodies[0]);
            assigned = Value(std::exchange(out_, std::move(before)));
        }
        if (statement.text.empty()) return bind(statement.names, assigned, statement.line);
        Value* space = find(statement.names[0]);
        if (!space || !space->space)
            fail(statement.line, quote(statement.names[0]) + " is no namespace: its members cannot be set");
        (*space->space)[statement.text] = plain(assigned, statement.line);
    }

    void bind(const std::vector<std::string>& names, const Value& value, int line) {
        if (names.size() == 1) {
            scopes_.back()[names[0]] = value;
            return;
        }
        if (!value.data.is_array() || value.data.size() != names.size())
            fail(line, "there are " + std::to_string(names.size()) + " names, and not as many values");
        for (std::size_t i = 0; i < names.size(); ++i) scopes_.back()[names[i]] = Value(value.data[i]);
    }

    // What is looped over: the members of a list, the keys of a dictionary, the characters of a string.
    static Data items_of(const Value& value, int line) {
        Data items = Data::array();
        if (!value.defined) return items;
        if (value.data.is_array()) return value.data;
        if (value.data.is_object()) {
            for (const auto& [key, ignored] : value.data.items()) items.push_back(key);
        } else if (value.data.is_string()) {
            for (const std::string_view each : characters(value.data.get_ref<const std::string&>()))
                items.push_back(std::string(each));
        } else {
            fail(line, "what is looped over is no list");
        }
        return items;
    }

    Flow loop(const Statement& statement) {
        Data items = items_of(value(*statement.values[0]), statement.line);
        if (statement.values[1]) {
            Data kept = Data::array();
            for (Data& item : items) {
                const Scope scope(*this);
                bind(statement.names, Value(item), statement.line);
                if (is_true(value(*statement.values[1]))) kept.push_back(std::move(item));
            }
            items = std::move(kept);
        }
        if (items.empty()) return statement.bodies.size() > 1 ? run(statement.bodies[1]) : Flow::on;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const Scope scope(*this);
            count(statement.line);
            Data state = {{"index", i + 1},
                          {"index0", i},
                          {"revindex", items.size() - i},
                          {"revindex0", items.size() - i - 1},
                          {"first", i == 0},
                          {"last", i + 1 == items.size()},
                          {"length", items.size()}};
            if (i > 0) state["previtem"] = items[i - 1];
            if (i + 1 < items.size()) state["nextitem"] = items[i + 1];
            scopes_.back()["loop"] = Value(std::move(state));
            bind(statement.names, Value(items[i]), statement.line);
            if (run(statement.bodies[0]) == Flow::leave) break;
        }
        return Flow::on;
    }

    Value* find(const std::string& name) {
        for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope)
            if (const auto found = scope->find(name); found != scope->end()) return &found->second;
        return nullptr;
    }

    static const Data& plain(const Value& value, int line) {
        static const Data nothing;
        if (value.space) fail(line, "a namespace cannot be part of another value");
        return value.defined ? value.data : nothing;
    }

    Value value(const Expression& expression) {
        count(expression.line);
        const auto part = [&](std::size_t i) { return value(*expression.parts[i]); };
        switch (expression.kind) {
            case Kind::literal:
                return expression.value;
            case Kind::name:
                return name(expression);
            case Kind::list: {
                Data list = Data::array();
                for (const ExpressionPtr& each : expression.parts) list.push_back(plain(value(*each), expression.line));
                require_modest(list, expression.line);
                return Value(std::move(list));
            }
            case Kind::dict:
                return dictionary(expression);
            case Kind::attribute:
                return member(part(0), expression.text, expression.line);
            case Kind::item:
                return item(part(0), part(1), expression.line);
            case Kind::slice:
                return slice(expression);
            case Kind::call:
                return call(expression);
            case Kind::filter:
                return apply_filter(expression.text, part(0), arguments(expression), expression.line);
            case Kind::test:
                return Value(passes_test(expression.text, part(0), arguments(expression), expression.line) !=
                             expression.negated);
            case Kind::unary:
                return unary(expression);
            case Kind::binary:
                return binary(expression);
            case Kind::condition:
                if (is_true(part(0))) return part(1);
                return expression.parts[2] ? part(2) : Value::undefined();
        }
        return Value::undefined();
    }

    // A function has a value as well: templates ask whether it is defined.
    Value name(const Expression& expression) {
        if (const Value* found = find(expression.text)) {
            count_copy(*found, expression.line);
            return *found;
        }
        const bool function = expression.text == "strftime_now" || expression.text == "raise_exception" ||
                              expression.text == "range" || expression.text == "namespace" || expression.text == "dict";
        return function ? Value(Data("function " + expression.text)) : Value::undefined();
    }

    Value dictionary(const Expression& expression) {
        Data dict = Data::object();
        for (std::size_t i = 0; i < expression.parts.size(); i += 2) {
            const Value key = value(*expression.parts[i]);
            if (!key.data.is_string()) fail(expression.line, "the keys of a dictionary are strings here");
            dict[key.data.get<std::string>()] = plain(value(*expression.parts[i + 1]), expression.line);
        }
        require_modest(dict, expression.line);
        return Value(std::move(dict));
    }

    static Value member(const Value& object, const std::string& name, int line) {
        if (!object.defined) fail(line, quote(name) + " is asked of something that is not defined");
        if (object.space) {
            const auto found = object.space->find(name);
            return found == object.space->end() ? Value::undefined() : Value(found->second);
        }
        if (!object.data.is_object()) return Value::undefined();
        const auto found = object.data.find(name);
        return found == object.data.end() ? Value::undefined() : Value(*found);
    }

    static Value item(const Value& object, const Value& index, int line) {
        if (index.data.is_string()) return member(object, index.data.get<std::string>(), line);
        if (!object.defined) fail(line, "an item is asked of something that is not defined");
        if (!index.data.is_number_integer()) fail(line, "an index is a whole number or a string");
        auto at = index.data.get<std::int64_t>();
        const std::int64_t length = length_of(object, line);
        if (at < 0) at += length;
        if (at < 0 || at >= length || object.data.is_object()) return Value::undefined();
        if (object.data.is_array()) return Value(object.data[static_cast<std::size_t>(at)]);
        const auto all = characters(object.data.get_ref<const std::string&>());
        return Value(std::string(all[static_cast<std::size_t>(at)]));
    }

    // As Python slices.
    Value slice(const Expression& expression) {
        const Value object = value(*expression.parts[0]);
        const int line = expression.line;
        if (!object.data.is_array() && !object.data.is_string()) fail(line, "only lists and strings are sliced");
        const std::int64_t length = length_of(object, line);
        const auto bound = [&](std::size_t i) -> std::optional<std::int64_t> {
            if (!expression.parts[i]) return {};
            const Value found = value(*expression.parts[i]);
            if (found.data.is_null()) return {};
            if (!found.data.is_number_integer()) fail(line, "the parts of a slice are whole numbers");
            return std::clamp<std::int64_t>(found.data.get<std::int64_t>(), -1'000'000'000, 1'000'000'000);
        };
        const std::int64_t step = bound(3).value_or(1);
        if (step == 0) fail(line, "the step of a slice is 0");
        const std::int64_t lowest = step > 0 ? 0 : -1, highest = step > 0 ? length : length - 1;
        const auto place = [&](std::optional<std::int64_t> given, std::int64_t otherwise) {
            return given ? std::clamp(*given < 0 ? *given + length : *given, lowest, highest) : otherwise;
        };
        const std::int64_t first = place(bound(1), step > 0 ? lowest : highest);
        const std::int64_t end = place(bound(2), step > 0 ? highest : lowest);
        Data items = items_of(object, line), taken = Data::array();
        for (std::int64_t i = first; step > 0 ? i < end : i > end; i += step)
            taken.push_back(items[static_cast<std::size_t>(i)]);
        if (object.data.is_array()) return Value(std::move(taken));
        std::string text;
        for (const Data& each : taken) text += each.get_ref<const std::string&>();
        return Value(std::move(text));
    }

    Arguments arguments(const Expression& call) {
        Arguments arguments;
        const std::size_t first_named = call.parts.size() - call.names.size();
        for (std::size_t i = 1; i < call.parts.size(); ++i) {
            if (i < first_named)
                arguments.values.push_back(value(*call.parts[i]));
            else
                arguments.named[call.names[i - first_named]] = value(*call.parts[i]);
        }
        return arguments;
    }

    Value call(const Expression& expression) {
        const Expression& callee = *expression.parts[0];
        if (callee.kind == Kind::attribute)
            return call_method(value(*callee.parts[0]), callee.text, arguments(expression), expression.line);
        if (callee.kind != Kind::name) fail(expression.line, "this cannot be called");
        if (callee.text == "namespace") {
            Value space;
            space.space = std::make_shared<Value::Space>();
            for (const auto& [name, member] : arguments(expression).named)
                (*space.space)[name] = plain(member, expression.line);
            return space;
        }
        return call_function(callee.text, arguments(expression), expression.line);
    }

    Value unary(const Expression& expression) {
        Value operand = value(*expression.parts[0]);
        if (expression.text == "not") return Value(!is_true(operand));
        if (!operand.data.is_number())
            fail(expression.line, "the sign " + expression.text + " is not followed by a number");
        if (expression.text == "+") return operand;
        return operand.data.is_number_float() ? Value(-operand.data.get<double>())
                                              : Value(-operand.data.get<std::int64_t>());
    }

    Value binary(const Expression& expression) {
        const std::string& op = expression.text;
        const int line = expression.line;
        const Value left = value(*expression.parts[0]);
        if (op == "and") return is_true(left) ? value(*expression.parts[1]) : left;
        if (op == "or") return is_true(left) ? left : value(*expression.parts[1]);
        const Value right = value(*expression.parts[1]);
        if (op == "~") return modest(to_text(left, line) + to_text(right, line), line);
        if (op == "==") return Value(equal(left, right));
        if (op == "!=") return Value(!equal(left, right));
        if (op == "in") return Value(contains(right, left, line));
        if (op == "not in") return Value(!contains(right, left, line));
        if (op[0] == '<' || op[0] == '>') return compare(op, left.data, right.data, line);
        return arithmetic(op, left, right, line);
    }

    static bool equal(const Value& a, const Value& b) {
        if (a.defined != b.defined) return false;
        return !a.defined || (a.space ? a.space == b.space : !b.space && a.data == b.data);
    }

    static bool contains(const Value& all, const Value& part, int line) {
        if (all.data.is_string() && part.data.is_string())
            return all.data.get_ref<const std::string&>().find(part.data.get_ref<const std::string&>()) !=
                   std::string::npos;
        if (all.data.is_array()) return std::find(all.data.begin(), all.data.end(), part.data) != all.data.end();
        if (all.data.is_object() && part.data.is_string()) return all.data.contains(part.data.get<std::string>());
        fail(line, "`in` asks what is neither a list, a dictionary nor a string");
    }

    static Value compare(const std::string& op, const Data& a, const Data& b, int line) {
        if (!(a.is_number() && b.is_number()) && !(a.is_string() && b.is_string()))
            fail(line, op + " compares numbers, or strings");
        const bool less = op == "<" ? a < b : op == ">" ? b < a : op == "<=" ? !(b < a) : !(a < b);
        return Value(less);
    }

    static Value modest(Data data, int line) {
        require_modest(data, line);
        return Value(std::move(data));
    }

    static Value arithmetic(const std::string& op, const Value& left, const Value& right, int line) {
        const Data &a = left.data, &b = right.data;
        if (op == "+" && a.is_string() && b.is_string())
            return modest(a.get_ref<const std::string&>() + b.get_ref<const std::string&>(), line);
        if (op == "+" && a.is_array() && b.is_array()) {
            Data joined = a;
            joined.insert(joined.end(), b.begin(), b.end());
            return modest(std::move(joined), line);
        }
        if (!a.is_number() || !b.is_number()) fail(line, op + " is between values that cannot be combined");
        const bool whole = a.is_number_integer() && b.is_number_integer() && op != "/";
        return whole ? whole_numbers(op, a.get<std::int64_t>(), b.get<std::int64_t>(), line)
                     : reals(op, a.get<double>(), b.get<double>(), line);
    }

    static Value whole_numbers(const std::string& op, std::int64_t a, std::int64_t b, int line) {
        std::int64_t result = 0;
        bool overflow = false;
        if (op == "+") overflow = __builtin_add_overflow(a, b, &result);
        if (op == "-") overflow = __builtin_sub_overflow(a, b, &result);
        if (op == "*") overflow = __builtin_mul_overflow(a, b, &result);
        if (op == "//" || op == "%") {
            if (b == 0) fail(line, "division by 0");
            overflow = b == -1 && a == std::numeric_limits<std::int64_t>::min();
            if (overflow) fail(line, "a number grows too large");
            const std::int64_t rest = (a % b != 0 && (a % b < 0) != (b < 0)) ? a % b + b : a % b;  // as Python rounds
            result = op == "%" ? rest : (a - rest) / b;
        }
        if (overflow) fail(line, "a number grows too large");
        return Value(result);
    }

    static Value reals(const std::string& op, double a, double b, int line) {
        if (op == "+") return Value(a + b);
        if (op == "-") return Value(a - b);
        if (op == "*") return Value(a * b);
        if (b == 0) fail(line, "division by 0");
        if (op == "/") return Value(a / b);
        const double quotient = std::floor(a / b);
        return Value(op == "//" ? quotient : a - quotient * b);
    }

    // Each pass of a loop has its own names; an `if` does not.
    class Scope {
      public:
        explicit Scope(Renderer& renderer) : renderer_(renderer) { renderer_.scopes_.emplace_back(); }
        ~Scope() { renderer_.scopes_.pop_back(); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

      private:
        Renderer& renderer_;
    };

    std::vector<std::map<std::string, Value>> scopes_;
    std::string out_;
    std::int64_t steps_ = 0;
};

}  // namespace

std::string render(const Statements& statements, const Data& variables) { return Renderer(variables).all(statements); }

}  // namespace ablate::chat::jinja
