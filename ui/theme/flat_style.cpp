#include "ui/theme/flat_style.h"

#include "ui/theme/theme.h"

#include <QComboBox>
#include <QPainter>
#include <QStyleOption>
#include <QWidget>
#include <algorithm>

namespace ablate::ui {
namespace {

constexpr double kRadius = 5;
constexpr int kFieldHeight = 28;  // of buttons, combo boxes and fields
constexpr int kMenuArrow = 20;    // room for the chevron of a button with a menu
constexpr int kSortArrow = 16;    // room for the arrow of a sorted column
constexpr double kRing = 1.5;     // width of the focus ring

bool on(const QStyleOption* option, QStyle::StateFlag flag) { return option->state.testFlag(flag); }
bool has_property(const QWidget* widget, const char* name) { return widget && widget->property(name).toBool(); }

const QStyleOptionToolButton* menu_button(const QStyleOption* option) {
    const auto* button = qstyleoption_cast<const QStyleOptionToolButton*>(option);
    return button && button->features.testFlag(QStyleOptionToolButton::HasMenu) ? button : nullptr;
}

void draw_box(QPainter& painter, const QRect& rect, const QColor& fill, const QColor& line, double width = 1) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(line.alpha() ? QPen(line, width) : QPen(Qt::NoPen));
    painter.setBrush(fill);
    const double inset = width / 2;
    painter.drawRoundedRect(QRectF(rect).adjusted(inset, inset, -inset, -inset), kRadius, kRadius);
    painter.restore();
}

void draw_chevron(QPainter& painter, const QRectF& rect, double angle, const QColor& color) {
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1.5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.translate(rect.center());
    painter.rotate(angle);  // 0 points down
    painter.drawPolyline(QPolygonF{{-3.5, -1.75}, {0, 1.75}, {3.5, -1.75}});
    painter.restore();
}

void draw_button(const QStyleOption* option, QPainter& painter, const QWidget* widget) {
    const Palette& c = Theme::instance().palette();
    const bool enabled = on(option, QStyle::State_Enabled);
    const bool pressed = on(option, QStyle::State_Sunken), hovered = enabled && on(option, QStyle::State_MouseOver);
    if (has_property(widget, "primary") && enabled) {
        const double shade = pressed ? 0.2 : hovered ? 0.1 : 0;
        draw_box(painter, option->rect, mixed(c.accent, c.text, shade), Qt::transparent);
    } else if (has_property(widget, "flat") && !pressed && !hovered && !on(option, QStyle::State_On)) {
        return;
    } else {
        const QColor fill = pressed || on(option, QStyle::State_On) ? c.selection : hovered ? c.hover : c.raised;
        draw_box(painter, option->rect, enabled ? fill : c.window, has_property(widget, "flat") ? fill : c.line);
    }
}

void draw_field(const QStyleOption* option, QPainter& painter, bool refused = false) {
    const Palette& c = Theme::instance().palette();
    const bool enabled = on(option, QStyle::State_Enabled), focused = on(option, QStyle::State_HasFocus);
    const QColor line = refused                               ? c.danger
                        : focused && enabled                  ? c.accent
                        : on(option, QStyle::State_MouseOver) ? c.muted
                                                              : c.line;
    draw_box(painter, option->rect, enabled ? c.surface : c.window, line);
}

void draw_indicator(const QStyleOption* option, QPainter& painter, bool round) {
    const Palette& c = Theme::instance().palette();
    const bool enabled = on(option, QStyle::State_Enabled), checked = on(option, QStyle::State_On);
    const bool partly = on(option, QStyle::State_NoChange);
    const QColor fill = !enabled ? c.window : checked || partly ? c.accent : c.surface;
    const QRectF box = QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(
        QPen(enabled && (checked || partly) ? c.accent : c.muted, on(option, QStyle::State_HasFocus) ? 2 : 1));
    painter.setBrush(fill);
    const double radius = round ? box.width() / 2 : 3;
    painter.drawRoundedRect(box, radius, radius);
    const QColor ink = enabled ? c.accent_text : c.muted;
    painter.setPen(QPen(ink, 1.75, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.translate(box.topLeft());
    painter.scale(box.width() / 12, box.height() / 12);
    if (partly) {
        painter.drawLine(QPointF(3.5, 6), QPointF(8.5, 6));
    } else if (checked && round) {
        painter.setBrush(ink);
        painter.drawEllipse(QPointF(6, 6), 1.5, 1.5);
    } else if (checked) {
        painter.drawPolyline(QPolygonF{{3.2, 6.2}, {5.2, 8.2}, {8.8, 4}});
    }
    painter.restore();
}

}  // namespace

FlatStyle::FlatStyle() : QProxyStyle("Fusion") {}

void FlatStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                              const QWidget* widget) const {
    const QColor ink = option->palette.color(QPalette::ButtonText);
    switch (element) {
        case PE_PanelButtonCommand:
        case PE_PanelButtonTool:
            return draw_button(option, *painter, widget);
        case PE_PanelLineEdit:
            // The line edit inside a spin box or combo box has no frame.
            if (const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option); frame && frame->lineWidth <= 0)
                return;
            return draw_field(option, *painter);
        case PE_FrameLineEdit:
            return;
        case PE_FrameFocusRect:
            return draw_box(*painter, option->rect, Qt::transparent, Theme::instance().palette().accent, kRing);
        case PE_IndicatorCheckBox:
        case PE_IndicatorItemViewItemCheck:
            return draw_indicator(option, *painter, false);
        case PE_IndicatorRadioButton:
            return draw_indicator(option, *painter, true);
        case PE_IndicatorArrowDown:
            return draw_chevron(*painter, option->rect, 0, ink);
        case PE_IndicatorArrowUp:
            return draw_chevron(*painter, option->rect, 180, ink);
        case PE_IndicatorArrowRight:
            return draw_chevron(*painter, option->rect, -90, ink);
        case PE_IndicatorArrowLeft:
            return draw_chevron(*painter, option->rect, 90, ink);
        case PE_IndicatorItemViewItemDrop:      // between rows: across all columns
            if (option->rect.isNull()) return;  // behind the last row
            return painter->fillRect(0, option->rect.top() - 1, widget->width(), 2, Theme::instance().palette().accent);
        case PE_IndicatorBranch:
            if (on(option, State_Children)) draw_chevron(*painter, option->rect, on(option, State_Open) ? 0 : -90, ink);
            return;
        default:
            return QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void FlatStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                            const QWidget* widget) const {
    const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
    if (element == CE_PushButton && button && on(option, State_HasFocus)) {  // around the whole button, also a flat one
        QStyleOptionButton plain = *button;
        plain.state &= ~State_HasFocus;
        QProxyStyle::drawControl(element, &plain, painter, widget);
        const Palette& c = Theme::instance().palette();
        return draw_box(*painter, option->rect, Qt::transparent, has_property(widget, "primary") ? c.text : c.accent,
                        kRing);
    }
    if (element == CE_PushButtonLabel && button && has_property(widget, "primary") && on(option, State_Enabled)) {
        QStyleOptionButton inked = *button;
        inked.palette.setColor(QPalette::ButtonText, Theme::instance().palette().accent_text);
        return QProxyStyle::drawControl(element, &inked, painter, widget);
    }
    // A title ends before the arrow that tells how the column is sorted; the style sheet gives it the whole section.
    const auto* header = qstyleoption_cast<const QStyleOptionHeader*>(option);
    if (element == CE_HeaderLabel && header && header->sortIndicator != QStyleOptionHeader::None) {
        QStyleOptionHeader beside = *header;
        beside.version = QStyleOptionHeader::Version;  // what a later version adds is not copied
        beside.rect.setWidth(std::max(0, beside.rect.width() - kSortArrow));
        if (beside.direction == Qt::RightToLeft) beside.rect.translate(kSortArrow, 0);
        beside.text = beside.fontMetrics.elidedText(header->text, Qt::ElideRight, beside.rect.width());
        return QProxyStyle::drawControl(element, &beside, painter, widget);
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void FlatStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                                   const QWidget* widget) const {
    const Palette& c = Theme::instance().palette();
    const QColor ink = on(option, State_Enabled) ? c.muted : c.line;
    if (const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option); combo && control == CC_ComboBox) {
        if (combo->frame && !has_property(widget, "flat"))
            draw_field(option, *painter);
        else if (on(option, State_MouseOver) || on(option, State_HasFocus))
            draw_box(*painter, option->rect, c.hover, Qt::transparent);
        if (has_property(widget, "flat") && on(option, State_HasFocus))
            draw_box(*painter, option->rect, Qt::transparent, c.accent, kRing);
        const QRect arrow = proxy()->subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, widget);
        return draw_chevron(*painter, arrow, 0, ink);
    }
    if (const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option); spin && control == CC_SpinBox) {
        if (spin->frame) draw_field(option, *painter, has_property(widget, "refused"));
        if (spin->buttonSymbols == QAbstractSpinBox::NoButtons) return;
        for (const auto& [part, angle] : {std::pair{SC_SpinBoxUp, 180.0}, std::pair{SC_SpinBoxDown, 0.0}}) {
            const bool pressed = option->activeSubControls == part && on(option, State_Sunken);
            const QRect rect = proxy()->subControlRect(CC_SpinBox, option, part, widget);
            draw_chevron(*painter, rect, angle, pressed ? c.accent : ink);
        }
        return;
    }
    // Fusion draws the arrow into the label's corner.
    if (const auto* button = menu_button(option); button && control == CC_ToolButton) {
        draw_button(option, *painter, widget);
        QStyleOptionToolButton label = *button;
        label.features = QStyleOptionToolButton::None;
        label.rect.adjust(0, 0, -kMenuArrow, 0);
        proxy()->drawControl(CE_ToolButtonLabel, &label, painter, widget);
        if (on(option, State_HasFocus)) draw_box(*painter, option->rect, Qt::transparent, c.accent, kRing);
        const QRect& all = button->rect;
        return draw_chevron(*painter, QRect(all.right() - kMenuArrow, all.top(), kMenuArrow - kSpace, all.height()), 0,
                            ink);
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QSize FlatStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                  const QWidget* widget) const {
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    if (type == CT_ToolButton && menu_button(option)) result.rwidth() += kMenuArrow;
    if (type == CT_PushButton) result.setWidth(std::max(result.width(), size.width() + 6 * kSpace));
    if (type == CT_PushButton || type == CT_ComboBox || type == CT_LineEdit || type == CT_SpinBox)
        result.setHeight(std::max(result.height(), kFieldHeight));
    return result;
}

