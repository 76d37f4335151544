#include "core/io/torch_file/unpickle_state_dict.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/bytes.h"
#include "core/io/torch_file/storage_types.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

namespace ablate::io::torch_file {
namespace {

constexpr std::uint64_t kLargestPickle = 64ull << 20;  // some hundred bytes a tensor
constexpr std::size_t kMostDimensions = 64;            // as in PyTorch
constexpr std::size_t kDeepestMember = 3;              // {"checkpoint": {"model": {"state_dict": ...}}}
// What scripts call the weights within a checkpoint, the first that is there wins.
constexpr std::array<std::string_view, 10> kMembers = {"model",   "state_dict", "model_state_dict", "module",
                                                       "weights", "params",     "model_state",      "net",
                                                       "state",   "checkpoint"};

// What a state dict may name. Any other global is refused when it is asked for, before anything could use it.
// `plain` makes a value that describes no tensor: a device, a size.
enum class Global : std::int64_t { ordered_dict, rebuild_tensor, rebuild_parameter, plain, storage };

// A value of the machine; what is not a number itself is in one of its stores. Nothing is told of numbers with a
// fraction, None, booleans and bytes: no tensor is described by them.
enum class Kind : std::uint8_t { other, integer, text, global, storage, tensor, tuple, list, dict };
struct Value {
    Kind kind = Kind::other;
    std::int64_t number = 0;
    std::size_t place() const { return static_cast<std::size_t>(number); }
};
using Values = std::vector<Value>;

class Machine {
  public:
    Machine(std::string_view pickle, const std::string& where) : pickle_(pickle), where_(where) {}

    PickledStateDict run() {
        if (pickle_.size() > kLargestPickle)
            fail(fmt::format("takes {} bytes; at most {} are read", pickle_.size(), kLargestPickle));
        while (!root_) step();
        if (at_ != pickle_.size()) fail("continues after its end");
        return collect();
    }

  private:
    std::string_view pickle_;
    const std::string& where_;
    std::size_t at_ = 0, instruction_ = 0;
    std::uint64_t spent_ = 0;
    std::optional<Value> root_;
    Values stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint32_t, Value> memo_;
    std::vector<std::string_view> texts_;
    std::vector<Values> sequences_;                            // tuples and lists
    std::vector<std::vector<std::pair<Value, Value>>> dicts_;  // in the order they are filled
    std::vector<PickledTensor> tensors_;
    std::vector<PickledStorage> storages_;
    std::map<std::string_view, std::size_t> storage_of_key_;

    [[noreturn]] void fail(std::string_view what) const {
        throw InputError("{}: data.pkl {} (byte {})", where_, what, instruction_);
    }

    // Memory is taken in proportion to the file: a few bytes of a pickle could otherwise ask for much, again and again.
    void spend(std::uint64_t bytes) {
        spent_ += bytes;
        if (spent_ > 64 * pickle_.size() + (1 << 20)) fail("builds more than a state dict of its size does");
    }

    // ---- What is read ----

    std::string_view take(std::uint64_t bytes) {
        if (bytes > pickle_.size() - at_) fail("ends within an instruction");
        const std::string_view taken = pickle_.substr(at_, static_cast<std::size_t>(bytes));
        at_ += taken.size();
        return taken;
    }
    template <class T>
    T number() {
        return io::load<T>(take(sizeof(T)).data());
    }
    std::string_view line() {
        const std::size_t end = pickle_.find('\n', at_);
        if (end == std::string_view::npos) fail("ends within an instruction");
        const std::string_view text = take(end - at_);
        ++at_;
        return text;
    }

    // ---- The stack ----

    void push(Value value) {
        spend(sizeof(Value));
        stack_.push_back(value);
    }
    Value pop() {
        if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("takes a value where there is none");
        const Value value = stack_.back();
        stack_.pop_back();
        return value;
    }
    Value& top() {
        if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) fail("takes a value where there is none");
        return stack_.back();
    }
    Values pop_last(std::size_t count) {
        Values values(count);
        for (std::size_t i = count; i > 0; --i) values[i - 1] = pop();
        return values;
    }
    Values pop_to_mark() {
        if (marks_.empty()) fail("goes back to a mark that was not made");
        const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
        Values values(from, stack_.end());
        stack_.erase(from, stack_.end());
        marks_.pop_back();
        return values;
    }

