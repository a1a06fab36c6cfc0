// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.util.ArrayList;
import java.util.List;

/// Helidon looks an upgrader up by the first `Upgrade` header, letter by letter. RFC 6455, section
/// 4.2.1, wants the token `websocket` found whatever its case and wherever it stands in a list:
/// this listener sees the headers before the look-up, and writes the token there as Helidon knows
/// it. It also is the one place that learns of the end of a connection's first request.
final class UpgradeTokens implements Http1ConnectionListener {
  static final String WEBSOCKET = "websocket";

  private final List<Http1ConnectionListener> others;
  private final FirstRequests firstRequests;

  UpgradeTokens(List<Http1ConnectionListener> others, FirstRequests firstRequests) {
    this.firstRequests = firstRequests;
    this.others = List.copyOf(others);
  }

  @Override
  public void prologue(ConnectionContext context, HttpPrologue prologue) {
    others.forEach(other -> other.prologue(context, prologue));
  }

  @Override
  public void status(ConnectionContext context, Status status) {
    others.forEach(other -> other.status(context, status));
  }

  @Override
  public void data(ConnectionContext context, BufferData data) {
    others.forEach(other -> other.data(context, data));
  }

  @Override
  public void data(ConnectionContext context, byte[] data, int position, int length) {
    others.forEach(other -> other.data(context, data, position, length));
  }

  @Override
  public void headers(ConnectionContext context, Headers headers) {
    if (!firstRequests.arrived(context.localPeer().address(), context.remotePeer().address())) {
      throw new CloseConnectionException("the request came too late");
    }
    others.forEach(other -> other.headers(context, headers));
    if (headers instanceof WritableHeaders<?> writable
        && contains(tokens(headers, HeaderNames.UPGRADE), WEBSOCKET)) {
      writable.set(HeaderNames.UPGRADE, WEBSOCKET);
    }
  }

  /// The comma-separated elements of all headers of this name, without white space and empty ones.
  static List<String> tokens(Headers headers, HeaderName name) {
    List<String> tokens = new ArrayList<>();
    if (headers.contains(name)) {
      Header header = headers.get(name);
      for (String value : header.allValues()) {
        for (String token : value.split(",", -1)) {
          if (!token.isBlank()) {
            tokens.add(token.strip());
          }
        }
      }
    }
    return tokens;
  }

  static boolean contains(List<String> tokens, String token) {
    return tokens.stream().anyMatch(token::equalsIgnoreCase);
  }
}
