// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jetsonrelay.server.cluster.BusLogin;
import org.jetsonrelay.server.cluster.ClusterSettings;
import org.jetsonrelay.server.hub.HubSettings;
import org.jetsonrelay.server.protocol.CameraNames;
import org.jetsonrelay.server.session.SessionSettings;
import org.jetsonrelay.server.upstream.UpstreamSettings;

/// Reads the settings of the links to other relays. Used by one thread at start-up.
final class LinkReader {

  private static final Pattern SUBJECT = Pattern.compile("[A-Za-z0-9_-]{1,32}");
  private static final Pattern NOT_A_NAME = Pattern.compile("[^A-Za-z0-9._-]");

  private LinkReader() {}

  static ClusterSettings cluster(SettingsReader reader, SessionSettings session, HubSettings hub) {
    List<String> servers = servers(reader.text("NATS_URL", ""));
    String prefix = reader.text("NATS_PREFIX", "jetsonrelay");
    if (!SUBJECT.matcher(prefix).matches()) {
      throw new SettingsException(
          "NATS_PREFIX='%s' cannot be used: take 1 to 32 of A-Z a-z 0-9 _ -".formatted(prefix));
    }
    String node = reader.text("NODE_NAME", "");
    if (!node.isEmpty() && !CameraNames.validNode(node)) {
      throw new SettingsException(
          "NODE_NAME='%s' cannot be used: take 1 to 32 of A-Z a-z 0-9 . _ -".formatted(node));
    }
    BusLogin login =
        new BusLogin(
            reader.text("NATS_USER", ""),
            reader.text("NATS_PASSWORD", ""),
            reader.text("NATS_TOKEN", ""),
            file("NATS_CREDENTIALS", reader.text("NATS_CREDENTIALS", "")),
            file("NATS_CA", reader.text("NATS_CA", "")));
    return ClusterSettings.of(
        servers,
        node.isEmpty() && !servers.isEmpty() ? hostName() : node,
        prefix,
        reader.integer("NATS_CONNECTIONS", 2, 1, 64),
        login,
        hub.maxRemoteCameras(),
        session.maxCameraMessageBytes());
  }

  static UpstreamSettings upstream(
      SettingsReader reader, SessionSettings session, HubSettings hub) {
    String address = reader.text("UPSTREAM", "");
    if (!address.isEmpty()) {
      URI uri = uri("UPSTREAM", address, "ws://relay.example:8080/ws");
      String scheme = String.valueOf(uri.getScheme());
      if (!(scheme.equals("ws") || scheme.equals("wss")) || uri.getHost() == null) {
        throw new SettingsException(
            "UPSTREAM must be the WebSocket of a relay: write ws://relay.example:8080/ws");
      }
      if (uri.getRawUserInfo() != null || uri.getRawQuery() != null) {
        // It is shown in logs and statistics.
        throw new SettingsException("UPSTREAM must not hold a token: use UPSTREAM_TOKEN");
      }
    }
    return UpstreamSettings.of(
        address,
        reader.text("UPSTREAM_TOKEN", ""),
        hub.maxRemoteCameras(),
        hub.maxChosenCameras(),
        session.maxCameraMessageBytes());
  }

  private static URI uri(String key, String value, String example) {
    try {
      return URI.create(value);
    } catch (IllegalArgumentException e) {
      throw new SettingsException(key + " is not an address: write " + example, e);
    }
  }

  private static List<String> servers(String urls) {
    List<String> servers =
        Arrays.stream(urls.split(",", -1))
            .map(String::strip)
            .filter(url -> !url.isEmpty())
            .toList();
    for (String server : servers) {
      // The address is not shown: there may be a password in it.
      URI uri = uri("NATS_URL", server, "nats://host:4222");
      String scheme = String.valueOf(uri.getScheme());
      if (!(scheme.equals("nats") || scheme.equals("tls")) || uri.getHost() == null) {
        throw new SettingsException(
            "NATS_URL must be nats://host:4222 or tls://host:4222, or several with commas between");
      }
    }
    return servers;
  }

  private static String file(String key, String path) {
    if (!path.isEmpty() && !Files.isReadable(Path.of(path))) {
      throw new SettingsException("%s='%s' is not a file that can be read".formatted(key, path));
    }
    return path;
  }

  /// The machine's name, cut to what a relay may be called.
  private static String hostName() {
    String name;
    try {
      name = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new SettingsException("this machine has no name: set NODE_NAME", e);
    }
    String first = NOT_A_NAME.matcher(name.replaceFirst("\\..*", "")).replaceAll("-");
    return first.substring(0, Math.min(first.length(), CameraNames.MAX_NODE_CHARS));
  }
}