    void push_integer(std::int64_t value) { push({Kind::integer, value}); }
    void push_text(std::string_view text) {
        spend(sizeof(std::string_view));
        texts_.push_back(text);
        push({Kind::text, static_cast<std::int64_t>(texts_.size() - 1)});
    }
    void push_sequence(Kind kind, Values values) {
        spend(sizeof(Values) + values.size() * sizeof(Value));
        sequences_.push_back(std::move(values));
        push({kind, static_cast<std::int64_t>(sequences_.size() - 1)});
    }
    void push_dict() {
        spend(sizeof(decltype(dicts_)::value_type));
        dicts_.emplace_back();
        push({Kind::dict, static_cast<std::int64_t>(dicts_.size() - 1)});
    }

    // ---- The instructions (pickletools.py describes each) ----

    void step() {
        instruction_ = at_;
        const char op = take(1)[0];
        if (constant(op) || text(op) || container(op) || fill(op) || memo(op) || object(op)) return;
        if (op == '.')
            root_ = pop();
        else
            fail(fmt::format("holds the instruction 0x{:02x}, which a state dict does not need",
                             static_cast<unsigned char>(op)));
    }

    bool constant(char op) {
        switch (op) {
            case '\x80':  // PROTO
                if (const auto protocol = number<std::uint8_t>(); protocol < 2 || protocol > 5)
                    fail(fmt::format("is of protocol {}; 2 to 5 are read", protocol));
                return true;
            case '\x95':  // FRAME
                if (number<std::uint64_t>() > pickle_.size() - at_) fail("has a frame that is cut off");
                return true;
            case 'N':     // NONE
            case '\x88':  // NEWTRUE
            case '\x89':  // NEWFALSE
                push({});
                return true;
            case 'G':  // BINFLOAT
                take(8);
                push({});
                return true;
            case 'K':
                push_integer(number<std::uint8_t>());
                return true;
            case 'M':
                push_integer(number<std::uint16_t>());
                return true;
            case 'J':
                push_integer(number<std::int32_t>());
                return true;
            case '\x8a':  // LONG1
                push_long(take(number<std::uint8_t>()));
                return true;
            default:
                return false;
        }
    }

    // Two's complement of any length; one beyond 64 bits describes no tensor.
    void push_long(std::string_view bytes) {
        if (bytes.size() > 8) return push({});
        std::uint64_t value = !bytes.empty() && static_cast<signed char>(bytes.back()) < 0 ? ~std::uint64_t{0} : 0;
        for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
        push_integer(static_cast<std::int64_t>(value));
    }

    bool text(char op) {
        switch (op) {
            case 'X':  // BINUNICODE
            case 'T':  // BINSTRING
                push_text(take(number<std::uint32_t>()));
                return true;
            case '\x8c':  // SHORT_BINUNICODE
            case 'U':     // SHORT_BINSTRING
                push_text(take(number<std::uint8_t>()));
                return true;
            case '\x8d':  // BINUNICODE8
                push_text(take(number<std::uint64_t>()));
                return true;
            case 'C':  // SHORT_BINBYTES
                take(number<std::uint8_t>());
                push({});
                return true;
            case 'B':  // BINBYTES
                take(number<std::uint32_t>());
                push({});
                return true;
            default:
                return false;
        }
    }

    bool container(char op) {
        switch (op) {
            case '(':
                spend(sizeof marks_[0]);
                marks_.push_back(stack_.size());
                return true;
            case ')':
                push_sequence(Kind::tuple, {});
                return true;
            case '\x85':
            case '\x86':
            case '\x87':
                push_sequence(Kind::tuple, pop_last(static_cast<std::size_t>(op - '\x84')));
                return true;
            case 't':
                push_sequence(Kind::tuple, pop_to_mark());
                return true;
            case ']':
                push_sequence(Kind::list, {});
                return true;
            case '}':
                push_dict();
                return true;
            case '0':  // POP
                pop();
                return true;
            case '1':  // POP_MARK
                pop_to_mark();
                return true;
            default:
                return false;
        }
    }

