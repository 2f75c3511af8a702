//! Policy files, exceptions, levels and the verdict: a pure function.
