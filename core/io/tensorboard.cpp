#include "core/io/tensorboard.h"

#include "core/base/error.h"
#include "core/base/paths.h"
#include "core/base/text.h"
#include "core/io/bytes.h"
#include "core/io/crc32c.h"
#include "core/io/protobuf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>

namespace ablate::io {

namespace {

// Field numbers of event.proto, summary.proto and tensor.proto.
namespace event_field {
constexpr int wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7;
}
namespace session_field {
constexpr int status = 1;
constexpr std::uint64_t start = 1;
}  // namespace session_field
namespace summary_field {
constexpr int value = 1;
}
namespace value_field {
constexpr int tag = 1, simple_value = 2, image = 4, histogram = 5, audio = 6, tensor = 8;
}
namespace tensor_field {
constexpr int dtype = 1, content = 4;
}

// How a tensor stores numbers of a type: each element in `content`, or in its own field, packed or not. The field
// holds half precision as integers.
struct NumberType {
    std::uint64_t dtype;
    int field;
    std::size_t bytes;
    double (*from_bytes)(const char* bytes);
    double (*from_varint)(std::uint64_t value);  // null: the field holds fixed numbers
};
double half_from_bits(std::uint64_t bits) {
    const double sign = (bits & 0x8000) != 0 ? -1.0 : 1.0;
    const auto exponent = static_cast<int>(bits >> 10 & 31), fraction = static_cast<int>(bits & 1023);
    if (exponent == 31) return fraction != 0 ? std::numeric_limits<double>::quiet_NaN() : sign * INFINITY;
    return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25));
}
double bfloat_from_bits(std::uint64_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
template <class T>
double loaded(const char* bytes) {
    return static_cast<double>(load<T>(bytes));
}
constexpr std::array kNumberTypes{
    NumberType{1, 5, 4, loaded<float>, nullptr},
    NumberType{2, 6, 8, loaded<double>, nullptr},
    NumberType{3, 7, 4, loaded<std::int32_t>,
               [](std::uint64_t value) { return static_cast<double>(static_cast<std::int32_t>(value)); }},
    NumberType{9, 10, 8, loaded<std::int64_t>,
               [](std::uint64_t value) { return static_cast<double>(static_cast<std::int64_t>(value)); }},
    NumberType{14, 13, 2, [](const char* bytes) { return bfloat_from_bits(load<std::uint16_t>(bytes)); },
               bfloat_from_bits},
    NumberType{19, 13, 2, [](const char* bytes) { return half_from_bits(load<std::uint16_t>(bytes)); },
               half_from_bits}};

constexpr std::size_t header_bytes = 12, footer_bytes = 4;

void append_record(std::string& buffer, std::string_view data) {
    std::string length;
    store(length, static_cast<std::uint64_t>(data.size()));
    buffer += length;
    store(buffer, masked_crc(length));
    buffer += data;
    store(buffer, masked_crc(data));
}

std::filesystem::path new_file_name(const std::filesystem::path& directory) {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0 || !is_plain_name(host.data())) host = {"localhost"};
    const auto now = static_cast<std::int64_t>(unix_now());
    for (std::int64_t time = now;; ++time) {
        auto file = directory / fmt::format("events.out.tfevents.{:010}.{}", time, host.data());
        if (!is_there(file)) return file;
    }
}

std::string version_record() {
    std::string event, record;
    put_double(event, event_field::wall_time, unix_now());
    put_bytes(event, event_field::file_version, "brain.Event:2");
    append_record(record, event);
    return record;
}

// The numbers of a field that packs varints; the one of a field that does not.
void see_varints(const ProtoField& field, const NumberType& type, std::size_t& count, double& value) {
    if (field.type == WireType::varint) {
        value = type.from_varint(field.value);
        ++count;
        return;
    }
    std::uint64_t number = 0;
    int shift = 0;
    for (const char c : field.bytes) {
        if (shift < 64) number |= (static_cast<std::uint64_t>(static_cast<unsigned char>(c)) & 127) << shift;
        shift += 7;
        if ((static_cast<unsigned char>(c) & 128) != 0) continue;
        value = type.from_varint(number);
        ++count;
        number = 0;
        shift = 0;
    }
}