    bool fill(char op) {
        switch (op) {
            case 'a':
                append(pop_last(1));
                return true;
            case 'e':
                append(pop_to_mark());
                return true;
            case 's':
                set_items(pop_last(2));
                return true;
            case 'u':
                set_items(pop_to_mark());
                return true;
            default:
                return false;
        }
    }
    void append(const Values& items) {
        if (top().kind != Kind::list) fail("appends to what is no list");
        spend(items.size() * 2 * sizeof(Value));
        Values& list = sequences_[top().place()];
        list.insert(list.end(), items.begin(), items.end());
    }
    void set_items(const Values& items) {
        if (top().kind != Kind::dict) fail("sets an item of what is no dict");
        if (items.size() % 2 != 0) fail("sets a key without its value");
        spend(items.size() * 2 * sizeof(Value));
        auto& dict = dicts_[top().place()];
        for (std::size_t i = 0; i < items.size(); i += 2) dict.emplace_back(items[i], items[i + 1]);
    }

    bool memo(char op) {
        switch (op) {
            case 'q':
                remember(number<std::uint8_t>());
                return true;
            case 'r':
                remember(number<std::uint32_t>());
                return true;
            case '\x94':  // MEMOIZE
                remember(static_cast<std::uint32_t>(memo_.size()));
                return true;
            case 'h':
                recall(number<std::uint8_t>());
                return true;
            case 'j':
                recall(number<std::uint32_t>());
                return true;
            default:
                return false;
        }
    }
    void remember(std::uint32_t place) {
        spend(64);  // a node of the map
        memo_[place] = top();
    }
    void recall(std::uint32_t place) {
        const auto found = memo_.find(place);
        if (found == memo_.end()) fail(fmt::format("recalls {}, which was not remembered", place));
        push(found->second);
    }

    bool object(char op) {
        switch (op) {
            case 'c': {  // GLOBAL
                const std::string_view module = line();
                push_global(module, line());
                return true;
            }
            case '\x93': {  // STACK_GLOBAL
                const Values names = pop_last(2);
                push_global(text_of(names[0], "a global's module"), text_of(names[1], "a global's name"));
                return true;
            }
            case 'R': {
                const Values call = pop_last(2);
                reduce(call[0], call[1]);
                return true;
            }
            case 'b':  // BUILD: an OrderedDict's attributes, of which a module's state dict has _metadata
                pop();
                if (top().kind != Kind::dict) fail("sets attributes of what is no dict");
                return true;
            case 'Q':
                push_storage(pop());
                return true;
            default:
                return false;
        }
    }

    // torch.float32 beside the weights: a checkpoint's options name it, and torch.load(weights_only=True) takes it.
    static bool is_dtype(std::string_view name) {
        static const std::set<std::string_view> types = {"float16", "bfloat16", "float32", "float64", "half",
                                                         "float",   "double",   "int8",    "uint8",   "int16",
                                                         "int32",   "int64",    "bool",    "long"};
        return types.contains(name);
    }

    void push_global(std::string_view module, std::string_view name) {
        const auto push_as = [&](Global global, std::size_t type = 0) {
            push({Kind::global, static_cast<std::int64_t>(global) + static_cast<std::int64_t>(type)});
        };
        if (module == "collections" && name == "OrderedDict") return push_as(Global::ordered_dict);
        if (module == "torch._utils" && name == "_rebuild_tensor_v2") return push_as(Global::rebuild_tensor);
        if (module == "torch._utils" && name == "_rebuild_parameter") return push_as(Global::rebuild_parameter);
        if (module == "torch" && (name == "Size" || name == "device")) return push_as(Global::plain);
        if (module == "torch" && is_dtype(name)) return push({});
        for (std::size_t type = 0; type < kStorageTypes.size(); ++type)
            if (module == "torch" && name == kStorageTypes[type].global) return push_as(Global::storage, type);
        const std::string asked = fmt::format("{}.{}", module.substr(0, 60), name.substr(0, 60));
        fail(fmt::format("asks for {}: not a plain state dict; save model.state_dict() alone", one_line(asked)));
    }

