#pragma once
#include "core/interop/logs/logs.h"

namespace ablate::interop::logs {

// The forms of a JSON log besides a list of log lines and lists by column.
bool is_list_of_log_lines(const Json& list);  // objects with a step, a loss or an epoch
bool is_indexed_table(const Json& json);      // {"loss": {"0": 3.1, "1": 2.9}}, as pandas' to_json() writes it
bool is_scalar_download(const Json& json);    // TensorBoard's [[wall time, step, value], ...]
// The log lines of such a value, which is an object or a list; remarks say where they are from. InputError.
Json history_in(const Json& json, const ReadOptions& options, ImportedRun& run);

}  // namespace ablate::interop::logs