void see_fixed(const ProtoField& field, const NumberType& type, std::size_t& count, double& value) {
    if (field.type == WireType::fixed32 || field.type == WireType::fixed64) {
        std::string bytes;
        store(bytes, field.value);
        value = type.from_bytes(bytes.data());
        ++count;
    } else if (field.bytes.size() >= type.bytes) {
        value = type.from_bytes(field.bytes.data());
        count += field.bytes.size() / type.bytes;
    }
}

// The one number of a scalar's tensor.
std::optional<double> scalar_of(std::string_view tensor, bool& damaged) {
    const NumberType* type = nullptr;
    ProtoReader types(tensor);
    while (const auto field = types.next())
        if (field->number == tensor_field::dtype)
            for (const NumberType& one : kNumberTypes)
                if (one.dtype == field->value) type = &one;
    damaged |= types.damaged();
    if (type == nullptr) return {};
    std::size_t count = 0;
    double value = 0;
    ProtoReader reader(tensor);
    while (const auto field = reader.next()) {
        if (field->number == tensor_field::content && field->type == WireType::bytes)
            see_fixed(*field, *type, count, value);
        else if (field->number == static_cast<std::uint64_t>(type->field))
            type->from_varint != nullptr ? see_varints(*field, *type, count, value)
                                         : see_fixed(*field, *type, count, value);
    }
    return count == 1 ? std::optional(value) : std::nullopt;
}

struct ParsedValue {
    std::string_view tag;
    std::optional<double> scalar;
    bool is_other = false;  // a value, but no scalar
};

ParsedValue parse_value(std::string_view message, bool& damaged) {
    ParsedValue value;
    ProtoReader reader(message);
    while (const auto field = reader.next()) {
        switch (field->number) {
            case value_field::tag:
                value.tag = field->bytes;
                break;
            case value_field::simple_value:
                if (field->type == WireType::fixed32)
                    value.scalar = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
                break;
            case value_field::tensor:
                value.scalar = scalar_of(field->bytes, damaged);
                value.is_other = !value.scalar;
                break;
            case value_field::image:
            case value_field::histogram:
            case value_field::audio:
                value.is_other = true;
                break;
            default:
                break;
        }
    }
    damaged |= reader.damaged();
    return value;
}

// Walks over an event; `see` is called with each value. False when the message is damaged although its checksum is
// right.
template <class Event, class See>
bool parse_event(std::string_view message, Event& event, bool& session_start, const See& see) {
    bool damaged = false;
    event.wall_time = 0;
    event.step = 0;
    session_start = false;
    ProtoReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number == event_field::wall_time) event.wall_time = std::bit_cast<double>(field->value);
        if (field->number == event_field::step) event.step = static_cast<std::int64_t>(field->value);
        if (field->number == event_field::session_log) {
            ProtoReader session(field->bytes);
            while (const auto one = session.next())
                session_start |= one->number == session_field::status && one->value == session_field::start;
            damaged |= session.damaged();
        }
        if (field->number != event_field::summary) continue;
        ProtoReader summary(field->bytes);
        while (const auto value = summary.next())
            if (value->number == summary_field::value) see(parse_value(value->bytes, damaged));
        damaged |= summary.damaged();
    }
    return !damaged && !reader.damaged();
}

// A window on a file that moves forward, so that a large file is never held as a whole.
class Window {
  public:
    Window(const OpenFile& file, std::uint64_t size) : file_(file), size_(size) {}
    // `bytes` bytes at `offset`; fewer when the file shrank.
    std::string_view at(std::uint64_t offset, std::size_t bytes) {
        if (offset < start_ || offset + bytes > start_ + held_.size()) {
            held_ = file_.read_at(offset, std::max<std::size_t>(bytes, std::min<std::uint64_t>(step, size_ - offset)));
            start_ = offset;
        }
        return std::string_view(held_).substr(offset - start_, bytes);
    }

  private:
    static constexpr std::uint64_t step = 4 << 20;
    const OpenFile& file_;
    std::uint64_t size_, start_ = 0;
    std::string held_;
};

}  // namespace

std::uint32_t masked_crc(std::string_view bytes) {
    return std::rotr(crc32c(bytes.data(), bytes.size()), 15) + 0xa282ead8u;
}

TensorBoardWriter::TensorBoardWriter(const std::filesystem::path& directory, std::int64_t keep_bytes) {
    if (keep_bytes < 0) {
        file_ = std::make_unique<OpenFile>(new_file_name(directory), O_RDWR | O_CREAT | O_EXCL);
    } else {
        const auto files = event_files(directory);
        if (files.empty()) throw InputError("{}: holds no TensorBoard file to continue", directory.string());
        file_ = std::make_unique<OpenFile>(files.back(), O_RDWR);
        file_->cut_to(static_cast<std::uint64_t>(keep_bytes));
        offset_ = keep_bytes;
    }
    if (offset_ > 0) return;
    buffer_ = version_record();
    flush();
}

