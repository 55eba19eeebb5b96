// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace timeslice {

/// The value of one parameter: a whole number, a real number, yes/no, or the id of a choice.
using ParameterValue = std::variant<std::int64_t, double, bool, std::string>;

/// One setting of a workload or model. The form in the window, `timeslice list` and the validation of
/// experiments are all made from it.
struct Parameter {
    enum class Kind { Integer, Real, Toggle, Choice };
    struct Choice {
        std::string id;
        std::string title;
    };

    std::string id; ///< Key in experiment files and in `--set`; snake_case.
    std::string title; ///< "Range per item"
    std::string unit; ///< "numbers", "ms"; empty for none.
    std::string help; ///< One sentence.
    Kind kind = Kind::Integer;
    ParameterValue defaultValue;
    double minimum = 0; ///< Integer and Real: the smallest and largest value allowed, both included.
    double maximum = 0;
    std::vector<Choice> choices; ///< Choice only, in the order shown.

    [[nodiscard]] static Parameter integer(
        std::string id, std::string title, std::string unit, std::string help, std::int64_t defaultValue,
        std::int64_t minimum, std::int64_t maximum);
    [[nodiscard]] static Parameter real(
        std::string id, std::string title, std::string unit, std::string help, double defaultValue,
        double minimum, double maximum);
    [[nodiscard]] static Parameter
    toggle(std::string id, std::string title, std::string help, bool defaultValue);
    /// The first choice is the default.
    [[nodiscard]] static Parameter
    choice(std::string id, std::string title, std::string help, std::vector<Choice> choices);
};

/// Values by parameter id. After validation every parameter of the workload and the model has one, of its
/// kind.
class ParameterValues {
public:
    void set(std::string id, ParameterValue value)
    {
        m_values.insert_or_assign(std::move(id), std::move(value));
    }
    [[nodiscard]] const ParameterValue *find(std::string_view id) const;
    [[nodiscard]] const std::map<std::string, ParameterValue, std::less<>> &all() const { return m_values; }

    /// The value of a parameter that the catalogue declares; a wrong id or kind is a programmer's error
    /// (assert).
    [[nodiscard]] std::int64_t integer(std::string_view id) const;
    [[nodiscard]] double real(std::string_view id) const;
    [[nodiscard]] bool toggle(std::string_view id) const;
    [[nodiscard]] const std::string &choice(std::string_view id) const;

    friend bool operator==(const ParameterValues &, const ParameterValues &) = default;

private:
    std::map<std::string, ParameterValue, std::less<>> m_values;
};

} // namespace timeslice
