// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import io.nats.client.Connection;
import io.nats.client.Consumer;
import io.nats.client.ErrorListener;
import io.nats.client.Message;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/// What goes wrong with one connection: keeps why an attempt failed, and writes down what the
/// server complains of while it lasts, a missing permission for example, each complaint once.
///
/// Threads of the client call it; the link's thread asks.
final class NatsComplaints implements ErrorListener {

  private static final System.Logger LOG = System.getLogger(NatsComplaints.class.getName());
  private static final int MAX_COMPLAINTS = 32;

  private final String label;
  private final BooleanSupplier connected;
  private final Set<String> said = ConcurrentHashMap.newKeySet();

  /// Written by threads of the client, read by the link's thread.
  private volatile String last = "";

  /// @param connected whether the connection is in use
  NatsComplaints(String label, BooleanSupplier connected) {
    this.label = label;
    this.connected = connected;
  }

  /// The last one; empty when there was none.
  String last() {
    return last;
  }

  @Override
  public void errorOccurred(Connection connection, String error) {
    last = error;
    if (connected.getAsBoolean() && said.size() < MAX_COMPLAINTS && said.add(error)) {
      LOG.log(System.Logger.Level.WARNING, "bus connection {0}: {1}", label, error);
    }
  }

  @Override
  public void exceptionOccurred(Connection connection, Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = root.getMessage();
    last = message == null ? root.getClass().getSimpleName() : message;
    LOG.log(System.Logger.Level.DEBUG, "bus connection " + label, e);
  }

  @Override
  public void slowConsumerDetected(Connection connection, Consumer consumer) {
    errorOccurred(connection, "messages come faster than they are taken");
  }

  @Override
  public void messageDiscarded(Connection connection, Message message) {
    errorOccurred(connection, "messages were discarded, too many waited");
  }
}
