#pragma once
#include "ui/bridge/study_document.h"
#include "ui/pages/study/marks.h"

#include <QAbstractTableModel>
#include <QPointer>
#include <QStringList>
#include <optional>
#include <vector>

namespace ablate::ui {

// The baseline, the study's variants and those that `combine` makes of them, with what the preview knows of each.
// Follows the document in place: rows are inserted, removed, moved and changed, never reset. The study's variants can
// be dragged among each other.
class VariantModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    enum Column { name, label, changes, parameters, difference, check, column_count };
    enum Role { mark = Qt::UserRole + 1, variant, own };  // Mark; QString; bool: of the study, so it can be edited

    explicit VariantModel(QObject* parent = nullptr);
    void set_document(StudyDocument* document);
    int row_of(const QString& variant) const;                                 // -1: none
    QString why_no_name(const QString& variant, const QString& typed) const;  // the study's objection; "" for none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    // One variant of the study to another place among them, as one undo step; false where it cannot be.
    bool moveRows(const QModelIndex& from_parent, int from, int count, const QModelIndex& to_parent, int to) override;

    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    bool canDropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                         const QModelIndex& parent) const override;
    bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                      const QModelIndex& parent) override;

  Q_SIGNALS:
    void refused(const QString& line);  // an edit of a name or label

  private:
    struct Row {
        QString name, label;
        bool own = false;
        bool baseline = false;
        bool trained = true;  // false: only its combinations are
        QStringList changes = {};
        std::optional<std::int64_t> parameters = {};
        double mismatch = 0;
        Mark mark = Mark::none;
        QStringList findings = {};
        bool operator==(const Row&) const = default;
    };
    static StudyConfig renamed(StudyConfig study, int variant, const QString& typed);
    void update();
    std::vector<Row> wanted_rows() const;
    void add_preview(Row& row, const StudyPreview& preview) const;
    void take(std::vector<Row> rows);
    void take_order(const std::vector<Row>& rows);
    int own_count() const;                                                     // they are listed below the baseline
    int drop_place(int row) const { return row < 0 ? own_count() + 1 : row; }  // below all rows: the last place
    QVariant shown_text(const Row& row, int column) const;
    static QVariant full_text(const Row& row, int column);  // what is copied
    QString tool_tip(const Row& row, int column) const;

    QPointer<StudyDocument> document_;
    std::vector<Row> rows_;
};

}  // namespace ablate::ui
