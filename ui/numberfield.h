// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>
#include <QLocale>
#include <QString>

#include <cstdint>
#include <optional>

namespace timeslice {

/// A whole number as a person writes it: with or without the locale's or plain (space) digit grouping, or as
/// 1e6. Nothing when it is not a whole number or does not fit. Thread: any; pure.
[[nodiscard]] std::optional<std::int64_t> parseWhole(const QString &text, const QLocale &locale);
/// A finite real number in the locale's notation, else in C notation.
[[nodiscard]] std::optional<double> parseReal(const QString &text, const QLocale &locale);

/// One number with its unit, typed freely. Unlike a spin box it never changes what was typed: text that is no
/// number or out of bounds stays, and `problem` says what is allowed.
///
/// Up and Down change it in steps of about a tenth of its size, Page Up and Page Down in ten of those.
class NumberField : public QLineEdit {
    Q_OBJECT

public:
    enum class Kind { Whole, Real };

    /// \param minimum, maximum  Both allowed.
    /// \param unit              Shown at the right inside the field; may be empty.
    NumberField(Kind kind, double minimum, double maximum, const QString &unit, QWidget *parent = nullptr);

    /// Other bounds, both allowed. The text stays.
    void setBounds(double minimum, double maximum);
    void setWhole(std::int64_t value);
    void setReal(double value);
    /// Nothing while there is a problem.
    [[nodiscard]] std::optional<std::int64_t> whole() const;
    [[nodiscard]] std::optional<double> real() const;

    /// What is wrong and what is allowed, as one sentence; empty when the value is fine.
    [[nodiscard]] QString problem() const;
    /// "1 to 4,096 workers"
    [[nodiscard]] QString allowed() const;

Q_SIGNALS:
    /// The text changed, by hand or by steps; not by `setWhole` and `setReal`.
    void edited();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    [[nodiscard]] std::optional<double> value() const;
    void stepBy(int steps);
    void makeRoomForUnit();

    Kind m_kind;
    double m_minimum = 0;
    double m_maximum = 0;
    QString m_unit;
    bool m_showsUnit = false; ///< There is room for it beside the number.
};

} // namespace timeslice
