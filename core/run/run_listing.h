#pragma once
#include "core/run/run_store.h"

#include <array>
#include <map>
#include <memory>
#include <optional>

namespace ablate::run {

// The list of RunStore, kept up to date: a refresh reads only what has changed on disk and asks for the lock only of
// runs that may be training. One thread at a time.
class RunListing {
  public:
    explicit RunListing(std::filesystem::path workspace) : workspace_(std::move(workspace)) {}
    const std::filesystem::path& workspace() const { return workspace_; }
    bool refresh();  // true when the list is another one than before; the first is
    const RunList& list() const { return *list_; }
    std::shared_ptr<const RunList> shared_list() const { return list_; }  // a refresh makes another, this one stays

  private:
    // Changes whenever a file is replaced, written to, or given other rights.
    struct Stamp {
        std::int64_t modified = 0, changed = 0, size = -1;  // nanoseconds, bytes; -1: not there
        std::uint64_t inode = 0;
        bool operator==(const Stamp&) const = default;
    };
    using Stamps = std::array<Stamp, 4>;  // of the folder, run.json, state.json, notes.json
    struct Seen {
        Stamps stamps = {};
        std::optional<ListedRun> run = {};
        std::string damage = {};  // why there is no run
    };
    struct Reading {
        std::filesystem::path folder;
        Seen now;
        const RunInfo* known = nullptr;  // what run.json still says
    };
    static Stamp stamp_of(const std::filesystem::path& file);
    static Stamps stamps_of(const std::filesystem::path& folder);
    static void read(Reading& reading);
    static void read_all(std::vector<Reading>& readings);
    bool look_at(const std::filesystem::path& folder, std::vector<Reading>& to_read);
    bool take(Reading& reading);
    void make_list();

    std::filesystem::path workspace_;
    std::map<std::filesystem::path, Seen> seen_;
    bool listed_ = false;
    std::shared_ptr<const RunList> list_ = std::make_shared<const RunList>();
};

}  // namespace ablate::run