QRect FlatStyle::subElementRect(SubElement element, const QStyleOption* option, const QWidget* widget) const {
    const QRect rect = QProxyStyle::subElementRect(element, option, widget);
    if (element != SE_LineEditContents) return rect;
    const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
    return frame && frame->lineWidth > 0 ? rect.adjusted(kSpace, 0, -kSpace, 0) : rect;
}

int FlatStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    switch (metric) {
        case PM_ButtonShiftHorizontal:
        case PM_ButtonShiftVertical:
            return 0;
        case PM_SmallIconSize:
            return 16;
        case PM_IndicatorWidth:
        case PM_IndicatorHeight:
        case PM_ExclusiveIndicatorWidth:
        case PM_ExclusiveIndicatorHeight:
            return 16;
        case PM_LayoutHorizontalSpacing:
        case PM_LayoutVerticalSpacing:
            return 2 * kSpace;
        default:
            return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int FlatStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                         QStyleHintReturn* data) const {
    if (hint == SH_ComboBox_Popup) return 0;  // a list below the box, not a menu over it
    if (hint == SH_ItemView_ActivateItemOnSingleClick) return 0;
    if (hint == SH_DialogButtonBox_ButtonsHaveIcons) return 0;
    return QProxyStyle::styleHint(hint, option, widget, data);
}

}  // namespace ablate::ui