TensorBoardWriter::~TensorBoardWriter() {
    try {
        flush();
    } catch (const std::exception&) {
        // Whoever needs to know calls flush() or sync() itself.
    }
}

void TensorBoardWriter::append(const ScalarEvent& event) {
    std::string summary;
    for (const auto& [tag, value] : event.values) {
        std::string scalar;
        put_bytes(scalar, value_field::tag, tag);
        put_float(scalar, value_field::simple_value, value);
        put_bytes(summary, summary_field::value, scalar);
    }
    std::string message;
    put_double(message, event_field::wall_time, event.wall_time);
    put_varint(message, event_field::step, static_cast<std::uint64_t>(event.step));
    put_bytes(message, event_field::summary, summary);
    append_record(buffer_, message);
}

void TensorBoardWriter::flush() {
    if (buffer_.empty()) return;
    file_->append_at(static_cast<std::uint64_t>(offset_), buffer_);
    offset_ += static_cast<std::int64_t>(buffer_.size());
    buffer_.clear();
}

void TensorBoardWriter::sync() {
    flush();
    file_->sync();
}

TensorBoardReader::TensorBoardReader(std::filesystem::path file) : file_(std::move(file)) {}

std::vector<ScalarEvent> TensorBoardReader::read_more() {
    std::vector<ScalarEvent> events;
    read_more([&](const ScalarEvent& event) { events.push_back(event); });
    return events;
}

void TensorBoardReader::read_more(const std::function<void(const ScalarEvent&)>& each) {
    ScalarEvent event;  // its texts keep their memory from record to record
    bool session_start = false;
    read_messages([&](std::string_view message) {
        std::size_t used = 0;
        const bool sound = parse_event(message, event, session_start, [&](const ParsedValue& value) {
            if (!value.scalar) return;
            if (used == event.values.size()) event.values.emplace_back();
            event.values[used].first = value.tag;
            event.values[used++].second = static_cast<float>(*value.scalar);
        });
        event.values.resize(used);
        if (sound && used > 0) each(event);
        return sound;
    });
}

void TensorBoardReader::read_records(const std::function<void(const EventRecord&)>& each) {
    EventRecord record;
    read_messages([&](std::string_view message) {
        record.scalars.clear();
        record.others.clear();
        const bool sound = parse_event(message, record, record.session_start, [&](const ParsedValue& value) {
            if (value.scalar)
                record.scalars.emplace_back(value.tag, *value.scalar);
            else if (value.is_other)
                record.others.emplace_back(value.tag);
        });
        if (sound && (record.session_start || !record.scalars.empty() || !record.others.empty())) each(record);
        return sound;
    });
}

void TensorBoardReader::read_messages(const std::function<bool(std::string_view message)>& parse) {
    const OpenFile in(file_, O_RDONLY);
    const std::uint64_t size = in.size();
    Window window(in, size);
    damaged_ = false;
    for (auto at = static_cast<std::uint64_t>(offset_); at + header_bytes <= size;
         at = static_cast<std::uint64_t>(offset_)) {
        const std::string_view header = window.at(at, header_bytes);
        if (header.size() < header_bytes) break;
        const auto length = load<std::uint64_t>(header.data());
        damaged_ = load<std::uint32_t>(header.data() + 8) != masked_crc(header.substr(0, 8));
        if (damaged_) break;
        const std::uint64_t left = size - at - header_bytes;
        if (left < footer_bytes || length > left - footer_bytes) break;
        const std::string_view data = window.at(at + header_bytes, length + footer_bytes);
        if (data.size() < length + footer_bytes) break;
        const std::string_view message = data.substr(0, length);
        const bool sound = load<std::uint32_t>(data.data() + length) == masked_crc(message);
        offset_ = static_cast<std::int64_t>(at + header_bytes + length + footer_bytes);
        if (!sound || !parse(message)) ++lost_;
    }
}

std::vector<std::filesystem::path> event_files(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error))
        if (entry->path().filename().string().find("tfevents") != std::string::npos && entry->is_regular_file(error))
            files.push_back(entry->path());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace ablate::io
