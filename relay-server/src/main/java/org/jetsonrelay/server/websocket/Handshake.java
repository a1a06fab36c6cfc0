// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.uri.UriQuery;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// The HTTP request that asked for a WebSocket. All of it is hostile, and `query` and `headers` may
/// hold secrets: they never belong in a log.
///
/// @param path decoded, without the query
/// @param query decoded parameters
/// @param headers of the request
/// @param peer the client's address
/// @param secure whether the connection is encrypted
public record Handshake(
    String path, UriQuery query, Headers headers, InetSocketAddress peer, boolean secure) {

  /// The `Authorization` header, a secret; null when there is none.
  public @Nullable String authorization() {
    return headers.first(HeaderNames.AUTHORIZATION).orElse(null);
  }

  /// The `Cookie` headers, a secret; null when there is none.
  public @Nullable String cookies() {
    return headers.contains(HeaderNames.COOKIE)
        ? String.join("; ", headers.get(HeaderNames.COOKIE).allValues())
        : null;
  }

  /// The page that asked, as a browser says; null for every other client.
  public @Nullable String origin() {
    return headers.first(HeaderNames.ORIGIN).orElse(null);
  }

  /// The `Host` that was asked for.
  public @Nullable String host() {
    return headers.first(HeaderNames.HOST).orElse(null);
  }

  /// The query as it was sent, which may hold a secret.
  public String rawQuery() {
    return query.rawValue();
  }

  /// Without query and headers, which may hold secrets.
  @Override
  public String toString() {
    return "Handshake[path=" + path + ", peer=" + peer + ", secure=" + secure + "]";
  }
}
