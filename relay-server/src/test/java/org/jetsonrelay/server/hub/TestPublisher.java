// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.hub;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// Writes down what the hub tells it.
final class TestPublisher implements Publisher {

  private final String id;
  private final Runnable onCall;
  final List<String> told = new CopyOnWriteArrayList<>();

  TestPublisher(String id) {
    this(id, () -> {});
  }

  /// `onCall` runs inside of each call.
  TestPublisher(String id, Runnable onCall) {
    this.id = id;
    this.onCall = onCall;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String address() {
    return "192.0.2.1:4711";
  }

  @Override
  public void startStreaming(String requestedBy) {
    told.add("start " + requestedBy);
    onCall.run();
  }

  @Override
  public void stopStreaming(String requestedBy) {
    told.add("stop " + requestedBy);
    onCall.run();
  }

  @Override
  public void replaced() {
    told.add("replaced");
    onCall.run();
  }
}
