#pragma once
#include "ui/pages/compare/compare_table.h"

#include <QAbstractItemModel>
#include <QSortFilterProxyModel>
#include <functional>
#include <memory>

namespace ablate::ui {

// Groups and, below each, its seeds. Updated in place: selection, open groups and scroll position stay.
class CompareModel : public QAbstractItemModel {
    Q_OBJECT
  public:
    // spare_decimals: the decimals by which a number has fewer than the longest of its column.
    enum Role { key = Qt::UserRole + 1, half_width, order, color, reference, spare_decimals };

    explicit CompareModel(QObject* parent = nullptr);
    ~CompareModel() override;
    // `color_of`: the color index of a run of the comparison, as Workspace::color_index.
    void set_measured(const study::Comparison& comparison);  // what its columns hold, for their heads
    void set_rows(const std::vector<CompareRow>& rows, const std::function<int(std::size_t run)>& color_of);

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    QString measured_ = "validation loss", measured_in_short_ = "val loss";
    struct Node;
    using Nodes = std::vector<std::unique_ptr<Node>>;
    Nodes& children_of(const QModelIndex& parent);
    const Node* node(const QModelIndex& index) const;
    void update(const QModelIndex& parent, const std::vector<CompareRow>& rows,
                const std::function<int(std::size_t)>& color_of);

    Nodes groups_;
    std::vector<int> decimals_;  // the most of each column
};

// Sorts by value, with missing ones last either way, and filters groups by name, judgment and verdict; a group's seeds
// stay with it.
class CompareProxy : public QSortFilterProxyModel {
    Q_OBJECT
  public:
    explicit CompareProxy(QObject* parent = nullptr);

  protected:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
};

}  // namespace ablate::ui
