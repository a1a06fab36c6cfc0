// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.auth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Which web pages may talk to the relay: its own, and those on a list. A client that sends no
/// `Origin` is no page in a browser, and not held up here (RFC 6455, section 10.2). Immutable.
public final class Origins {

  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  /// @param port -1 when it is the scheme's own
  private record Place(String host, int port) {}

  private final boolean any;
  private final List<String> allowed;

  private Origins(boolean any, List<String> allowed) {
    this.any = any;
    this.allowed = List.copyOf(allowed);
  }

  /// From `https://ops.example,http://10.0.0.5:3000`; `*` for every page, empty for the relay's own
  /// pages only.
  ///
  /// @throws IllegalArgumentException naming what is not an origin
  public static Origins parse(String text) {
    if (text.strip().equals("*")) {
      return new Origins(true, List.of());
    }
    List<String> allowed = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String origin = part.strip();
      if (!origin.isEmpty()) {
        allowed.add(normal(origin));
      }
    }
    return new Origins(false, allowed);
  }

  private static String normal(String origin) {
    URI uri = uri(origin);
    if (uri == null || !origin.equals(uri.getScheme() + "://" + uri.getRawAuthority())) {
      throw new IllegalArgumentException(
          "'" + origin + "' is not an origin: write https://name or http://name:port, no path");
    }
    return withoutUsualPort(uri);
  }

  /// Whether the page that has sent a request may.
  ///
  /// @param origin the request's `Origin`; null when it has none
  /// @param host the request's `Host`
  public boolean permits(@Nullable String origin, @Nullable String host) {
    if (origin == null || any) {
      return true;
    }
    URI uri = uri(origin);
    if (uri == null) {
      return false; // also "null", which pages from files and sandboxes send
    }
    return allowed.contains(withoutUsualPort(uri)) || (host != null && same(uri, host));
  }

  /// Whether the page came from the host that is asked now. The scheme is not compared: behind a
  /// proxy that does TLS the relay does not know its own.
  private static boolean same(URI origin, String host) {
    Place asked = place(host);
    if (asked == null || !asked.host().equalsIgnoreCase(origin.getHost())) {
      return false;
    }
    int usual = usualPort(origin);
    int port = origin.getPort() < 0 ? usual : origin.getPort();
    return asked.port() < 0 ? port == usual : asked.port() == port;
  }

  private static @Nullable Place place(String host) {
    URI uri = uri("http://" + host);
    return uri == null || uri.getRawUserInfo() != null
        ? null
        : new Place(uri.getHost(), uri.getPort());
  }

  private static int usualPort(URI origin) {
    return origin.getScheme().equalsIgnoreCase("https") ? HTTPS : HTTP;
  }

  private static String withoutUsualPort(URI uri) {
    int port = uri.getPort() == usualPort(uri) ? -1 : uri.getPort();
    return (uri.getScheme() + "://" + uri.getHost()).toLowerCase(Locale.ROOT)
        + (port < 0 ? "" : ":" + port);
  }

  private static @Nullable URI uri(String text) {
    try {
      URI uri = new URI(text);
      String scheme = uri.getScheme();
      boolean web = "http".equalsIgnoreCase(scheme) || "https".equalsIgnoreCase(scheme);
      return web && uri.getHost() != null ? uri : null;
    } catch (URISyntaxException e) {
      return null;
    }
  }
}
