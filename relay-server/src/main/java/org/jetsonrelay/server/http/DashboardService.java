// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jetsonrelay.server.auth.Action;

/// The dashboard's files, a fixed list read from the class path once at start: no path from a
/// request ever reaches a file system or a class loader.
///
/// Each has a strong validator made of its content. Modification times would not do: in a
/// reproducible build they never change, and a browser would keep an old page after an upgrade.
final class DashboardService implements HttpService {

  private static final List<String> MODULES =
      List.of("camera-tile.js", "dashboard.js", "format.js", "relay-feed.js", "tables.js");

  /// Path to content type. The list is what the page consists of; a test compares it with the
  /// directory.
  static final Map<String, String> FILES = files();

  private static final String DIRECTORY = "/web/";
  private static final String INDEX = "index.html";

  private final Gate gate;
  private final Map<String, Content> contents = new LinkedHashMap<>();

  /// Reads all files.
  ///
  /// @throws IllegalStateException when one is missing: the build is broken, and it is better to
  ///   say so at start than to a user
  DashboardService(Gate gate) {
    this.gate = gate;
    FILES.forEach((name, type) -> contents.put(name, Content.load(name, type)));
  }

  @Override
  public void routing(HttpRules rules) {
    contents.forEach((name, content) -> {
      if (name.equals(INDEX)) {
        Answers.readOnly(rules, "/", welcoming(content));
        Answers.readOnly(rules, "/" + name, welcoming(content));
      } else {
        Answers.readOnly(rules, "/" + name, content::send);
      }
    });
  }

  /// The page holds no data, but it is of no use to who may see none: it leads to the login.
  private Handler welcoming(Content page) {
    return (request, response) -> {
      if (gate.shows(Action.VIEW, null, gate.credential(request))) {
        page.send(request, response);
      } else {
        LoginService.redirect(response, "login");
      }
    };
  }

  private static Map<String, String> files() {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(INDEX, "text/html; charset=UTF-8");
    files.put("login.html", "text/html; charset=UTF-8"); // its address is /login
    files.put("dashboard.css", "text/css; charset=UTF-8");
    files.put("favicon.svg", "image/svg+xml");
    for (String module : MODULES) {
      files.put(module, "text/javascript; charset=UTF-8");
    }
    return files;
  }

  /// One file: its bytes are never changed after loading.
  private static final class Content {

    private final byte[] bytes;
    private final String type;
    private final String tag;

    private Content(byte[] bytes, String type, String tag) {
      this.bytes = bytes;
      this.type = type;
      this.tag = tag;
    }

    static Content load(String name, String type) {
      try (InputStream in = DashboardService.class.getResourceAsStream(DIRECTORY + name)) {
        if (in == null) {
          throw new IllegalStateException("the dashboard's " + name + " is not on the class path");
        }
        byte[] bytes = in.readAllBytes();
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
        String tag = '"' + HexFormat.of().formatHex(digest, 0, 12) + '"';
        return new Content(bytes, type, tag);
      } catch (IOException unreadable) {
        throw new UncheckedIOException(unreadable);
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException(impossible);
      }
    }

    /// `no-cache`: kept by the browser, but asked for again each time, which costs a 304.
    void send(ServerRequest request, ServerResponse response) {
      response.header(HeaderValues.CACHE_NO_CACHE);
      response.header(HeaderNames.ETAG, tag);
      if (matches(request)) {
        response.status(Status.NOT_MODIFIED_304).send();
      } else {
        response.header(HeaderNames.CONTENT_TYPE, type);
        Answers.bytes(request, response, bytes);
      }
    }

    /// RFC 9110, section 13.1.2, by weak comparison: a proxy that compresses makes the tag weak.
    private boolean matches(ServerRequest request) {
      if (!request.headers().contains(HeaderNames.IF_NONE_MATCH)) {
        return false;
      }
      return request.headers().get(HeaderNames.IF_NONE_MATCH).allValues(true).stream()
          .flatMap(value -> Arrays.stream(value.split(",")))
          .map(String::strip)
          .anyMatch(value -> value.equals(tag) || value.equals("W/" + tag) || value.equals("*"));
    }
  }
}
