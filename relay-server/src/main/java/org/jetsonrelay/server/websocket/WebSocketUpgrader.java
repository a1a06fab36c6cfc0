// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.HeaderNames;
import io.helidon.http.Headers;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.websocket.WsConfig;
import io.helidon.webserver.websocket.WsUpgrader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetsonrelay.server.frame.BlockPool;
import org.jspecify.annotations.Nullable;

/// Answers the opening handshake (RFC 6455, section 4.2) and counts the connections that came of
/// it.
///
/// Called by the connections' reader threads. Extensions are declined by leaving their header out
/// of the answer (section 9.1).
final class WebSocketUpgrader extends WsUpgrader {
  private static final Logger LOGGER = System.getLogger(WebSocketUpgrader.class.getName());
  private static final int KEY_BYTES = 16;

  private final WebSocketSettings settings;
  private final WebSocketEndpoint endpoint;
  private final CapturedChannels channels;
  private final Duplicates duplicates;
  private final PagePipes pipes;
  private final WebSocketConnection.Parts parts;
  // Reserved here, given back when a connection is over.
  private final AtomicInteger connections = new AtomicInteger();

  WebSocketUpgrader(
      WebSocketSettings settings,
      BlockPool pool,
      WebSocketEndpoint endpoint,
      CapturedChannels channels,
      Duplicates duplicates,
      PagePipes pipes,
      MessageMemory memory) {
    super(WsConfig.create());
    this.settings = settings;
    this.endpoint = endpoint;
    this.channels = channels;
    this.duplicates = duplicates;
    this.pipes = pipes;
    this.parts =
        new WebSocketConnection.Parts(
            settings, pool, memory, endpoint, connections::decrementAndGet);
  }

  int connections() {
    return connections.get();
  }

  /// The connection; null when this path is none of ours, so that ordinary HTTP answers.
  @Override
  @SuppressWarnings("NullAway") // Helidon's contract, which is not annotated, wants null here
  public ServerConnection upgrade(
      ConnectionContext context, HttpPrologue prologue, WritableHeaders<?> headers) {
    String path = prologue.uriPath().path();
    if (!endpoint.serves(path)) {
      return null;
    }
    requireWebSocket(context, prologue, headers);
    String key = key(context, headers);
    InetSocketAddress peer = (InetSocketAddress) context.remotePeer().address();
    Handshake handshake = new Handshake(path, prologue.query(), headers, peer, context.isSecure());
    Optional<String> origin = headers.first(HeaderNames.ORIGIN);
    if (origin.isPresent() && !endpoint.permitsOrigin(origin.get(), handshake)) {
      throw refuse(context, new Refusal(403, "forbidden_origin", "This origin may not connect"));
    }
    Optional<Refusal> refusal = endpoint.refuse(handshake);
    if (refusal.isPresent()) {
      throw refuse(context, refusal.get());
    }
    byte[] answer = answer(hash(context, key), subprotocol(headers, handshake));
    reserve(context);
    try {
      String name = peer.getHostString() + ":" + peer.getPort();
      return Succession.successor(
          new WebSocketConnection(wire(context), answer, handshake, name, parts));
    } catch (RuntimeException | Error e) {
      connections.decrementAndGet();
      throw e;
    }
  }

  private static void requireWebSocket(
      ConnectionContext context, HttpPrologue prologue, Headers headers) {
    if (!prologue.method().equals(Method.GET)) {
      throw refuse(
          context,
          new Refusal(405, "method_not_allowed", "A WebSocket begins with GET"),
          "Allow: GET");
    }
    if (!UpgradeTokens.contains(UpgradeTokens.tokens(headers, HeaderNames.CONNECTION), "upgrade")) {
      throw refuse(context, new Refusal(400, "bad_handshake", "Connection: Upgrade is missing"));
    }
    List<String> versions = UpgradeTokens.tokens(headers, WS_VERSION);
    if (versions.isEmpty()) {
      throw refuse(context, new Refusal(400, "bad_handshake", "Sec-WebSocket-Version is missing"));
    }
    if (!versions.equals(List.of(SUPPORTED_VERSION))) {
      throw refuse(
          context,
          new Refusal(426, "unsupported_version", "Only WebSocket version 13 is spoken here"),
          WS_VERSION.defaultCase() + ": " + SUPPORTED_VERSION);
    }
  }

