// SPDX-License-Identifier: MIT
package org.jetsonrelay.server;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jetsonrelay.server.auth.Access;
import org.jetsonrelay.server.auth.AccessSettings;
import org.jetsonrelay.server.auth.LiveTokens;
import org.jetsonrelay.server.auth.Origins;
import org.jetsonrelay.server.auth.StaticTokens;
import org.jetsonrelay.server.cluster.ClusterSettings;
import org.jetsonrelay.server.hub.HubSettings;
import org.jetsonrelay.server.pacing.PacerSettings;
import org.jetsonrelay.server.picture.PictureSettings;
import org.jetsonrelay.server.session.SessionSettings;
import org.jetsonrelay.server.tls.LiveCertificate;
import org.jetsonrelay.server.upstream.UpstreamSettings;
import org.jetsonrelay.server.websocket.ConnectionLimits;
import org.jetsonrelay.server.websocket.MessageLimits;
import org.jetsonrelay.server.websocket.WebSocketSettings;
import org.jspecify.annotations.Nullable;

/// Everything that can be set, checked. Each key, its range and its meaning is in
/// docs/operations.md.
///
/// @param host address to listen on
/// @param port port to listen on, 0 for any free one
/// @param logLevel one of [LogSetup#NAMES]
/// @param access who gets in
/// @param certificate what TLS is done with; null for plain text
/// @param hsts how long browsers shall insist on TLS once they have seen it; zero: not said
/// @param handshakeLimit from the acceptance of a connection to the end of its first request
/// @param shutdownLimit from the signal to the end of the process
/// @param idleBlockBytes memory of frames kept for reuse
/// @param hub the hub's limits
/// @param session a client's limits
/// @param webSocket the engine's limits
/// @param connections how many connections there may be, and how much each may say at first
/// @param pictures the limits of pictures over HTTP
/// @param announced whether the local network is told where the relay is
/// @param cluster the relays it works with
/// @param upstream the relay above
/// @param webhook who is told of events
record RelaySettings(
    String host,
    int port,
    String logLevel,
    AccessSettings access,
    @Nullable LiveCertificate certificate,
    Duration hsts,
    Duration handshakeLimit,
    Duration shutdownLimit,
    long idleBlockBytes,
    HubSettings hub,
    SessionSettings session,
    WebSocketSettings webSocket,
    ConnectionLimits connections,
    PictureSettings pictures,
    ClusterSettings cluster,
    UpstreamSettings upstream,
    boolean announced,
    WebhookSettings webhook) {

  private static final Duration TENTH = Duration.ofMillis(100);
  private static final Duration HOUR = Duration.ofHours(1);

  /// Connections beside those of clients: probes, dashboards' figures, whoever has said nothing
  /// yet.
  private static final int UNKNOWN_CONNECTIONS = 200;

  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  /// Reads all settings.
  ///
  /// @throws SettingsException naming key, value and way out of the first that cannot be used
  static RelaySettings read(SettingsReader reader) {
    SessionSettings session = session(reader);
    HubSettings hub = hub(reader);
    WebSocketSettings webSocket = webSocket(reader, session);
    PictureSettings pictures = pictures(reader, session, hub);
    return new RelaySettings(
        reader.text("HOST", "0.0.0.0"),
        reader.integer("PORT", 8080, 0, 65_535),
        reader.choice("LOG_LEVEL", "info", LogSetup.NAMES),
        access(reader),
        certificate(reader),
        Duration.ofSeconds(reader.integer("HSTS_SECONDS", 86_400, 0, 63_072_000)),
        reader.duration("HANDSHAKE_LIMIT", Duration.ofSeconds(10), TENTH, HOUR),
        reader.duration("SHUTDOWN_LIMIT", Duration.ofSeconds(3), TENTH, HOUR),
        (long) reader.integer("IDLE_FRAME_MEMORY_MIB", 64, 0, 64 * KIB) * MIB,
        hub,
        session,
        webSocket,
        connections(reader, webSocket, pictures),
        pictures,
        LinkReader.cluster(reader, session, hub),
        LinkReader.upstream(reader, session, hub),
        reader.onOff("MDNS", true),
        WebhookSettings.read(reader));
  }

  /// The same with other rules of who may do what.
  RelaySettings with(Access other) {
    return new RelaySettings(
        host,
        port,
        logLevel,
        access.with(other),
        certificate,
        hsts,
        handshakeLimit,
        shutdownLimit,
        idleBlockBytes,
        hub,
        session,
        webSocket,
        connections,
        pictures,
        cluster,
        upstream,
        announced,
        webhook);
  }

  /// The same with other limits of pictures over HTTP.
  RelaySettings with(PictureSettings other) {
    return new RelaySettings(
        host,
        port,
        logLevel,
        access,
        certificate,
        hsts,
        handshakeLimit,
        shutdownLimit,
        idleBlockBytes,
        hub,
        session,
        webSocket,
        connections,
        other,
        cluster,
        upstream,
        announced,
        webhook);
  }

  private static AccessSettings access(SettingsReader reader) {
    AccessSettings usual = AccessSettings.defaults();
    return new AccessSettings(
        tokens(reader),
        origins(reader),
        reader.integer("MAX_HANDSHAKES_PER_MINUTE", usual.handshakesPerMinute(), 1, 1_000_000),
        reader.integer("MAX_FAILURES_PER_MINUTE", usual.failuresPerMinute(), 1, 1_000_000),
        usual.maxAddresses(),
        !reader.onOff("LIMIT_LOOPBACK", !usual.sparesLoopback()),
        usual.maxLogins(),
        reader.duration("LOGIN_LIFETIME", usual.loginLifetime(), TENTH, HOUR.multipliedBy(168)));
  }

  private static Access tokens(SettingsReader reader) {
    StaticTokens fixed;
    try {
      fixed =
          new StaticTokens(
              reader.text("PUBLISH_TOKEN", ""),
              reader.text("VIEW_TOKEN", ""),
              reader.text("ADMIN_TOKEN", ""));
    } catch (IllegalArgumentException e) {
      throw new SettingsException("PUBLISH_TOKEN, VIEW_TOKEN, ADMIN_TOKEN: " + e.getMessage(), e);
    }
    String file = reader.text("TOKEN_FILE", "");
    if (file.isEmpty()) {
      return fixed;
    }
    try {
      return new LiveTokens(Path.of(file), fixed);
    } catch (InvalidPathException e) {
      throw new SettingsException("TOKEN_FILE='%s' is not a path".formatted(file), e);
    } catch (IllegalArgumentException e) {
      throw new SettingsException("TOKEN_FILE: " + e.getMessage(), e);
    }
  }

  private static @Nullable LiveCertificate certificate(SettingsReader reader) {
    String certificate = reader.text("TLS_CERTIFICATE", "");
    String key = reader.text("TLS_KEY", "");
    if (certificate.isEmpty() && key.isEmpty()) {
      return null;
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      throw new SettingsException("TLS_CERTIFICATE and TLS_KEY belong together: set both");
    }
    try {
      return new LiveCertificate(Path.of(certificate), Path.of(key), InstantSource.system());
    } catch (IllegalArgumentException e) {
      throw new SettingsException("TLS_CERTIFICATE, TLS_KEY: " + e.getMessage(), e);
    }
  }

  private static Origins origins(SettingsReader reader) {
    try {
      return Origins.parse(reader.text("ORIGINS", ""));
    } catch (IllegalArgumentException e) {
      throw new SettingsException("ORIGINS: " + e.getMessage(), e);
    }
  }

  private static HubSettings hub(SettingsReader reader) {
    HubSettings usual = HubSettings.defaults();
    return new HubSettings(
        reader.integer("MAX_CAMERAS", usual.maxCameras(), 1, 10_000),
        reader.integer("MAX_REMOTE_CAMERAS", usual.maxRemoteCameras(), 0, 100_000),
        usual.maxViewers(),
        usual.maxChosenCameras(),
        reader.duration("LINGER", usual.linger(), Duration.ZERO, HOUR),
        reader.duration("STALE_AFTER", usual.stale(), TENTH, HOUR),
        reader.duration("FRESH_LIMIT", usual.freshEnough(), Duration.ZERO, HOUR),
        reader.integer("MAX_WAITING_PAYLOADS", usual.maxAnnounced(), 1, 10_000),
        reader.integer("MAX_WAITING_PAYLOAD_BYTES", usual.maxAnnouncedBytes(), KIB, 1024 * MIB),
        usual.maxDraining());
  }

  private static SessionSettings session(SettingsReader reader) {
    SessionSettings usual = SessionSettings.defaults();
    Duration pingPeriod = reader.duration("PING_PERIOD", usual.pingPeriod(), TENTH, HOUR);
    Duration silenceLimit = reader.duration("SILENCE_LIMIT", usual.silenceLimit(), TENTH, HOUR);
    if (silenceLimit.compareTo(pingPeriod) <= 0) {
      // Every viewer that only listens would be cut before it is asked for a sign of life.
      throw new SettingsException(
          "SILENCE_LIMIT='%s' must be longer than PING_PERIOD='%s': use twice as much"
              .formatted(shown(silenceLimit), shown(pingPeriod)));
    }
    return new SessionSettings(
        reader.duration("REGISTRATION_LIMIT", usual.registrationLimit(), TENTH, HOUR),
        pingPeriod,
        silenceLimit,
        reader.duration("MESSAGE_LIMIT", usual.messageLimit(), TENTH, HOUR),
        reader.duration("WRITE_LIMIT", usual.writeLimit(), TENTH, HOUR),
        usual.stalledAfter(),
        reader.integer("MAX_CONTROL_MESSAGES", usual.maxControlMessages(), 8, 100_000),
        reader.integer("MAX_CAMERA_MESSAGE_BYTES", usual.maxCameraMessageBytes(), KIB, 512 * MIB),
        reader.integer("MAX_CLIENT_MESSAGE_BYTES", usual.maxClientMessageBytes(), KIB, MIB),
        reader.onOff("PACING", usual.pacing()),
        PacerSettings.DEFAULTS);
  }

  private static String shown(Duration duration) {
    return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
  }

  private static WebSocketSettings webSocket(SettingsReader reader, SessionSettings session) {
    WebSocketSettings usual = WebSocketSettings.defaults();
    return new WebSocketSettings(
        reader.integer("MAX_CLIENTS", usual.maxConnections(), 1, 1_000_000),
        session.maxClientMessageBytes(),
        session.maxClientMessageBytes(),
        reader.integer("MAX_FRAGMENTS", usual.maxFragments(), 1, 1_000_000),
        new MessageLimits(
            reader.integer(
                "MAX_CONTROL_PER_SECOND", usual.messages().maxControlPerSecond(), 1, 1_000_000),
            (long)
                    reader.integer(
                        "MAX_INCOMPLETE_MIB",
                        (int) (usual.messages().maxIncompleteBytes() / MIB),
                        1,
                        64 * KIB)
                * MIB),
        usual.closeTimeout(),
        usual.retryAfter());
  }

  /// Room for all clients and some that are not known yet, half of it for one address; less where
  /// the system gives the process fewer descriptors. What is left of those is for duplicates.
  private static ConnectionLimits connections(
      SettingsReader reader, WebSocketSettings webSocket, PictureSettings pictures) {
    int most = 10_000_000;
    boolean sparesLoopback = !reader.onOff("LIMIT_LOOPBACK", false);
    int wanted =
        reader.integer(
            "MAX_CONNECTIONS",
            webSocket.maxConnections() + pictures.maxViewers() + UNKNOWN_CONNECTIONS,
            1,
            most);
    OpenFiles files = OpenFiles.of(wanted);
    int max = files.connections();
    return new ConnectionLimits(
        max,
        reader.integer("MAX_CONNECTIONS_PER_ADDRESS", Math.max(1, max / 2), 1, most),
        sparesLoopback,
        reader.integer("MAX_REQUEST_BYTES", 16 * KIB, 512, MIB),
        files.duplicates(),
        reader.onOff("ZERO_COPY", true));
  }

  private static PictureSettings pictures(
      SettingsReader reader, SessionSettings session, HubSettings hub) {
    PictureSettings usual = PictureSettings.defaults();
    return new PictureSettings(
        reader.integer("MAX_HTTP_VIEWERS", usual.maxViewers(), 0, 100_000),
        session.maxCameraMessageBytes(),
        session.pacer().fallbackBufferBytes(),
        hub.freshEnough(),
        usual.startWait(),
        usual.maxWait(),
        session.writeLimit(),
        session.stalledAfter(),
        session.silenceLimit(),
        usual.keepAlive(),
        usual.idleLimit(),
        usual.hold());
  }
}
