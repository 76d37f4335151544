#pragma once
#include "ui/bridge/study_document.h"
#include "ui/pages/study/marks.h"

#include <QAbstractListModel>
#include <QListView>
#include <vector>

namespace ablate::ui {

// What preflight found, the gravest first. Follows each preview in place.
class FindingModel : public QAbstractListModel {
    Q_OBJECT
  public:
    enum Role { mark = Qt::UserRole + 1, variant, key };  // Mark; QString; dotted key it names, or ""
    using QAbstractListModel::QAbstractListModel;
    void take(const StudyPreviewPtr& preview);

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