    void reduce(const Value& callee, const Value& arguments) {
        if (callee.kind != Kind::global || arguments.kind != Kind::tuple) fail("calls what cannot be called");
        const Values& values = sequences_[arguments.place()];
        if (callee.number == static_cast<std::int64_t>(Global::ordered_dict) && values.empty()) return push_dict();
        if (callee.number == static_cast<std::int64_t>(Global::plain)) return push({});
        if (callee.number == static_cast<std::int64_t>(Global::rebuild_tensor) &&
            (values.size() == 6 || values.size() == 7))
            return push_tensor(values);
        // (tensor, requires_grad, hooks)
        if (callee.number == static_cast<std::int64_t>(Global::rebuild_parameter) && values.size() == 3 &&
            values[0].kind == Kind::tensor)
            return push(values[0]);
        fail("makes a tensor or a dict of what does not make one");
    }

    // ("storage", type, key, device, elements)
    void push_storage(const Value& id) {
        const Values* parts = id.kind == Kind::tuple ? &sequences_[id.place()] : nullptr;
        const auto first_type = static_cast<std::int64_t>(Global::storage);
        if (!parts || parts->size() != 5 || text_of((*parts)[0], "a storage's word") != "storage" ||
            (*parts)[1].kind != Kind::global || (*parts)[1].number < first_type)
            fail("names a storage in a way that torch.save does not");
        const std::string_view key = text_of((*parts)[2], "a storage's key");
        const std::string dtype(kStorageTypes[static_cast<std::size_t>((*parts)[1].number - first_type)].dtype);
        const std::uint64_t elements = extent_of((*parts)[4], "a storage's size");
        const auto [place, is_new] = storage_of_key_.try_emplace(key, storages_.size());
        if (is_new) {
            spend(sizeof(PickledStorage) + key.size() + 64);
            storages_.push_back({std::string(key), dtype, elements});
        }
        const PickledStorage& storage = storages_[place->second];
        if (storage.dtype != dtype || storage.elements != elements)
            fail(fmt::format("has storage {} in two types or sizes", quote(key)));
        push({Kind::storage, static_cast<std::int64_t>(place->second)});
    }

    // (storage, offset, shape, stride, requires_grad, hooks)
    void push_tensor(const Values& values) {
        if (values[0].kind != Kind::storage) fail("has a tensor without a storage");
        PickledTensor tensor;
        tensor.storage = values[0].place();
        tensor.offset = extent_of(values[1], "a tensor's offset");
        tensor.shape = extents_of(values[2], "a tensor's shape");
        tensor.stride = extents_of(values[3], "a tensor's stride");
        if (tensor.shape.size() != tensor.stride.size())
            fail("has a tensor with another number of strides than of dimensions");
        require_within(tensor, storages_[tensor.storage]);
        spend(sizeof tensor + 2 * 8 * tensor.shape.size());
        tensors_.push_back(std::move(tensor));
        push({Kind::tensor, static_cast<std::int64_t>(tensors_.size() - 1)});
    }

    void require_within(const PickledTensor& tensor, const PickledStorage& storage) const {
        std::uint64_t elements = 1, last = tensor.offset;
        bool fits = true;
        for (const std::int64_t extent : tensor.shape)
            fits = fits && !__builtin_mul_overflow(elements, static_cast<std::uint64_t>(extent), &elements);
        if (fits && elements == 0) return;
        for (std::size_t i = 0; fits && i < tensor.shape.size(); ++i) {
            std::uint64_t step = 0;
            fits = !__builtin_mul_overflow(static_cast<std::uint64_t>(tensor.shape[i] - 1),
                                           static_cast<std::uint64_t>(tensor.stride[i]), &step) &&
                   !__builtin_add_overflow(last, step, &last);
        }
        if (!fits || last >= storage.elements)
            fail(fmt::format("has a tensor [{}] that leaves its storage {} of {} elements",
                             fmt::join(tensor.shape, ", "), quote(storage.key), storage.elements));
        if (elements > storage.elements)
            fail(fmt::format("has a tensor [{}] of more elements than its storage {} ({}): expanded ones are not read",
                             fmt::join(tensor.shape, ", "), quote(storage.key), storage.elements));
    }

