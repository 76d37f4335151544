#include "core/io/tensorboard.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/io/bytes.h"
#include "core/io/protobuf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <optional>

namespace ablate::io {

namespace {

// Field numbers of event.proto, summary.proto and tensor.proto.
namespace event_field {
constexpr int wall_time = 1, step = 2, file_version = 3, summary = 5;
}
namespace summary_field {
constexpr int value = 1;
}
namespace value_field {
constexpr int tag = 1, simple_value = 2, tensor = 8;
}
namespace tensor_field {
constexpr int dtype = 1, content = 4, float_val = 5;
}
constexpr std::uint64_t dt_float = 1;

constexpr std::size_t header_bytes = 12, footer_bytes = 4;

// TFRecord masks its checksums, so that one over data that holds one stays strong.
std::uint32_t masked_crc(std::string_view bytes) {
    return std::rotr(crc32c(bytes.data(), bytes.size()), 15) + 0xa282ead8u;
}

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
        std::error_code missing;
        if (!std::filesystem::exists(file, missing)) return file;
    }
}

std::string version_record() {
    std::string event, record;
    put_double(event, event_field::wall_time, unix_now());
    put_bytes(event, event_field::file_version, "brain.Event:2");
    append_record(record, event);
    return record;
}

// The one float of a scalar's tensor, packed or not, or as raw content.
std::optional<float> scalar_of(std::string_view tensor, bool& damaged) {
    std::uint64_t dtype = 0;
    std::size_t count = 0;
    float value = 0;
    ProtoReader reader(tensor);
    while (const auto field = reader.next()) {
        if (field->number == tensor_field::dtype) dtype = field->value;
        if (field->number != tensor_field::content && field->number != tensor_field::float_val) continue;
        if (field->type == WireType::varint || field->bytes.size() < sizeof value) continue;
        value = load<float>(field->bytes.data());
        count += field->bytes.size() / sizeof value;
    }
    damaged |= reader.damaged();
    return dtype == dt_float && count == 1 ? std::optional(value) : std::nullopt;
}

// Fills the `used`-th value of the event, whose text keeps its memory from record to record.
void read_value(std::string_view message, ScalarEvent& event, std::size_t& used, bool& damaged) {
    std::string_view tag;
    std::optional<float> value;
    ProtoReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number == value_field::tag) tag = field->bytes;
        if (field->number == value_field::simple_value && field->type == WireType::fixed32)
            value = std::bit_cast<float>(static_cast<std::uint32_t>(field->value));
        if (field->number == value_field::tensor) value = scalar_of(field->bytes, damaged);
    }
    damaged |= reader.damaged();
    if (!value) return;
    if (used == event.values.size()) event.values.emplace_back();
    event.values[used].first = tag;
    event.values[used++].second = *value;
}

// False when the message is damaged although its checksum is right.
bool parse_event(std::string_view message, ScalarEvent& event) {
    bool damaged = false;
    std::size_t used = 0;
    event.wall_time = 0;
    event.step = 0;
    ProtoReader reader(message);
    while (const auto field = reader.next()) {
        if (field->number == event_field::wall_time) event.wall_time = std::bit_cast<double>(field->value);
        if (field->number == event_field::step) event.step = static_cast<std::int64_t>(field->value);
        if (field->number != event_field::summary) continue;
        ProtoReader summary(field->bytes);
        while (const auto value = summary.next())
            if (value->number == summary_field::value) read_value(value->bytes, event, used, damaged);
        damaged |= summary.damaged();
    }
    event.values.resize(used);
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

TensorBoardWriter::TensorBoardWriter(const std::filesystem::path& directory, std::int64_t keep_bytes) {
    if (keep_bytes < 0) {
        file_ = std::make_unique<OpenFile>(new_file_name(directory), O_RDWR | O_CREAT | O_EXCL);
    } else {
        const auto files = event_files(directory);
        if (files.empty()) throw InputError("{}: holds no TensorBoard file to go on with", directory.string());
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
    ScalarEvent event;
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
        if (!sound || !parse_event(message, event))
            ++lost_;
        else if (!event.values.empty())
            each(event);
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
