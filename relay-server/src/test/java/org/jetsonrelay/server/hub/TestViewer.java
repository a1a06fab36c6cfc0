// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts what the hub tells it.
class TestViewer implements Viewer {

  private final String id;
  private final Runnable onCall;
  final AtomicInteger mails = new AtomicInteger();
  final AtomicInteger changes = new AtomicInteger();

  TestViewer(String id) {
    this(id, () -> {});
  }

  /// `onCall` runs inside of each call.
  TestViewer(String id, Runnable onCall) {
    this.id = id;
    this.onCall = onCall;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public void mail() {
    mails.incrementAndGet();
    onCall.run();
  }

  @Override
  public void camerasChanged() {
    changes.incrementAndGet();
    onCall.run();
  }

  @Override
  public ViewerRow row() {
    onCall.run();
    return new ViewerRow(
        id, "192.0.2.2:4712", List.of(), 0, 0, 0, 0, Map.of(), 0, 0, -1, -1, -1, -1, 0, Map.of());
  }
}