    std::string_view text_of(const Value& value, const char* what) const {
        if (value.kind != Kind::text) fail(fmt::format("has {} that is no text", what));
        return texts_[value.place()];
    }
    std::uint64_t extent_of(const Value& value, const char* what) const {
        if (value.kind != Kind::integer || value.number < 0)
            fail(fmt::format("has {} that is not a whole number from 0 on", what));
        return static_cast<std::uint64_t>(value.number);
    }
    std::vector<std::int64_t> extents_of(const Value& value, const char* what) const {
        if (value.kind != Kind::tuple || sequences_[value.place()].size() > kMostDimensions)
            fail(fmt::format("has {} that is not a tuple of at most {}", what, kMostDimensions));
        std::vector<std::int64_t> extents;
        for (const Value& extent : sequences_[value.place()])
            extents.push_back(static_cast<std::int64_t>(extent_of(extent, what)));
        return extents;
    }

    // ---- The result ----

    bool has_tensors(const Value& value) const {
        if (value.kind != Kind::dict) return false;
        const auto& dict = dicts_[value.place()];
        return std::any_of(dict.begin(), dict.end(), [](const auto& item) {
            return item.first.kind == Kind::text && item.second.kind == Kind::tensor;
        });
    }
    std::string name_of(const Value& key) const {
        return key.kind == Kind::text      ? std::string(texts_[key.place()])
               : key.kind == Kind::integer ? std::to_string(key.number)
                                           : "?";
    }

    using Dict = std::vector<std::pair<Value, Value>>;

    // The dict of the weights: the root, or a member of it at any of the depths that training scripts nest to. A
    // member of one of the usual names goes before tensors beside it, which are counters and random states.
    PickledStateDict collect() {
        if (root_->kind != Kind::dict) fail("is no dict of tensors; save model.state_dict()");
        PickledStateDict result;
        Value place = *root_;
        for (std::size_t depth = 0; depth < kDeepestMember; ++depth) {
            const Dict& members = dicts_[place.place()];
            const auto member = find_member(members);
            if (member == members.end()) break;
            result.member += (result.member.empty() ? "" : ".") + name_of(member->first);
            for (auto other = members.begin(); other != members.end(); ++other)
                if (other != member) result.others.push_back(name_of(other->first));
            place = member->second;
        }
        if (!has_tensors(place)) fail("holds no tensors by name" + in_words(dicts_[place.place()]));
        take_tensors(place, result);
        result.storages = std::move(storages_);
        return result;
    }

    bool holds_weights(const Value& value, std::size_t depth) const {
        if (value.kind != Kind::dict) return false;
        const Dict& dict = dicts_[value.place()];
        return has_tensors(value) || (depth < kDeepestMember && find_member(dict, depth) != dict.end());
    }

    // One look at each member and one try for each name, since a hostile dict may hold itself.
    Dict::const_iterator find_member(const Dict& members, std::size_t depth = 0) const {
        std::array<Dict::const_iterator, kMembers.size()> named;
        named.fill(members.end());
        for (auto member = members.begin(); member != members.end(); ++member) {
            if (member->first.kind != Kind::text) continue;
            const auto name = std::find(kMembers.begin(), kMembers.end(), texts_[member->first.place()]);
            if (name != kMembers.end()) named[static_cast<std::size_t>(name - kMembers.begin())] = member;
        }
        for (const auto& member : named)
            if (member != members.end() && holds_weights(member->second, depth + 1)) return member;
        return members.end();
    }

    // "; its members are 'step', 'optimizer'": the first few.
    std::string in_words(const Dict& members) const {
        std::vector<std::string> names;
        for (const auto& [key, value] : members)
            if (names.size() < 5) names.push_back(quote(name_of(key)));
        return names.empty() ? ": it is empty" : "; its members are " + join(names, ", ");
    }

    void take_tensors(const Value& dict, PickledStateDict& result) {
        std::set<std::string> names;
        for (const auto& [key, value] : dicts_[dict.place()]) {
            std::string name = name_of(key);
            if (key.kind != Kind::text || value.kind != Kind::tensor) {
                result.others.push_back(std::move(name));
                continue;
            }
            if (!names.insert(name).second) fail(fmt::format("names tensor {} twice", quote(name)));
            PickledTensor tensor = tensors_[value.place()];
            spend(sizeof tensor + 2 * 8 * tensor.shape.size() + 2 * name.size());
            tensor.name = std::move(name);
            result.tensors.push_back(std::move(tensor));
        }
    }
};

}  // namespace

PickledStateDict read_state_dict_pickle(std::string_view pickle, const std::string& where) {
    return Machine(pickle, where).run();
}

}  // namespace ablate::io::torch_file
