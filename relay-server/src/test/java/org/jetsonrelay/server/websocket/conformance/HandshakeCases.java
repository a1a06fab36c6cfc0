// SPDX-License-Identifier: MIT
package org.jetsonrelay.server.websocket.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jetsonrelay.server.websocket.RawWebSocket;
import org.jetsonrelay.server.websocket.RawWebSocket.Received;

/// Section 4.2 (what the server answers) and 9.1 (extensions). These connect by themselves.
final class HandshakeCases {
  private static final List<String> OFFERS =
      List.of(
          "permessage-deflate",
          "permessage-deflate; client_max_window_bits",
          "permessage-deflate; client_max_window_bits=8",
          "permessage-deflate; client_max_window_bits=15; server_max_window_bits=15",
          "permessage-deflate; server_max_window_bits=9",
          "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
          "permessage-deflate; client_max_window_bits, permessage-deflate",
          "permessage-deflate; server_max_window_bits=\"10\"",
          "permessage-deflate; server_max_window_bits=7",
          "permessage-deflate; unknown=\"a, b; c\"",
          "x-webkit-deflate-frame",
          "permessage-bzip2; client_max_compress_level, permessage-snappy",
          "permessage-deflate;;=,,;");

  private HandshakeCases() {}

  static List<Case> all() {
    Cases cases = new Cases(Case.Section.HANDSHAKE);
    cases.add(
        "answers the RFC's example key",
        peer -> {
          peer.socket().send(RawWebSocket.handshake("/example"));
          assertThat(peer.socket().readHead().split("\r\n", -1))
              .contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
          peer.isStillFine();
        });
    for (String offer : OFFERS) {
      cases.add("declines the offer " + offer, peer -> declines(peer, offer));
    }
    cases.add(
        "declines an offer in two headers",
        peer -> declines(peer, "permessage-deflate\r\nSec-WebSocket-Extensions: x-other; a=1"));
    cases.add(
        "takes frames that come together with the request",
        peer -> {
          peer.send(
              Bytes.ascii(RawWebSocket.handshake("/early")),
              Frames.text("early"),
              Frames.text("bird"));
          assertThat(peer.socket().readHead()).startsWith("HTTP/1.1 101 ");
          peer.getsText("early");
          peer.getsText("bird");
          peer.isStillFine();
        });
    cases.add(
        "takes a request octet by octet",
        peer -> {
          peer.chop(1, Bytes.ascii(RawWebSocket.handshake("/slow")), Frames.text("slow"));
          assertThat(peer.socket().readHead()).startsWith("HTTP/1.1 101 ");
          peer.getsText("slow");
          peer.isStillFine();
        });
    refusal(cases, "no key", 400, line -> !line.startsWith("Sec-WebSocket-Key"), "");
    refusal(
        cases,
        "a key of 15 bytes",
        400,
        line -> !line.startsWith("Sec-WebSocket-Key"),
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA\r\n");
    refusal(
        cases, "two keys", 400, line -> true, "Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n");
    refusal(cases, "no version", 400, line -> !line.startsWith("Sec-WebSocket-Version"), "");
    refusal(
        cases,
        "version 8",
        426,
        line -> !line.startsWith("Sec-WebSocket-Version"),
        "Sec-WebSocket-Version: 8\r\n");
    refusal(
        cases,
        "version 14",
        426,
        line -> !line.startsWith("Sec-WebSocket-Version"),
        "Sec-WebSocket-Version: 14\r\n");
    refusal(
        cases,
        "no Connection: Upgrade",
        400,
        line -> !line.startsWith("Connection"),
        "Connection: keep-alive\r\n");
    return cases.list();
  }

  private static void declines(Peer peer, String offer) throws IOException {
    peer.socket().send(RawWebSocket.handshake("/offer", "Sec-WebSocket-Extensions: " + offer));
    String head = peer.socket().readHead();
    assertThat(head).startsWith("HTTP/1.1 101 ");
    assertThat(head.toLowerCase(Locale.ROOT)).doesNotContain("sec-websocket-extensions");
    peer.echoes("plain text");
    // declined is declined: a compressed frame is a protocol error
    peer.send(Frames.frame(0xc1, Bytes.hex("f248cdc9c90700")));
    Received close = peer.socket().read();
    assertThat(close.first()).isEqualTo(0x88);
    assertThat(close.closeCode()).isEqualTo(1002);
    peer.endsCleanly();
  }

  private static void refusal(
      Cases cases, String what, int status, Predicate<String> keep, String more) {
    cases.add(
        "refuses " + what + " with " + status,
        peer -> {
          String request =
              RawWebSocket.handshake("/refused")
                  .lines()
                  .filter(line -> !line.isEmpty())
                  .filter(keep)
                  .reduce("", (all, line) -> all + line + "\r\n");
          peer.socket().send(request + more + "\r\n");
          assertThat(peer.socket().readResponse()).startsWith("HTTP/1.1 " + status + " ");
          peer.endsCleanly();
        });
  }
}
