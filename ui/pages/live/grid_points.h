#pragma once
#include <QString>
#include <string>
#include <utility>
#include <vector>

// Points of a study's grid, "train.lr=0.01,model.d_ff=512", as Live orders and shows them.
namespace ablate::ui {

using GridValues = std::vector<std::pair<std::string, std::string>>;  // dotted key and value
GridValues grid_values(const std::string& point);

// By natural_less.
bool earlier_value(const std::string& a, const std::string& b);
bool earlier_point(const std::string& a, const std::string& b);

QString grid_key_text(const std::string& key);       // "lr": its last part
QString grid_point_text(const std::string& point);   // "lr 0.01, d_ff 512"
QString grid_values_text(const std::string& point);  // "0.01, 512": beside a legend that names the keys

}  // namespace ablate::ui
