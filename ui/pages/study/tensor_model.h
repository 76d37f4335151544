#pragma once
#include "ui/pages/study/tensor_rows.h"

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>

namespace ablate::ui {

// The list as a table. Another list of mostly the same tensors changes in place.
class TensorModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { name, shape, parameters, fate, why, column_count };
    enum Role { sort_role = Qt::UserRole + 1, words_role };  // what a column is sorted by; all that a filter looks at

    using QAbstractTableModel::QAbstractTableModel;
    void set(TensorList list);
    const TensorList& list() const { return list_; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QString text_of(const TensorRow& row, int column) const;

    TensorList list_;
};

// Rows that have every word of the filter; texts are sorted in natural order: blocks.10 comes after blocks.9.
class TensorFilter : public QSortFilterProxyModel {
    Q_OBJECT
  public:
    explicit TensorFilter(QObject* parent = nullptr);
    void set_words(const QString& typed);

  protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

  private:
    QStringList words_;
};

}  // namespace ablate::ui
