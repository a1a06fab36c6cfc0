// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import java.util.ArrayList;
import java.util.List;

/// Collects the cases of one section.
final class Cases {
  private final Case.Section section;
  private final List<Case> cases = new ArrayList<>();

  Cases(Case.Section section) {
    this.section = section;
  }

  void add(String name, Case.Script script) {
    cases.add(new Case(section, name, Case.Limits.LARGE, script));
  }

  void addWithSmallLimits(String name, Case.Script script) {
    cases.add(new Case(section, name, Case.Limits.SMALL, script));
  }

  List<Case> list() {
    return List.copyOf(cases);
  }
}
