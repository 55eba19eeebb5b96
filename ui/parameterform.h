// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/workload/parameter.h"

#include <QWidget>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

class QVBoxLayout;

namespace timeslice {

class FieldRow;

/// A form made from the catalogue: one field for each parameter, with its unit, its real bounds and its help.
/// What does not fit is marked at its field and never corrected behind the user's back.
class ParameterForm : public QWidget {
    Q_OBJECT

public:
    explicit ParameterForm(QWidget *parent = nullptr);
    ~ParameterForm() override;

    /// Shows these parameters; fields that stay the same stay as they are, with what was typed.
    /// \param values  Starting values; a parameter without one (or with one of another kind) gets its
    /// default.
    void setParameters(const std::vector<Parameter> &parameters, const ParameterValues &values);
    /// Overwrites the fields that `values` has a value for.
    void setValues(const ParameterValues &values);
    /// Adds the valid values to `values`.
    void collect(ParameterValues &values) const;

    /// The first field's problem, with its title ("Range per item: too large; ..."); empty when all are fine.
    [[nodiscard]] QString problem() const;
    /// Shows a message at the field of a parameter. \return False when the form has no such field.
    bool showProblem(std::string_view id, const QString &text);
    [[nodiscard]] bool isEmpty() const { return m_fields.empty(); }

Q_SIGNALS:
    /// A value was changed by the user.
    void edited();

private:
    struct Field;

    std::unique_ptr<Field> makeField(const Parameter &parameter);
    void fieldEdited(Field &field);

    QVBoxLayout *m_layout;
    std::vector<std::unique_ptr<Field>> m_fields;
};

} // namespace timeslice
