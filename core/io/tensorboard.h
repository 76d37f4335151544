#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// TensorBoard's event files: TFRecord framing (length, masked crc32c, data, masked crc32c) around Event messages.
// Ablate writes scalars as float32, as TensorBoard defines them. Other programs also write tensors of other types.
namespace ablate::io {

class OpenFile;

// The checksum that TFRecord stores: masked, so that one over data that holds one stays strong.
std::uint32_t masked_crc(std::string_view bytes);

struct ScalarEvent {
    double wall_time = 0;  // seconds since 1970
    std::int64_t step = 0;
    std::vector<std::pair<std::string, float>> values;  // tag, value; non-finite values stay as they are
};

// A record as another program wrote it, with everything an import must know or count.
struct EventRecord {
    double wall_time = 0;  // seconds since 1970
    std::int64_t step = 0;
    bool session_start = false;                           // SessionLog START: earlier values from `step` on are void
    std::vector<std::pair<std::string, double>> scalars;  // simple values, and tensors of one number of any type
    std::vector<std::string> others;                      // tags of values that are no scalar: images, histograms, ...
};

class TensorBoardWriter {
  public:
    // A new file in `directory`, or the newest one there cut back to `keep_bytes` (a resume); InputError when there is
    // none or it is shorter.
    explicit TensorBoardWriter(const std::filesystem::path& directory, std::int64_t keep_bytes = -1);
    ~TensorBoardWriter();
    TensorBoardWriter(const TensorBoardWriter&) = delete;
    TensorBoardWriter& operator=(const TensorBoardWriter&) = delete;
    void append(const ScalarEvent& event);  // one record: buffered until flush()
    void flush();                           // hands what is buffered to the system in one write
    void sync();                            // flush, then to the disk
    std::int64_t offset() const { return offset_ + static_cast<std::int64_t>(buffer_.size()); }

  private:
    std::unique_ptr<OpenFile> file_;
    std::int64_t offset_ = 0;
    std::string buffer_;
};

// Reads one file from where it stopped last: a live file is followed by calling read_more() again.
class TensorBoardReader {
  public:
    explicit TensorBoardReader(std::filesystem::path file);
    // Whole records since the last call. A torn tail is left for the next call; a record whose data is damaged is
    // skipped and counted; a damaged length ends the file at offset() (damaged_beyond()). A file cut back by a resume
    // gets the same records again, so the reader waits at its place.
    std::vector<ScalarEvent> read_more();
    // The same, one at a time; the event is only lent.
    void read_more(const std::function<void(const ScalarEvent&)>& each);
    // The same for files of other programs; the record is only lent. Records without any of its contents are left out.
    void read_records(const std::function<void(const EventRecord&)>& each);
    std::int64_t offset() const { return offset_; }
    std::int64_t lost_records() const { return lost_; }
    bool damaged_beyond() const { return damaged_; }

  private:
    // Hands each whole message on; false from `parse` counts it as lost.
    void read_messages(const std::function<bool(std::string_view message)>& parse);

    std::filesystem::path file_;
    std::int64_t offset_ = 0, lost_ = 0;
    bool damaged_ = false;
};

// The event files of a folder in the order of their names (their times).
std::vector<std::filesystem::path> event_files(const std::filesystem::path& directory);

}  // namespace ablate::io
