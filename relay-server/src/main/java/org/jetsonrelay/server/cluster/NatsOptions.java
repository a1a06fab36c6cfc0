// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.cluster;

import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;

/// How a connection to a NATS server is made: times, limits, login. Stateless.
final class NatsOptions {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
  private static final Duration PING_PERIOD = Duration.ofSeconds(1);
  private static final int UNANSWERED_PINGS = 2;
  private static final Duration WRITE_LIMIT = Duration.ofSeconds(3);
  private static final int MAX_OUTGOING_MESSAGES = 4_096;

  private NatsOptions() {}

  /// For one connection.
  ///
  /// @param label names it among those of this relay
  /// @param complaints hears what goes wrong
  /// @param over called when it has ended, perhaps more than once
  static Options of(ClusterSettings settings, String label, ErrorListener complaints, Runnable over)
      throws IOException, GeneralSecurityException {
    BusLogin login = settings.login();
    Options.Builder builder =
        new Options.Builder()
            .servers(settings.servers().toArray(String[]::new))
            .connectionName("relay " + settings.node() + ' ' + label)
            .noReconnect()
            .noEcho()
            // Keeps the name, which the certificate is for.
            .hostnameResolveMode(Options.HostnameResolveMode.HappyEyeballs)
            .reconnectBufferSize(0)
            .connectionTimeout(CONNECT_LIMIT)
            .pingInterval(PING_PERIOD)
            .maxPingsOut(UNANSWERED_PINGS)
            .socketWriteTimeout(WRITE_LIMIT)
            .maxMessagesInOutgoingQueue(MAX_OUTGOING_MESSAGES)
            .discardMessagesWhenOutgoingQueueFull()
            .errorListener(complaints)
            .connectionListener((connection, event) -> {
              if (event == ConnectionListener.Events.CLOSED
                  || event == ConnectionListener.Events.DISCONNECTED) {
                over.run();
              }
            });
    boolean secure = settings.servers().stream().anyMatch(url -> url.startsWith("tls://"));
    if (secure || !login.caFile().isEmpty()) {
      builder.sslContext(NatsTls.context(login.caFile()));
    }
    if (!login.credentialsFile().isEmpty()) {
      builder.authHandler(Nats.credentials(login.credentialsFile()));
    } else if (!login.token().isEmpty()) {
      builder.token(login.token().toCharArray());
    } else if (!login.user().isEmpty()) {
      builder.userInfo(login.user().toCharArray(), login.password().toCharArray());
    }
    return builder.build();
  }
}
