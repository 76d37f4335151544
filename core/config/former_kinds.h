#pragma once
#include "core/config/kind_table.h"

// Kinds that earlier versions knew by another name, or as separate kinds. A row lists them (KindRow::former); all
// readers of configurations accept their names, and the configuration hash goes on using them, so that runs of all
// versions with equal configurations have equal hashes.
namespace ablate {

// The former kind that a complete `choice` ({"kind": ..., options...}) of the row equals; null for none.
const FormerKind* former_kind(const KindRow& row, const Json& choice);

// What the kind that `value` names was called when it was introduced: "rope_linear" for itself and for
// {"kind": "rope", "scaling": "linear"}. Options that `value` does not state count as none of a former kind's.
std::string introduced_name(const std::string& category, const Json& value);

// Whether `value`, a name or an object with "kind", names a kind as an earlier version did.
bool names_former_kind(const std::string& category, const Json& value);

// Whether an object with "kind" states one of the options that tell the kind from former kinds ("scaling").
bool states_former_settings(const std::string& category, const Json& value);

// What becomes of the defaults in which a former kind differs from today's: they fill in what `value` leaves out, or
// only what it resets with null (a patch of a configuration that is of that former kind already).
enum class FormerDefaults { filled_in, where_null };

// An object that names a former kind, as today's kind with the options that equal it; any other value as it is.
// InputError at `where` if it also states one of those options.
Json in_present_terms(const std::string& category, Json value, FormerDefaults defaults, const std::string& where);

}  // namespace ablate