  private static String key(ConnectionContext context, Headers headers) {
    List<String> keys = UpgradeTokens.tokens(headers, WS_KEY);
    if (keys.size() == 1) {
      try {
        if (Base64.getDecoder().decode(keys.getFirst()).length == KEY_BYTES) {
          return keys.getFirst();
        }
      } catch (IllegalArgumentException notBase64) {
        // answered below
      }
    }
    throw refuse(
        context, new Refusal(400, "bad_handshake", "Sec-WebSocket-Key must be 16 bytes in base64"));
  }

  private @Nullable String subprotocol(Headers headers, Handshake handshake) {
    List<String> offered = UpgradeTokens.tokens(headers, PROTOCOL);
    if (offered.isEmpty()) {
      return null;
    }
    // A client must fail the connection when the answer is none of those it offered.
    return endpoint.subprotocol(offered, handshake).filter(offered::contains).orElse(null);
  }

  private static byte[] answer(String accept, @Nullable String subprotocol) {
    StringBuilder answer =
        new StringBuilder(SWITCHING_PROTOCOL_PREFIX).append(accept).append("\r\n");
    if (subprotocol != null) {
      answer.append(PROTOCOL.defaultCase()).append(": ").append(subprotocol).append("\r\n");
    }
    return answer.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
  }

  private void reserve(ConnectionContext context) {
    int n;
    do {
      n = connections.get();
      if (n >= settings.maxConnections()) {
        endpoint.limitMet(EngineLimit.CLIENTS);
        throw refuse(
            context,
            new Refusal(
                503,
                "too_many_clients",
                "The connection limit is reached",
                settings.retryAfter().toSeconds()));
      }
    } while (!connections.compareAndSet(n, n + 1));
  }

  private Wire wire(ConnectionContext context) {
    SocketChannel channel =
        channels.claim(context.localPeer().address(), context.remotePeer().address());
    DataReader reader = context.dataReader();
    if (channel != null) {
      try {
        channel.socket().setSoTimeout(0); // Helidon's limit for requests, not for WebSockets
      } catch (SocketException alreadyClosed) {
        LOGGER.log(Level.DEBUG, "closed during its handshake", alreadyClosed);
      }
      if (!context.isSecure()) {
        int early = reader.available();
        byte[] bytes = early == 0 ? new byte[0] : reader.readBytes(early);
        RequestBuffer.drop(context.serverSocket());
        return new ChannelWire(channel, KernelSocket.of(channel, duplicates, pipes), bytes);
      }
    }
    return new StreamWire(reader, context.dataWriter(), () -> cut(context, channel));
  }

  private static void cut(ConnectionContext context, @Nullable SocketChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      } else {
        context.serverSocket().close();
      }
    } catch (IOException | RuntimeException alreadyGone) {
      LOGGER.log(Level.DEBUG, "closed twice", alreadyGone);
    }
  }

  /// Answers with this refusal. Written here, because of Helidon's own ways one turns it into a 500
  /// and the other one has no body; Helidon closes the connection after the exception.
  private static CloseConnectionException refuse(
      ConnectionContext context, Refusal refusal, String... headerLines) {
    byte[] body = refusal.json().getBytes(StandardCharsets.US_ASCII);
    StringBuilder head = new StringBuilder("HTTP/1.1 ");
    head.append(Status.create(refusal.status())).append("\r\n");
    for (String line : headerLines) {
      head.append(line).append("\r\n");
    }
    if (refusal.retryAfterSeconds() > 0) {
      head.append("Retry-After: ").append(refusal.retryAfterSeconds()).append("\r\n");
    }
    head.append("Content-Type: application/json\r\nConnection: close\r\nContent-Length: ")
        .append(body.length)
        .append("\r\n\r\n");
    byte[] bytes = head.toString().getBytes(StandardCharsets.US_ASCII);
    context
        .dataWriter()
        .writeNow(BufferData.create(BufferData.create(bytes), BufferData.create(body)));
    return new CloseConnectionException(refusal.code());
  }
}
