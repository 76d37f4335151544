#pragma once
#include "ui/bridge/study_document.h"
#include "ui/pages/study/marks.h"

#include <QAbstractListModel>
#include <QListView>
#include <vector>

namespace ablate::ui {

// Entries that fields refuse, then what preflight found, the most serious first. Follows each preview in place.
class FindingModel : public QAbstractListModel {
    Q_OBJECT
  public:
    // key: the dotted key of the option it is about, the name of a refused entry that is no option's, or "".
    enum Role { mark = Qt::UserRole + 1, variant, key };  // Mark; QString; see below
    using QAbstractListModel::QAbstractListModel;
    void take(const StudyPreviewPtr& preview, const std::map<QString, RefusedEntry>& refused = {});

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

  private:
    struct Row {
        Mark mark = Mark::note;
        QString variant, text, key;
        bool operator==(const Row&) const = default;
    };
    static std::vector<Row> rows_of(const StudyPreview& preview);
    std::vector<Row> rows_;
};

// The option that a finding is about, when its text begins with "POINT.KEY: ", and the rest of the text.
std::pair<QString, QString> option_and_rest(const study::Finding& finding);

// "Layers: must be a whole number, not 7.5."
QString in_words(const RefusedEntry& entry);

// A list whose lines wrap. A line that is clicked, or entered with Return, shows what it is about.
class FindingList : public QListView {
    Q_OBJECT
  public:
    explicit FindingList(QWidget* parent = nullptr);
    FindingModel& findings() { return model_; }

  Q_SIGNALS:
    void chosen(const QString& variant, const QString& key);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    FindingModel model_;
};

}  // namespace ablate::ui
