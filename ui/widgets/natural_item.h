#pragma once
#include "core/base/natural_order.h"
#include "ui/widgets/copy_rows.h"

#include <QHeaderView>
#include <QTableWidget>

namespace ablate::ui {

// A cell that is sorted in natural order, by value where it is a number; missing values are last in both directions.
class NaturalItem : public QTableWidgetItem {
  public:
    explicit NaturalItem(const QString& text) : QTableWidgetItem(text) {
        setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable);
    }
    bool operator<(const QTableWidgetItem& other) const override {
        const std::string left = value_of(*this).toStdString(), right = value_of(other).toStdString();
        const bool missing = is_missing_text(left);
        if (missing == is_missing_text(right)) return natural_less(left, right);
        const QTableWidget* table = tableWidget();
        const bool ascending = !table || table->horizontalHeader()->sortIndicatorOrder() == Qt::AscendingOrder;
        return missing != ascending;
    }

  private:
    static QString value_of(const QTableWidgetItem& item) {  // in full: "1.5 GiB" is its number of bytes
        const QVariant full = item.data(kFullTextRole);
        return full.isValid() ? full.toString() : item.text();
    }
};

}  // namespace ablate::ui
