#pragma once
#include "core/io/byte_stream.h"

#include <string>

namespace ablate::io {

// The elements of a file that is one JSON array, one at a time, so that a file of any size is read in little memory.
// The elements are cut apart here and not parsed. Decompresses gzip.
class JsonArrayReader {
  public:
    explicit JsonArrayReader(const std::filesystem::path& file);  // InputError when it is not an array
    // The text of the next element, false after the last. InputError for an array that does not end, for text after
    // it, and for an element of more than 256 MiB.
    bool next(std::string& element);
    std::int64_t index() const { return index_; }  // of the element last read, from 0
    std::int64_t line() const { return line_; }    // where that element begins, from 1
    std::uint64_t bytes_read() const { return bytes_.bytes_read(); }

  private:
    int peek();  // the next byte, -1 at the end
    void take();
    void skip_blanks();
    void read_element(std::string& element);
    void require_end();

    ByteStream bytes_;
    std::string_view held_;
    std::int64_t index_ = -1, line_ = 1, current_line_ = 1;
};

}  // namespace ablate::io
