// SPDX-License-Identifier: GPL-3.0-or-later
// Empty: a precompiled header needs a program to belong to (timeslice_test_pch).
